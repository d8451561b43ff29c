// What is read of every file.

/** Tags by the keys of the indexing contract; the last of them is where reading ends. */
export const tags = {
  sop_class_uid: "00080016",
  instance_uid: "00080018",
  study_date: "00080020",
  series_date: "00080021",
  study_time: "00080030",
  series_time: "00080031",
  accession_no: "00080050",
  modality: "00080060",
  institution_name: "00080080",
  institution_address: "00080081",
  referring_physician_name: "00080090",
  tz_offset: "00080201",
  study_description: "00081030",
  series_description: "0008103E",
  patient_name: "00100010",
  patient_id: "00100020",
  issuer_of_patient_id: "00100021",
  patient_birth_date: "00100030",
  patient_sex: "00100040",
  other_patient_ids: "00101000",
  body_part: "00180015",
  protocol_name: "00181030",
  study_uid: "0020000D",
  series_uid: "0020000E",
  study_id: "00200010",
  series_number: "00200011",
};

/** As dicom-parser writes a tag. */
export const asDicomParserHas = (tag) => `x${tag.toLowerCase()}`;
