//! What an honest archive stays below. A bomb is small, and takes the page down once it is unpacked or listed.

use super::Listed;
use crate::dicom::Reason;

/// Entries. The largest studies have some 10,000 instances, a whole CD 50,000; a list of this length is bearable.
pub(super) const MAX_ENTRIES: u64 = 100_000;
/// Bytes of the central directory: 640 for each of the entries above, where 46 and a path are usual.
pub(super) const MAX_DIRECTORY: u64 = 64 * 1024 * 1024;
/// Bytes that one byte of a deflate stream can become: four matches of 258 at two bits each (RFC 1951 §3.2.5).
const MAX_DEFLATE_RATIO: u64 = 1032;
/// Below this, unpacking is no threat, however small the archive is. Nothing is ever unpacked as a whole.
const HARMLESS_TOTAL: u64 = 1024 * 1024 * 1024;
/// Pixels deflate to a half or a third, masks and blank images to a hundredth; not all of a large archive does.
const MAX_TOTAL_RATIO: u64 = 200;

/// Whether `packed` bytes of deflate can be `size` bytes once inflated.
pub(super) fn can_inflate_to(packed: u64, size: u64) -> bool {
    size <= packed.saturating_mul(MAX_DEFLATE_RATIO)
}

/// Checks the entries of an archive against each other, and tells each where it has to end.
///
/// # Errors
/// [`Reason::ArchiveLimit`] if they claim to be far more than the archive is.
pub(super) fn check(listed: &mut [Listed], archive_len: u64, directory: u64) -> Result<(), Reason> {
    let sizes = listed.iter().filter_map(|listed| listed.entry.as_ref().ok()).map(|entry| entry.size);
    let total = sizes.fold(0, u64::saturating_add);
    if total > HARMLESS_TOTAL && total > archive_len.saturating_mul(MAX_TOTAL_RATIO) {
        return Err(Reason::ArchiveLimit);
    }
    part(listed, directory);
    Ok(())
}

/// Refuses entries that share bytes with each other or with the directory: that is how a few bytes are made to count
/// many times (Fifield, "A better zip bomb", 2019).
fn part(listed: &mut [Listed], directory: u64) {
    let mut in_order: Vec<_> = listed.iter_mut().filter(|listed| listed.entry.is_ok()).collect();
    in_order.sort_unstable_by_key(|listed| listed.entry.as_ref().map_or(0, |entry| entry.offset));
    // From the back, so that where the next one starts is known.
    let mut next = directory;
    for listed in in_order.iter_mut().rev() {
        if let Ok(entry) = &mut listed.entry {
            entry.limit = next;
            next = entry.offset;
        }
    }
    // What reaches furthest of those that start earlier.
    let mut furthest = 0;
    for listed in in_order {
        let Ok(entry) = &listed.entry else { continue };
        let end = entry.least_end();
        if entry.offset < furthest || end > entry.limit {
            listed.entry = Err(Reason::ArchiveLimit);
        }
        furthest = furthest.max(end);
    }
}
