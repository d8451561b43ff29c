//! Bodies of requests: bytes, slices of files and of deflated entries, read as they are sent.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use auraloader_core::archive::Part;
use auraloader_core::content::FileId;
use auraloader_core::http::{Body, Digest};
use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use sha1::Sha1;
use sha2::{Digest as _, Sha256};
use tokio::sync::mpsc;

use super::packing::Packing;
use crate::files::Files;

/// Read and handed on at a time.
const PIECE: usize = 128 * 1024;
/// Read ahead of what the connection takes, in pieces.
const AHEAD: usize = 8;

/// Where the bytes of a body are.
#[derive(Clone)]
pub(super) struct Source {
    files: Arc<Files>,
    pieces: Arc<[Piece]>,
    len: u64,
}

#[derive(Clone)]
enum Piece {
    Bytes(Bytes),
    File(FileId, Range<u64>),
}

impl Source {
    /// Of a request's body; `None` if a deflated entry is not at hand any more.
    pub(super) fn new(body: &Body, files: &Arc<Files>, packing: &Packing) -> Option<Self> {
        let pieces: Option<Vec<Piece>> = match body {
            Body::Empty => Some(Vec::new()),
            Body::Json(text) => Some(vec![Piece::Bytes(text.clone().into())]),
            // The session has made parts of it.
            Body::Range(_) => None,
            Body::Parts(parts) => parts.iter().map(|part| piece(part, packing)).collect(),
        };
        let pieces: Arc<[Piece]> = pieces?.into();
        let len = pieces.iter().map(Piece::len).sum();
        Some(Self { files: Arc::clone(files), pieces, len })
    }

    pub(super) fn len(&self) -> u64 {
        self.len
    }

    /// The value of `Upload-Checksum`; takes as long as reading everything does.
    pub(super) fn checksum(&self, digest: Digest) -> io::Result<String> {
        let hash = match digest {
            Digest::Sha1 => {
                let mut hasher = Sha1::new();
                self.read(&mut |bytes| {
                    hasher.update(&bytes);
                    true
                })?;
                hasher.finalize().to_vec()
            }
            Digest::Sha256 => {
                let mut hasher = Sha256::new();
                self.read(&mut |bytes| {
                    hasher.update(&bytes);
                    true
                })?;
                hasher.finalize().to_vec()
            }
        };
        Ok(digest.header(&hash))
    }

    /// The bytes, read by another thread a little ahead of what is taken; `broken` is set where a file can't be read.
    /// `progress` is told how many have been taken.
    pub(super) fn stream(
        self,
        broken: Arc<AtomicBool>,
        progress: impl Fn(u64) + Send + 'static,
    ) -> impl Stream<Item = io::Result<Bytes>> + Send + 'static {
        let (sender, receiver) = mpsc::channel(AHEAD);
        tokio::task::spawn_blocking(move || {
            // Nobody takes them any more once the request has been aborted.
            let mut take = |bytes| sender.blocking_send(Ok(bytes)).is_ok();
            if let Err(error) = self.read(&mut take) {
                broken.store(true, Ordering::Relaxed);
                let _ = sender.blocking_send(Err(error));
            }
        });
        let taken = stream::unfold(receiver, async |mut receiver| {
            receiver.recv().await.map(|piece| (piece, receiver))
        });
        let mut sent = 0;
        taken.map(move |piece: io::Result<Bytes>| {
            sent += piece.as_ref().map_or(0, |bytes| bytes.len() as u64);
            progress(sent);
            piece
        })
    }

    /// Hands everything on until `take` wants no more.
    fn read(&self, take: &mut dyn FnMut(Bytes) -> bool) -> io::Result<()> {
        for piece in self.pieces.iter() {
            let goes_on = match piece {
                Piece::Bytes(bytes) => take(bytes.clone()),
                Piece::File(id, range) => slice(self.files.open(*id)?, range, take)?,
            };
            if !goes_on {
                break;
            }
        }
        Ok(())
    }
}

impl Piece {
    fn len(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::File(_, range) => range.end.saturating_sub(range.start),
        }
    }
}

fn piece(part: &Part, packing: &Packing) -> Option<Piece> {
    match part {
        Part::Bytes(bytes) => Some(Piece::Bytes(Bytes::copy_from_slice(bytes))),
        Part::File { file, range } => Some(Piece::File(*file, range.clone())),
        Part::Packed { item, range } => packing.slice(*item, range).map(Piece::Bytes),
    }
}

fn slice(mut file: File, range: &Range<u64>, take: &mut dyn FnMut(Bytes) -> bool) -> io::Result<bool> {
    file.seek(SeekFrom::Start(range.start))?;
    let mut left = range.end.saturating_sub(range.start);
    while left > 0 {
        let mut buffer = vec![0; (PIECE as u64).min(left) as usize];
        file.read_exact(&mut buffer)?;
        left -= buffer.len() as u64;
        if !take(buffer.into()) {
            return Ok(false);
        }
    }
    Ok(true)
}
