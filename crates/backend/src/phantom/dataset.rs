//! A section as a CT Image object (PS3.3 §A.3).

use dicom_core::value::{PrimitiveValue, Value};
use dicom_core::{DataElement, Tag, VR};
use dicom_dictionary_std::{tags, uids};
use dicom_object::{FileMetaTableBuilder, InMemDicomObject};
use sha2::{Digest, Sha256};

use super::geometry::{Plane, pixel_spacing};
use super::{PhantomError, Series};

const DATE: &str = "20240115";
const TIME: &str = "093000";
/// (0028,1052): what is stored is this much more than Hounsfield units.
const INTERCEPT: i32 = -1024;
/// Standard deviation of the noise in Hounsfield units is about half of this.
const NOISE: u32 = 9;

pub(super) fn encode(
    series: &Series,
    plane: &Plane,
    number: u32,
    size: u16,
) -> Result<Vec<u8>, PhantomError> {
    let instance_uid = uid(&format!("instance {} {number} {size}", series.number));
    let mut object = InMemDicomObject::new_empty();
    let mut text = |tag, vr, value: &str| {
        object.put(DataElement::new(tag, vr, Value::Primitive(PrimitiveValue::from(value))));
    };

    text(tags::SPECIFIC_CHARACTER_SET, VR::CS, "ISO_IR 100");
    text(tags::IMAGE_TYPE, VR::CS, series.image_type);
    text(tags::SOP_CLASS_UID, VR::UI, uids::CT_IMAGE_STORAGE);
    text(tags::SOP_INSTANCE_UID, VR::UI, &instance_uid);
    for tag in [tags::STUDY_DATE, tags::SERIES_DATE, tags::CONTENT_DATE] {
        text(tag, VR::DA, DATE);
    }
    for tag in [tags::STUDY_TIME, tags::SERIES_TIME, tags::CONTENT_TIME] {
        text(tag, VR::TM, TIME);
    }
    text(tags::ACCESSION_NUMBER, VR::SH, "SYNTHETIC-1");
    text(tags::MODALITY, VR::CS, "CT");
    text(tags::MANUFACTURER, VR::LO, "standalone-auraloader");
    text(tags::INSTITUTION_NAME, VR::LO, "Harbour Radiology (synthetic)");
    text(tags::REFERRING_PHYSICIAN_NAME, VR::PN, "");
    text(tags::STUDY_DESCRIPTION, VR::LO, "CT head phantom (synthetic)");
    text(tags::SERIES_DESCRIPTION, VR::LO, series.description);
    text(tags::MANUFACTURER_MODEL_NAME, VR::LO, "phantom generator");
    text(tags::PATIENT_NAME, VR::PN, "Phantom^Sample");
    text(tags::PATIENT_ID, VR::LO, "SYNTHETIC-0001");
    text(tags::PATIENT_BIRTH_DATE, VR::DA, "19700101");
    text(tags::PATIENT_SEX, VR::CS, "O");
    text(tags::BODY_PART_EXAMINED, VR::CS, "HEAD");
    text(tags::SLICE_THICKNESS, VR::DS, &decimal(plane.spacing));
    text(tags::KVP, VR::DS, "120");
    text(tags::PROTOCOL_NAME, VR::LO, "Phantom head");
    text(tags::CONVOLUTION_KERNEL, VR::SH, series.kernel);
    text(tags::PATIENT_POSITION, VR::CS, "HFS");
    text(tags::STUDY_INSTANCE_UID, VR::UI, &uid("study"));
    text(tags::SERIES_INSTANCE_UID, VR::UI, &uid(&format!("series {}", series.number)));
    text(tags::STUDY_ID, VR::SH, "1");
    text(tags::SERIES_NUMBER, VR::IS, &series.number.to_string());
    text(tags::ACQUISITION_NUMBER, VR::IS, "1");
    text(tags::INSTANCE_NUMBER, VR::IS, &number.to_string());
    text(tags::IMAGE_POSITION_PATIENT, VR::DS, &decimals(&plane.corner(size)));
    let [along, down] = [plane.along, plane.down].map(|direction| decimals(&direction));
    text(tags::IMAGE_ORIENTATION_PATIENT, VR::DS, &format!("{along}\\{down}"));
    text(tags::FRAME_OF_REFERENCE_UID, VR::UI, &uid("frame of reference"));
    text(tags::POSITION_REFERENCE_INDICATOR, VR::LO, "");
    text(tags::PHOTOMETRIC_INTERPRETATION, VR::CS, "MONOCHROME2");
    text(tags::PIXEL_SPACING, VR::DS, &decimals(&[pixel_spacing(size); 2]));
    text(tags::WINDOW_CENTER, VR::DS, &series.window.0.to_string());
    text(tags::WINDOW_WIDTH, VR::DS, &series.window.1.to_string());
    text(tags::RESCALE_INTERCEPT, VR::DS, &INTERCEPT.to_string());
    text(tags::RESCALE_SLOPE, VR::DS, "1");
    text(tags::RESCALE_TYPE, VR::LO, "HU");

    let numbers: [(Tag, u16); 8] = [
        (tags::SAMPLES_PER_PIXEL, 1),
        (tags::ROWS, size),
        (tags::COLUMNS, size),
        (tags::BITS_ALLOCATED, 16),
        (tags::BITS_STORED, 16),
        (tags::HIGH_BIT, 15),
        (tags::PIXEL_REPRESENTATION, 0),
        (tags::SMALLEST_IMAGE_PIXEL_VALUE, 0),
    ];
    for (tag, value) in numbers {
        object.put(DataElement::new(tag, VR::US, PrimitiveValue::from(value)));
    }
    let pixels = PrimitiveValue::U16(pixels(plane, size, &instance_uid).into());
    object.put(DataElement::new(tags::PIXEL_DATA, VR::OW, pixels));

    let meta = FileMetaTableBuilder::new()
        .transfer_syntax(uids::EXPLICIT_VR_LITTLE_ENDIAN)
        .media_storage_sop_class_uid(uids::CT_IMAGE_STORAGE)
        .media_storage_sop_instance_uid(&instance_uid);
    let file = object.with_meta(meta).map_err(|error| PhantomError::Meta(Box::new(error)))?;
    let mut bytes = Vec::new();
    file.write_all(&mut bytes).map_err(|error| PhantomError::Encode(Box::new(error)))?;
    Ok(bytes)
}

