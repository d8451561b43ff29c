//! What a session is told and what it asks for.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::compressing::Compression;
use super::resume::{Key, Record};
use crate::archive::{Packed, Part};
use crate::content::{Block, Content, FileId, ItemId};
use crate::credentials::{self, Grant, Kind, Subject, Unresolved};
use crate::dicom::{ExcludeRule, Reason};
use crate::http::{Answer, Digest, Request};
use crate::secret::Secret;
use crate::state::{ErrorInfo, State, UploadResult};

/// What the host page configured.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Config {
    /// Absolute base URL of the Aura API, without a trailing slash.
    pub api_base_url: String,
    /// Service key.
    pub api_token: Secret,
    /// `aubt_` token.
    pub upload_token: credentials::Source,
    /// Upload signature, if the host uses one.
    pub signature: Option<credentials::Source>,
    /// Aurabox patient id.
    pub patient_id: Option<String>,
    /// JSON text that is sent unchanged on init.
    pub context: Option<String>,
    /// Bytes of one PATCH; none: as many as link and server take.
    pub chunk_size: Option<u64>,
    /// How the archive's entries are written.
    pub compression: Compression,
    /// One archive a study, not one for the whole upload.
    pub by_study: bool,
    /// Waits between tries of one request in milliseconds.
    pub retry_delays: Vec<u64>,
    /// Whether unfinished uploads are remembered.
    pub resume: bool,
    /// Which instances are left out.
    pub exclude_rules: Vec<ExcludeRule>,
}

/// Numbers what was dropped or chosen at once, in order.
pub type DropId = u32;

/// Names a request until it is answered or aborted.
pub type RequestId = u32;

/// What happened.
pub enum Input {
    /// Fetch the server's configuration.
    Configure,
    /// Files were dropped: path and size. Their ids count on from the one given, which is above all before.
    AddFiles(FileId, Vec<(String, u64)>),
    /// So many more files of the drops being listed will come, as far as is known.
    Expect(usize),
    /// There are no more files in the drops up to the one of this number.
    AllListed(DropId),
    /// Forget the drop that is being read.
    StopReading,
    /// Bytes that [`Action::Read`] asked for; fewer are fine, none means that the file ends there.
    Read(ItemId, Result<Box<dyn Block>, Reason>),
    /// The CRC-32 that [`Action::Checksum`] asked for.
    Checksum(ItemId, Result<u32, Reason>),
    /// What came of [`Action::Pack`]; if the item shrank, its deflated bytes are kept by the shell.
    Packed(ItemId, Result<Packed, Reason>),
    /// What came of a request.
    Answer(RequestId, Answer),
    /// What a request with a body carries has been read, and goes out from now on: the server's time begins.
    Sent(RequestId),
    /// Bytes of a request's body that have gone out.
    Progress(RequestId, u64),
    /// What came of the [`Action::Resolve`] of this number.
    Resolved(Kind, u32, Result<Grant, Unresolved>),
    /// The records that [`Action::Recall`] asked for.
    Recalled(Vec<(Key, Record)>),
    /// What [`Action::Fingerprint`] of this number asked for; none if the browser makes no digests.
    Fingerprint(u32, Option<Key>),
    /// Whether the browser is online.
    Online(bool),
    /// Send what was found; or go on after an error.
    Upload,
    /// Pause the upload.
    Pause,
    /// Go on after a pause.
    Resume,
    /// End everything that is running.
    Cancel,
    /// Back to the start, with a new upload.
    Reset,
    /// Take back an upload that was left unfinished, which the person will not go on with; or, if another page sends it at
    /// this moment (`false`), say no more of it.
    Abandon(Key, bool),
    /// Take a study out.
    RemoveStudy(String),
    /// The time of [`super::Session::poll_timeout`] has come.
    Timeout,
}

/// What the shell is to do.
#[derive(Debug)]
pub enum Action {
    /// Read this range of the item's dropped file.
    Read(ItemId, Range<u64>),
    /// Read all of this content and take its CRC-32 ([`crate::archive::Checksum`]).
    Checksum(ItemId, Content),
    /// Deflate all of this content, which lies as it is, at this level ([`crate::archive::Deflating`]), and keep what comes of
    /// it for bodies ([`crate::archive::Part::Packed`]) as long as its file is kept, if it is smaller.
    Pack(ItemId, Content, u8),
    /// Let go of the deflated bytes of this item, if there are any.
    LetGo(ItemId),
    /// Send a request; one that carries parts of files once the records asked for before are kept, and tell when it goes
    /// ([`Input::Sent`]).
    Send(RequestId, Request),
    /// Tell what records there are ([`Input::Recalled`]).
    Recall,
    /// SHA-256 of these bytes, followed by when each of these files was modified: milliseconds since 1970 as 64 bits,
    /// little end first ([`Input::Fingerprint`]).
    Fingerprint(u32, Vec<u8>, Vec<FileId>),
    /// Keep this record in place of any by the same key.
    Remember(Key, Record),
    /// Let go of the record.
    Forget(Key),
    /// A body of these parts is likely to be sent next of the archive of this number, maybe with this checksum: have it
    /// ready in place of what was foreseen of that before.
    Foresee(usize, Option<Digest>, Vec<Part>),
    /// Call the host's resolver.
    Resolve {
        /// Of which credential.
        kind: Kind,
        /// Tells this call from others, so that an answer which comes late is not taken for that of the next.
        call: u32,
        /// What a signature is for.
        subject: Option<Subject>,
        /// 1, and more after failures.
        attempt: u32,
    },
    /// Abort a request; its answer is no longer wanted.
    Abort(RequestId),
    /// Let go of these files.
    ReleaseFiles(Range<FileId>),
    /// Tell the page.
    Emit(Event),
}

/// What the page is told.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Event {
    /// The server's configuration is there, or why not.
    Configured(Result<(), ErrorInfo>),
    /// Something of the state changed.
    State(Box<State>),
    /// All drops up to this one have been read: which studies there are now is in the state.
    FilesRead(DropId),
    /// The upload is whole and the server took it.
    Complete(UploadResult),
    /// The upload stopped.
    Failed(ErrorInfo),
    /// It was cancelled, and taken back as far as the server let us.
    Cancelled,
}
