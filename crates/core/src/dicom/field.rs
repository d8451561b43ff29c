//! The attributes that are read of each file.

/// A DICOM tag: group in the upper, element in the lower half, so that tags order as they do in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tag(pub u32);

impl Tag {
    pub(super) const META_GROUP: u16 = 0x0002;
    /// The group of items and of what delimits them.
    pub(super) const DELIMITER_GROUP: u16 = 0xFFFE;
    pub(super) const TRANSFER_SYNTAX_UID: Self = Self(0x0002_0010);
    pub(super) const MEDIA_STORAGE_SOP_CLASS_UID: Self = Self(0x0002_0002);
    pub(super) const MEDIA_STORAGE_SOP_INSTANCE_UID: Self = Self(0x0002_0003);
    pub(super) const SPECIFIC_CHARACTER_SET: Self = Self(0x0008_0005);
    pub(super) const ITEM: Self = Self(0xFFFE_E000);
    pub(super) const ITEM_DELIMITATION: Self = Self(0xFFFE_E00D);
    pub(super) const SEQUENCE_DELIMITATION: Self = Self(0xFFFE_E0DD);

    pub(super) const fn new(group: u16, element: u16) -> Self {
        Self((group as u32) << 16 | element as u32)
    }

    pub(super) const fn group(self) -> u16 {
        (self.0 >> 16) as u16
    }

    /// Float Pixel Data, Double Float Pixel Data, Pixel Data.
    pub(super) const fn is_pixels(self) -> bool {
        matches!(self.0, 0x7FE0_0008..=0x7FE0_0010)
    }
}

macro_rules! fields {
    ($($variant:ident $tag:literal $key:literal $text:ident,)*) => {
        /// One attribute of the table in the indexing contract.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[allow(missing_docs, reason = "each variant is the attribute of its name in PS3.6")]
        pub enum Field { $($variant,)* }

        impl Field {
            /// All of them, in the order of their tags.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The attribute's tag.
            pub const fn tag(self) -> Tag {
                match self { $(Self::$variant => Tag($tag),)* }
            }

            pub(super) const fn of(tag: Tag) -> Option<Self> {
                match tag.0 { $($tag => Some(Self::$variant),)* _ => None }
            }

            /// The name under which it is told, e.g. `patient_name`.
            pub const fn key(self) -> &'static str {
                match self { $(Self::$variant => $key,)* }
            }

            /// Whether Specific Character Set applies (PS3.5 §6.1.2.2), and how.
            pub(super) const fn kind(self) -> Kind {
                match self { $(Self::$variant => Kind::$text,)* }
            }
        }
    };
}

/// How a value's bytes become text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Default repertoire only: UI, DA, TM, CS, IS.
    Ascii,
    /// Specific Character Set: LO, SH.
    Text,
    /// Specific Character Set, and one value, in which a backslash is text: ST.
    Prose,
    /// Specific Character Set, in component groups: PN.
    Name,
}

fields! {
    SopClassUid 0x0008_0016 "sop_class_uid" Ascii,
    InstanceUid 0x0008_0018 "instance_uid" Ascii,
    StudyDate 0x0008_0020 "study_date" Ascii,
    SeriesDate 0x0008_0021 "series_date" Ascii,
    StudyTime 0x0008_0030 "study_time" Ascii,
    SeriesTime 0x0008_0031 "series_time" Ascii,
    AccessionNo 0x0008_0050 "accession_no" Text,
    Modality 0x0008_0060 "modality" Ascii,
    InstitutionName 0x0008_0080 "institution_name" Text,
    InstitutionAddress 0x0008_0081 "institution_address" Prose,
    ReferringPhysicianName 0x0008_0090 "referring_physician_name" Name,
    TzOffset 0x0008_0201 "tz_offset" Ascii,
    StudyDescription 0x0008_1030 "study_description" Text,
    SeriesDescription 0x0008_103E "series_description" Text,
    PatientName 0x0010_0010 "patient_name" Name,
    PatientId 0x0010_0020 "patient_id" Text,
    IssuerOfPatientId 0x0010_0021 "issuer_of_patient_id" Text,
    PatientBirthDate 0x0010_0030 "patient_birth_date" Ascii,
    PatientSex 0x0010_0040 "patient_sex" Ascii,
    OtherPatientIds 0x0010_1000 "other_patient_ids" Text,
    BodyPart 0x0018_0015 "body_part" Ascii,
    ProtocolName 0x0018_1030 "protocol_name" Text,
    StudyUid 0x0020_000D "study_uid" Ascii,
    SeriesUid 0x0020_000E "series_uid" Ascii,
    StudyId 0x0020_0010 "study_id" Text,
    SeriesNumber 0x0020_0011 "series_number" Ascii,
}

impl Field {
    /// The field behind which nothing more is needed.
    pub(super) const LAST: Self = Self::SeriesNumber;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_is_found_by_its_tag_and_the_last_is_last() {
        for field in Field::ALL {
            assert_eq!(Field::of(field.tag()), Some(*field));
            assert!(field.tag() <= Field::LAST.tag());
        }
        assert_eq!(Field::of(Tag(0x0008_0017)), None);
    }
}
