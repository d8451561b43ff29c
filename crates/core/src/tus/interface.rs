//! What an upload is told and what it asks for.

use super::error::Error;
use crate::http::{Answer, Request};
use crate::secret::Secret;

/// What an upload needs to know.
#[derive(Clone, Debug)]
pub struct Config {
    /// Absolute URL that uploads are created at.
    pub endpoint: String,
    /// Sent as `Authorization: Bearer …`.
    pub token: Secret,
    /// `Upload-Metadata`, in this order.
    pub metadata: Vec<(&'static str, String)>,
    /// Bytes of the whole upload, if it is known and all of them can be had; else see [`Input::Available`] and
    /// [`Input::Length`].
    pub length: Option<u64>,
    /// Where the server has it, if it was created before, and up to where bytes can have been sent.
    pub resume: Option<(String, u64)>,
    /// Bytes of one PATCH; none: as many as link and server take.
    pub chunk_size: Option<u64>,
    /// The most that link and server are given at once.
    pub largest_chunk: u64,
    /// Waits between tries in milliseconds.
    pub retry_delays: Vec<u64>,
}

/// What happened.
#[derive(Clone, Debug)]
pub enum Input {
    /// Begin; or go on after a failure, from the server's offset.
    Start,
    /// The emitted request is on its way; from here on its silence is timed.
    Sent,
    /// This many bytes of the request's body have gone out.
    Progress(u64),
    /// What came of the request.
    Answer(Answer),
    /// The token asked for by [`Action::RenewToken`].
    Token(Secret),
    /// So many bytes, from the upload's start, can be had by now. Until there are enough for a request it waits.
    Available(u64),
    /// The most that link and server are given at once from now on, see [`Config::largest_chunk`].
    LargestChunk(u64),
    /// How many bytes it has as a whole, all of which can be had by now.
    Length(u64),
    /// The machine was asleep until now.
    Woke,
    /// The browser says whether it is online.
    Online(bool),
    /// Stop, but keep what is on the server.
    Pause,
    /// Go on after a pause.
    Resume,
    /// Stop and take back what is on the server.
    Cancel,
    /// The time of [`super::Upload::poll_timeout`] has come.
    Timeout,
}

/// What the shell is to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Send this; there is never more than one on its way.
    Send(Request),
    /// Abort it; its answer is not to be reported.
    Abort,
    /// The server refused the token: get another one and hand it in.
    RenewToken,
    /// Tell the owner.
    Emit(Event),
}

/// What the owner is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Bytes that have gone out; can go back when some of them got lost.
    Progress(u64),
    /// The server has it here.
    Created(String),
    /// The server takes no upload whose length is not known yet: it goes on with [`Input::Length`].
    NeedsLength,
    /// Whether requests get through; told when it changes.
    Connected(bool),
    /// Everything is on the server.
    Finished,
    /// It stopped.
    Failed(Error),
    /// It was cancelled, and taken back as far as the server let us.
    Cancelled,
}
