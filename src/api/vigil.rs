//! While an upload runs: leaving the page asks first, and the screen stays awake where the browser lets it.

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use js_sys::Promise;
use leptos::prelude::{RwSignal, Set};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Event, EventTarget, window};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_namespace = ["navigator", "wakeLock"], js_name = request)]
    fn request_wake_lock(kind: &str) -> Result<Promise, JsValue>;

    type WakeLock;
    #[wasm_bindgen(method, catch)]
    fn release(this: &WakeLock) -> Result<Promise, JsValue>;
}

/// Keeps watch until it is dropped.
pub(super) struct Vigil {
    listener: Closure<dyn Fn(Event)>,
    lock: Rc<Lock>,
}

struct Lock {
    held: RefCell<Option<WakeLock>>,
    /// Is told whether there is none.
    may_sleep: RwSignal<bool>,
}

impl Vigil {
    pub(super) fn new(may_sleep: RwSignal<bool>) -> Self {
        let lock = Rc::new(Lock { held: RefCell::default(), may_sleep });
        stay_awake(&lock);
        let weak = Rc::downgrade(&lock);
        let listener = Closure::<dyn Fn(Event)>::new(move |event: Event| {
            if event.type_() == "beforeunload" {
                event.prevent_default();
            } else if let Some(lock) = weak.upgrade().filter(|_| is_seen()) {
                // The browser lets go of it with each page that nobody sees.
                stay_awake(&lock);
            }
        });
        for (target, event) in targets() {
            let added = target.add_event_listener_with_callback(event, listener.as_ref().unchecked_ref());
            debug_assert!(added.is_ok(), "listening can't fail");
        }
        Self { listener, lock }
    }
}

impl Drop for Vigil {
    fn drop(&mut self) {
        for (target, event) in targets() {
            drop(target.remove_event_listener_with_callback(event, self.listener.as_ref().unchecked_ref()));
        }
        let_go(self.lock.held.take());
    }
}

fn targets() -> impl Iterator<Item = (EventTarget, &'static str)> {
    let page = window();
    let document = page.as_ref().and_then(web_sys::Window::document);
    let document = document.map(|document| (document.into(), "visibilitychange"));
    page.map(|page| (page.into(), "beforeunload")).into_iter().chain(document)
}

fn is_seen() -> bool {
    window().and_then(|page| page.document()).is_some_and(|document| !document.hidden())
}

/// A browser that has no wake lock, or refuses it, sends all the same, and the person is told.
fn stay_awake(lock: &Rc<Lock>) {
    let requested = request_wake_lock("screen");
    let lock: Weak<Lock> = Rc::downgrade(lock);
    spawn_local(async move {
        let granted = match requested {
            Ok(granted) => JsFuture::from(granted).await.ok().map(JsCast::unchecked_into),
            Err(_) => None,
        };
        match lock.upgrade() {
            Some(lock) => {
                lock.may_sleep.try_set(granted.is_none());
                let_go(lock.held.replace(granted));
            }
            None => let_go(granted),
        }
    });
}

fn let_go(lock: Option<WakeLock>) {
    if let Some(Ok(released)) = lock.map(|lock| lock.release()) {
        spawn_local(async move { drop(JsFuture::from(released).await) });
    }
}
