//! What a person asks for; the only thing that the components send.

use std::rc::Rc;

/// One thing a person asked for.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Intent {
    /// Files or a folder from an `<input type=file>`: an array copied from its live list, as it is made at once.
    Chosen(js_sys::Array),
    /// Something let go over the widget; its items are read at once, they are gone after the event.
    Dropped(web_sys::DataTransfer),
    /// *Carry on* with what was left unfinished, of which the files are at hand.
    GoOn,
    /// *Start afresh*: what was left unfinished is not wanted any more.
    Abandon,
    /// *Stop* while files are being read: what was being added is forgotten.
    StopReading,
    /// *Upload*, and *Try again* after an error.
    Upload,
    /// *Pause*.
    Pause,
    /// *Carry on*.
    Resume,
    /// *Cancel*, after the person confirmed.
    Cancel,
    /// *Start over*, *Start again*, *Add more* after completion, *Try another folder*, *Cancel* before an upload.
    Reset,
    /// *Remove* on a card.
    RemoveStudy(String),
}

/// Where intents go; given by whoever mounts the components.
#[derive(Clone)]
pub struct Intents(Rc<dyn Fn(Intent)>);

impl Intents {
    /// Hands each intent to `handler`.
    pub fn new(handler: impl Fn(Intent) + 'static) -> Self {
        Self(Rc::new(handler))
    }

    /// Sends one.
    pub fn send(&self, intent: Intent) {
        (self.0)(intent);
    }
}
