//! Dropped archives: which entries they have, and where the bytes of each are. No archive is ever read as a whole.

mod end;
mod entry;
mod fields;
mod header;
mod limits;
mod name;
mod opening;

pub use entry::Entry;
pub use opening::Opening;

use crate::dicom::Reason;

/// One file of an archive. Folders are not listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Path within the archive, with `/`: never empty, never absolute, nothing that climbs out or hides.
    pub path: String,
    /// Where it is, or why it can't be read.
    pub entry: Result<Entry, Reason>,
}
