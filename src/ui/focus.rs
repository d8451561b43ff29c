//! Keeps the keyboard's place when what it was on goes away.

use std::time::Duration;

use leptos::prelude::set_timeout;
use wasm_bindgen::JsCast;
use web_sys::{Element, FocusOptions, HtmlElement, ShadowRoot};

/// The shadow root and the element that the components are drawn in.
#[derive(Clone)]
pub(super) struct Focus {
    shadow: ShadowRoot,
    root: HtmlElement,
}

/// Where the keyboard was before a change.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Widget,
    Nowhere,
    Elsewhere,
}

impl Focus {
    pub(super) fn new(shadow: ShadowRoot, root: HtmlElement) -> Self {
        Self { shadow, root }
    }

    /// The first element of the widget that `selector` names.
    pub(super) fn find(&self, selector: &str) -> Option<HtmlElement> {
        self.root.query_selector(selector).ok().flatten()?.dyn_into().ok()
    }

    /// What in the widget has the focus.
    pub(super) fn active(&self) -> Option<Element> {
        self.shadow.active_element()
    }

    fn place(&self) -> Place {
        if self.active().is_some() {
            return Place::Widget;
        }
        let active = self.root.owner_document().and_then(|document| document.active_element());
        match active {
            None => Place::Nowhere,
            Some(element) if element.tag_name().eq_ignore_ascii_case("body") => Place::Nowhere,
            Some(_) => Place::Elsewhere,
        }
    }

    /// To be called before the page changes: afterwards the heading has the focus, unless the person is busy
    /// elsewhere on the page.
    pub(super) fn to_heading(&self) {
        let before = self.place();
        let focus = self.clone();
        later(move || match before {
            Place::Widget => focus.heading(false),
            // Nobody asked to look here, so the page is not scrolled.
            Place::Nowhere if focus.place() == Place::Nowhere => focus.heading(true),
            Place::Nowhere | Place::Elsewhere => {}
        });
    }

    /// To be called before the page changes: if that takes away what has the focus, `fallback` or else the
    /// heading gets it.
    pub(super) fn keep(&self, fallback: impl Fn(&Focus) -> Option<HtmlElement> + 'static) {
        if self.active().is_none() {
            return;
        }
        let focus = self.clone();
        later(move || {
            if focus.place() == Place::Nowhere {
                match fallback(&focus) {
                    Some(element) => focus_on(&element, false),
                    None => focus.heading(false),
                }
            }
        });
    }

    /// Focuses the action that `selector` names, once it is drawn.
    pub(super) fn to_action(&self, selector: &'static str) {
        let focus = self.clone();
        later(move || {
            if let Some(element) = focus.find(selector) {
                // It is in the bar of actions, which is always in view.
                focus_on(&element, true);
            }
        });
    }

    fn heading(&self, prevent_scroll: bool) {
        if let Some(heading) = self.find("h2") {
            focus_on(&heading, prevent_scroll);
        }
    }
}

/// Effects run in microtasks; a task of its own comes after all of them.
fn later(task: impl FnOnce() + 'static) {
    set_timeout(task, Duration::ZERO);
}

fn focus_on(element: &HtmlElement, prevent_scroll: bool) {
    let options = FocusOptions::new();
    options.set_prevent_scroll(prevent_scroll);
    // Focusing what can't be focused does nothing.
    let _ = element.focus_with_options(&options);
}
