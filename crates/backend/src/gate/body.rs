//! A body that is judged while it passes.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use auraloader_signing::auraimage::HEAD_LENGTH;
use axum::body::{Body, BodyDataStream, Bytes};
use futures_util::{StreamExt, stream};
use thiserror::Error;

use super::refusal::Refusal;

/// A body whose first bytes have been read, and wait to be looked at.
pub(super) enum Begun {
    /// There are no more.
    Whole(Bytes),
    /// These, and those still to come.
    Part(Vec<Bytes>, BodyDataStream),
}

#[derive(Debug, Error)]
#[error("the upload has more bytes than it may")]
struct TooMuch;

impl Begun {
    /// Reads as many bytes as tell a file's type, or all where there are fewer.
    pub(super) async fn read(body: Body) -> Result<Self, Refusal> {
        let mut rest = body.into_data_stream();
        let mut head: Vec<Bytes> = Vec::new();
        let mut length = 0;
        while length < HEAD_LENGTH {
            match rest.next().await {
                Some(Ok(piece)) => {
                    length += piece.len();
                    head.push(piece);
                }
                Some(Err(_)) => return Err(Refusal::BrokenOff),
                None => return Ok(Self::Whole(head.concat().into())),
            }
        }
        Ok(Self::Part(head, rest))
    }

    pub(super) fn head(&self) -> Bytes {
        match self {
            Self::Whole(bytes) => bytes.clone(),
            Self::Part(head, _) => head.concat().into(),
        }
    }

    /// How many bytes have been read.
    pub(super) fn length(&self) -> u64 {
        match self {
            Self::Whole(bytes) => bytes.len() as u64,
            Self::Part(head, _) => head.iter().map(|piece| piece.len() as u64).sum(),
        }
    }
}

/// Lets a body through as long as the upload, of which `offset` bytes were there before, has at most `max_size` of them.
/// Then it ends in an error, and the number is set to how many came at least.
pub(super) fn limited(begun: Begun, offset: u64, max_size: u64) -> (Body, Arc<AtomicU64>) {
    let exceeded = Arc::new(AtomicU64::new(0));
    let (head, rest) = match begun {
        // As bytes, so that the server behind sees where there are none.
        Begun::Whole(bytes) => return (Body::from(bytes), exceeded),
        Begun::Part(head, rest) => (head, rest),
    };
    let told = Arc::clone(&exceeded);
    let mut total = offset;
    let checked = stream::iter(head).map(Ok).chain(rest).map(move |piece| {
        let piece = piece?;
        total = total.saturating_add(piece.len() as u64);
        if total > max_size {
            told.store(total, Ordering::Release);
            return Err(axum::Error::new(TooMuch));
        }
        Ok(piece)
    });
    (Body::from_stream(checked), exceeded)
}
