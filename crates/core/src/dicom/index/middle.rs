//! Which image a study is shown by.

use std::cmp::Ordering;

use super::{Index, sort};
use crate::content::Content;
use crate::dicom::field::Field;

/// Modalities (PS3.3 §C.7.3.1.1.1) whose objects hold no pixels.
const WITHOUT_PIXELS: [&str; 8] = ["SR", "PR", "KO", "DOC", "REG", "RTSTRUCT", "RTPLAN", "PLAN"];

impl Index {
    /// Where the middle image of a study's largest series lies, in the order of the files' names: what position each has is not read.
    pub fn middle_image(&self, study_uid: &str) -> Option<&Content> {
        let (mut largest, mut series) = (("", 0), ("", 0));
        // What belongs to one series stands together.
        for (common, group) in self.groups.iter().filter(|(common, _)| common.study_uid == study_uid) {
            if WITHOUT_PIXELS.contains(&common.values.first(Field::Modality)) {
                continue;
            }
            if series.0 != common.series_uid {
                series = (&common.series_uid, 0);
            }
            series.1 += group.images;
            if series.1 > largest.1 {
                largest = series;
            }
        }
        let (series_uid, images) = largest;
        let mut of_series = Vec::new();
        for (item, instance) in self.instances.iter() {
            if instance.common.series_uid == series_uid && instance.common.study_uid == study_uid {
                of_series.push((item, instance));
            }
        }
        sort(&mut of_series, &|(a, x), (b, y)| natural(&x.path, &y.path).then(a.cmp(b)));
        Some(&of_series.get(images / 2)?.1.content)
    }
}

/// As people order names: `IM2` before `IM10`.
fn natural(left: &str, right: &str) -> Ordering {
    let (mut left, mut right) = (left.as_bytes(), right.as_bytes());
    loop {
        let ((x, after_x), (y, after_y)) = (token(left), token(right));
        // Without the zeros in front the longer number is the larger one.
        let order = if is_number(x) && is_number(y) { x.len().cmp(&y.len()) } else { Ordering::Equal };
        let order = order.then(x.cmp(y));
        if order.is_ne() || (after_x.is_empty() && after_y.is_empty()) {
            return order;
        }
        (left, right) = (after_x, after_y);
    }
}

/// The number at the front, without its zeros, or else the first byte; and what comes behind.
fn token(text: &[u8]) -> (&[u8], &[u8]) {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (front, behind) = text.split_at(digits.max(1).min(text.len()));
    let zeros = front.iter().take(digits.saturating_sub(1)).take_while(|byte| **byte == b'0').count();
    (front.get(zeros..).unwrap_or_default(), behind)
}

fn is_number(token: &[u8]) -> bool {
    token.first().is_some_and(u8::is_ascii_digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_ordered_as_people_do() {
        let ordered = ["", "1", "01a", "2", "10", "IM", "IM1", "IM2/9", "IM02/10", "IM10", "IM10a", "IN"];
        for (at, left) in ordered.iter().enumerate() {
            for (other, right) in ordered.iter().enumerate() {
                assert_eq!(natural(left, right), at.cmp(&other), "{left} {right}");
            }
        }
        assert_eq!(natural("IM007", "IM7"), Ordering::Equal);
    }
}
