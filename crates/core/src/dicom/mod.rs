//! From dropped files to studies: header walk, text, grouping.

mod reason;
mod study;

pub use reason::{Reason, RejectedFile};
pub use study::{SeriesInfo, StudyInfo, Warning};