/// Stored values: the section with a little noise, the same for the same instance.
fn pixels(plane: &Plane, size: u16, seed: &str) -> Vec<u16> {
    let digest = Sha256::digest(seed.as_bytes());
    let mut state =
        digest.iter().fold(1u32, |state, byte| state.wrapping_mul(31).wrapping_add(u32::from(*byte)));
    let noise = |state: &mut u32| {
        // Numerical Recipes' linear congruential generator.
        *state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        i32::try_from((*state >> 16) % (2 * NOISE + 1)).unwrap_or_default() - NOISE as i32
    };
    let stored = |value: i32| u16::try_from(value - INTERCEPT).unwrap_or_default();
    plane.render(size).into_iter().map(|value| stored(value + noise(&mut state))).collect()
}

/// A UID of the kind that a UUID gives (PS3.5 §B.2), made from a name.
fn uid(name: &str) -> String {
    let digest = Sha256::digest(format!("auraloader phantom {name}").as_bytes());
    let mut bytes = [0; 16];
    bytes.iter_mut().zip(digest).for_each(|(byte, from)| *byte = from);
    format!("2.25.{}", uuid::Builder::from_custom_bytes(bytes).into_uuid().as_u128())
}

fn decimals(values: &[f64]) -> String {
    values.iter().map(|value| decimal(*value)).collect::<Vec<_>>().join("\\")
}

/// A Decimal String (PS3.5 §6.2), at most 16 characters for everything that fits a body.
fn decimal(value: f64) -> String {
    let text = format!("{value:.4}");
    let short = text.trim_end_matches('0').trim_end_matches('.');
    if short == "-0" { "0".to_owned() } else { short.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::{decimal, uid};

    #[test]
    fn uids_are_valid_and_their_own() {
        let (study, series) = (uid("study"), uid("series 1"));
        assert_ne!(study, series);
        assert!(study.len() <= 64 && study.starts_with("2.25."));
        assert!(study["2.25.".len()..].bytes().all(|byte| byte.is_ascii_digit()));
    }

    #[test]
    fn decimal_strings() {
        assert_eq!(decimal(-0.00001), "0");
        assert_eq!(decimal(-119.53125), "-119.5312");
        assert_eq!(decimal(10.0), "10");
    }
}
