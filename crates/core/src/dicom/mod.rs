//! From dropped files to studies: header walk, text, grouping.

mod charset;
mod field;
mod header;
mod index;
#[cfg(feature = "encoding_rs")]
mod native_text;
mod person_name;
mod reason;
mod rule;
mod study;
mod uid;
mod walk;

pub use charset::Text;
pub use field::{Field, Tag};
pub use header::{Fields, Header};
pub use index::{Accepted, Found, Index};
#[cfg(feature = "encoding_rs")]
pub use native_text::NativeDecoder;
pub use person_name::readable as readable_name;
pub use reason::{Reason, RejectedFile};
pub use rule::ExcludeRule;
pub use study::{SeriesInfo, StudyInfo, Warning};
pub use walk::{Archive, Defect, ElementHeader, Encoding, Walk};
