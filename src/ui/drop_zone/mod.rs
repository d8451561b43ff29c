//! Where files come in: the zone with its two buttons, the inputs behind them, and drops on the whole widget.

use js_sys::{Array, Reflect, global};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{DataTransfer, DragEvent, Event, HtmlElement, HtmlInputElement};

use super::actions::is_at_hand;
use super::context::Context;
use super::element::{El, el};
use super::icon::{self, icon};
use super::intent::Intent;
use super::words::{self, Key};

/// How much room the zone takes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Size {
    /// The whole widget is about adding files.
    Full,
    /// Below the studies that are already there.
    Small,
}

/// Which chooser to open.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Chooser {
    Folder,
    Files,
}

/// The zone: a group with two buttons.
pub(super) fn drop_zone(context: Context, size: Size) -> El {
    let says = |key| context.words.get(key);
    let (label, class, text) = match size {
        Size::Full => (
            says(words::ADD_FILES),
            "zone",
            el("p", &[("class", "zone-text")])
                .text(&way_in().map(says).unwrap_or_default())
                .child(el("span", &[]).text(&says(words::DROP_HINT))),
        ),
        Size::Small => (
            says(words::ADD_MORE),
            "zone small",
            el("p", &[("class", "zone-text")]).child(icon(icon::PLUS)).text(&says(words::ADD_MORE)),
        ),
    };
    // Where there is something to go on with, and nothing to choose, that is what stands out.
    let stands_out = move || size == Size::Full && !context.state.with(is_at_hand);
    let button = |is_first, name, sign, label, chooser| {
        el("button", &[("type", "button"), ("part", "button"), ("data-action", name)])
            .class_of(move || if is_first && stands_out() { "button main" } else { "button" })
            .on("click", move |_| choose(context, chooser))
            .child(icon(sign))
            .text(&says(label))
    };
    let mut buttons = el("div", &[("class", "buttons")]);
    let has_folders = can_choose_folders();
    if has_folders {
        buttons =
            buttons.child(button(true, "choose-folder", icon::FOLDER, words::CHOOSE_FOLDER, Chooser::Folder));
    }
    buttons =
        buttons.child(button(!has_folders, "choose-files", icon::FILES, words::CHOOSE_FILES, Chooser::Files));
    let mut zone =
        el("div", &[("class", class), ("part", "drop-zone"), ("role", "group"), ("aria-label", &label)]);
    if size == Size::Full {
        zone = zone.child(el("span", &[("class", "zone-icon")]).child(icon(icon::CLOUD_UPLOAD)));
    }
    zone.child(text).child(buttons)
}

/// The two inputs, below `frame`; they stay while the rest is redrawn, so that an open chooser never loses its input.
pub(super) fn inputs(frame: El, context: Context) -> El {
    let chosen = move |event: Event| {
        let Some(input) = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok()) else {
            return;
        };
        // The list is live: clearing the input empties it.
        let files = input.files().map(|list| Array::from(&list)).unwrap_or_default();
        // Choosing the same files again must be a change.
        input.set_value("");
        if files.length() > 0 {
            context.send(Intent::Chosen(files));
        }
    };
    [
        ("choose-files", words::CHOOSE_FILES, "multiple"),
        ("choose-folder", words::CHOOSE_FOLDER, "webkitdirectory"),
    ]
    .into_iter()
    .fold(frame, |frame, (class, label, what)| {
        let attributes = [
            ("type", "file"),
            ("class", class),
            ("aria-label", &context.words.get(label)),
            ("multiple", ""),
            ("hidden", ""),
            (what, ""),
        ];
        frame.child(el("input", &attributes).on("change", chosen))
    })
}

/// Opens a chooser; only within a click or a key press.
pub(super) fn choose(context: Context, chooser: Chooser) {
    let selector = match chooser {
        Chooser::Folder if can_choose_folders() => "input.choose-folder",
        Chooser::Folder | Chooser::Files => "input.choose-files",
    };
    if let Some(input) = context.focus().and_then(|focus| focus.find(selector)) {
        input.click();
    }
}

/// How folders come in, if there is more to say of it than the buttons do.
fn way_in() -> Option<Key> {
    if can_choose_folders() {
        can_drop_folders().then_some(words::DROP_HERE)
    } else {
        Some(words::DROP_NO_FOLDERS)
    }
}

/// Browsers on phones often can't.
fn can_choose_folders() -> bool {
    document().create_element("input").is_ok_and(|input| has(&input, "webkitdirectory"))
}

fn can_drop_folders() -> bool {
    let item = Reflect::get(&global(), &"DataTransferItem".into());
    let item = item.and_then(|class| Reflect::get(&class, &"prototype".into()));
    item.is_ok_and(|item| has(&item, "webkitGetAsEntry"))
}

fn has(object: &JsValue, name: &str) -> bool {
    Reflect::has(object, &name.into()).unwrap_or(false)
}

/// Covers the widget while files are held over it.
pub(super) fn veil(context: Context) -> El {
    let text = el("div", &[("class", "veil-text")])
        .child(icon(icon::CLOUD_UPLOAD))
        .child(el("p", &[]).text(&context.words.get(words::LET_GO)));
    el("div", &[("class", "veil"), ("part", "veil")]).child(text)
}

/// Takes drops on `frame`; `over` says whether files are held over it.
///
/// A drop that can't be taken is swallowed all the same: the browser would open the file and leave the page.
pub(super) fn drops(frame: El, context: Context, over: RwSignal<bool>) -> El {
    let takes = move || context.screen.with_untracked(|screen| screen.takes_files());
    let hold = move |event: Event| {
        let event: DragEvent = event.unchecked_into();
        let Some(data) = files_of(&event) else { return };
        event.prevent_default();
        data.set_drop_effect(if takes() { "copy" } else { "none" });
        if over.get_untracked() != takes() {
            over.set(takes());
        }
    };
    frame
        .on("dragenter", hold)
        .on("dragover", hold)
        .on("dragleave", move |event| {
            if over.get_untracked() && !is_within(event.unchecked_ref()) {
                over.set(false);
            }
        })
        .on("drop", move |event| {
            over.set(false);
            let event: DragEvent = event.unchecked_into();
            let Some(data) = files_of(&event) else { return };
            event.prevent_default();
            if takes() {
                context.send(Intent::Dropped(data));
            }
        })
}

/// What is dragged, if it is files; text and links are left to the page.
fn files_of(event: &DragEvent) -> Option<DataTransfer> {
    let data = event.data_transfer()?;
    data.types().iter().any(|kind| kind == "Files").then_some(data)
}

/// Leaving a child also tells of leaving; only the place of the pointer tells them apart in every browser.
fn is_within(event: &DragEvent) -> bool {
    let Some(element) = event.current_target().and_then(|target| target.dyn_into::<HtmlElement>().ok())
    else {
        return false;
    };
    let area = element.get_bounding_client_rect();
    let (x, y) = (f64::from(event.client_x()), f64::from(event.client_y()));
    area.left() < x && x < area.right() && area.top() < y && y < area.bottom()
}
