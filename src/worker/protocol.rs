//! Messages between the page and the engine: postcard bytes, with files beside them where there are some.
//!
//! Both sides are the same build of the same module, so the format need not describe itself.

use std::sync::Arc;

use auraloader_core::content::FileId;
use auraloader_core::credentials::{Grant, Kind, Subject, Unresolved};
use auraloader_core::session::{Config, DropId, Event, Key};
use auraloader_core::state::State;
use js_sys::{Array, Uint8Array};
use serde::{Deserialize, Serialize};
use wasm_bindgen::{JsCast, JsValue};

/// From the page to the engine.
#[derive(Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Command {
    /// The first: who is calling what.
    Open {
        /// For the session.
        config: Box<Config>,
        /// Whether to log requests and their answers, without secrets.
        debug: bool,
    },
    /// Files with these paths. Beside them goes for each the file; or, of a small one, which stays with the page, its
    /// bytes; or `null` if it can't be opened.
    AddFiles {
        /// The id of the first; the others count on from it.
        first: FileId,
        /// Relative to what was dropped.
        paths: Vec<String>,
        /// How many more will come, as far as is known.
        coming: usize,
    },
    /// Files that were asked for ([`Report::Ask`]). Beside them goes for each all its bytes, or the file itself if it is not
    /// small any more, or `null` if it can't be read.
    Contents(Vec<FileId>),
    /// There are no more files in the drops up to this one.
    AllListed(DropId),
    /// Forget the drop that is being read.
    StopReading,
    /// What came of [`Report::Resolve`].
    Resolved {
        /// Of which credential.
        kind: Kind,
        /// Which call.
        call: u32,
        /// The value.
        result: Result<Grant, Unresolved>,
    },
    /// Whether the browser is online.
    Online(bool),
    /// Send what was found, or go on after an error. Beside it go handles of all that was dropped, if there are any.
    Upload,
    /// Take back what was left unfinished.
    Abandon(Key),
    /// Pause the upload.
    Pause,
    /// Go on after a pause.
    Resume,
    /// End everything that is running.
    Cancel,
    /// Back to the start.
    Reset,
    /// Take a study out.
    RemoveStudy(String),
    /// Beside it goes the `MessagePort` on which files of pictures are asked for.
    Pictures,
}

/// From the engine to the page.
#[derive(Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Report {
    /// The worker is there and listens.
    Ready,
    /// The host's resolver is to be called ([`Command::Resolved`]).
    Resolve {
        /// Of which credential.
        kind: Kind,
        /// Which call.
        call: u32,
        /// What a signature is for.
        subject: Option<Subject>,
        /// 1, and more after failures.
        attempt: u32,
    },
    /// The bytes of these files are wanted, which stay with the page ([`Command::Contents`]).
    Ask(Vec<FileId>),
    /// Files are wanted no more: this one, and those up to the other.
    LetGo(FileId, FileId),
    /// A worker that deflates is wanted. Beside it goes the `MessagePort` on which it takes its jobs.
    StartPacker,
    /// That one is wanted no more; they are numbered as they are asked for, from 0.
    EndPacker(u32),
    /// From the session.
    Event {
        /// What happened; lists of the state that are as before are left empty.
        event: Event,
        /// Which lists are as before.
        same: Same,
    },
    /// The engine has broken down and answers no more.
    Broken,
}

/// Which lists of a state did not change since the last one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Same {
    studies: bool,
    rejected: bool,
    spans: bool,
}

/// Leaves out of states what the other side has already.
#[derive(Debug, Default)]
pub(super) struct Slimmer {
    last: State,
}

impl Slimmer {
    pub(super) fn slim(&mut self, mut event: Event) -> Report {
        let mut same = Same::default();
        if let Event::State(state) = &mut event {
            let full = State::clone(state);
            same = Same {
                studies: slim(&mut state.studies, &self.last.studies),
                rejected: slim(&mut state.rejected, &self.last.rejected),
                spans: slim(&mut state.spans, &self.last.spans),
            };
            self.last = full;
        }
        Report::Event { event, same }
    }
}

fn slim<T>(list: &mut Arc<Vec<T>>, last: &Arc<Vec<T>>) -> bool {
    let same = Arc::ptr_eq(list, last);
    if same {
        *list = Arc::default();
    }
    same
}

/// Puts back into a state what was left out.
pub(super) fn complete(state: &mut State, last: &State, same: Same) {
    if same.studies {
        state.studies = Arc::clone(&last.studies);
    }
    if same.rejected {
        state.rejected = Arc::clone(&last.rejected);
    }
    if same.spans {
        state.spans = Arc::clone(&last.spans);
    }
}

/// `[bytes, files]`, fit for `postMessage`.
pub(super) fn message(content: &impl Serialize, files: &JsValue) -> JsValue {
    // Only types that have no fixed form could fail; there are none in a message.
    let bytes = postcard::to_allocvec(content).unwrap_or_default();
    Array::of2(&Uint8Array::from(bytes.as_slice()), files).into()
}

/// The two parts of a [`message`]; `None` if it is none of ours.
pub(super) fn open<T: for<'a> Deserialize<'a>>(message: &JsValue) -> Option<(T, Array)> {
    let parts = message.dyn_ref::<Array>()?;
    let bytes = parts.get(0).dyn_into::<Uint8Array>().ok()?.to_vec();
    let files = parts.get(1).dyn_into::<Array>().unwrap_or_default();
    Some((postcard::from_bytes(&bytes).ok()?, files))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unchanged_lists_are_left_out_and_put_back() {
        let mut slimmer = Slimmer::default();
        let full = State { studies: Arc::new(vec![Default::default()]), ..State::default() };
        let mut last = State::default();
        for round in 0..2 {
            let Report::Event { event: Event::State(mut state), same } =
                slimmer.slim(Event::State(Box::new(full.clone())))
            else {
                panic!("a state");
            };
            assert_eq!(state.studies.is_empty(), round == 1);
            complete(&mut state, &last, same);
            assert_eq!(*state, full);
            last = *state;
        }
    }
}
