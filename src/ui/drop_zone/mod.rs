//! Where files come in: the zone with its two buttons, the inputs behind them, and drops on the whole widget.

use js_sys::Array;
use leptos::attr::custom::custom_attribute;
use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{DataTransfer, DragEvent, Event, HtmlElement, HtmlInputElement};

use super::context::Context;
use super::icon::{self, icon};
use super::intent::Intent;
use super::words;

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
#[component]
pub(super) fn DropZone(
    /// The widget's parts.
    context: Context,
    /// How much room it takes.
    size: Size,
) -> impl IntoView {
    let (label, main, text) = match size {
        Size::Full => (
            words::ADD_FILES,
            "button main",
            view! {
                <span class="zone-icon">{icon(icon::CLOUD_UPLOAD)}</span>
                <p class="zone-text">{words::DROP_HERE}<span>{words::DROP_HERE_HINT}</span></p>
            }
            .into_any(),
        ),
        Size::Small => (
            words::ADD_MORE,
            "button",
            view! { <p class="zone-text">{icon(icon::PLUS)}{words::ADD_MORE}</p> }.into_any(),
        ),
    };
    let folders = can_choose_folders();
    let files_class = if folders { "button" } else { main };
    view! {
        <div class="zone" part="drop-zone" class:small=move || size == Size::Small role="group" aria-label=label>
            {text}
            <div class="buttons">
                {folders.then(|| view! {
                    <button type="button" class=main part="button" data-action="choose-folder"
                        on:click=move |_| choose(context, Chooser::Folder)>
                        {icon(icon::FOLDER)}{words::CHOOSE_FOLDER}
                    </button>
                })}
                <button type="button" class=files_class part="button" data-action="choose-files"
                    on:click=move |_| choose(context, Chooser::Files)>
                    {icon(icon::FILES)}{words::CHOOSE_FILES}
                </button>
            </div>
        </div>
    }
}

/// The two inputs; they stay while the rest is redrawn, so that an open chooser never loses its input.
#[component]
pub(super) fn Inputs(
    /// The widget's parts.
    context: Context,
) -> impl IntoView {
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
    view! {
        <input type="file" multiple=true hidden=true class="choose-files" aria-label=words::CHOOSE_FILES
            on:change=chosen />
        <input type="file" multiple=true {..custom_attribute("webkitdirectory", "")} hidden=true class="choose-folder"
            aria-label=words::CHOOSE_FOLDER on:change=chosen />
    }
}

/// Opens a chooser; only within a click or a key press.
pub(super) fn choose(context: Context, chooser: Chooser) {
    let selector = match chooser {
        Chooser::Folder if can_choose_folders() => "input.choose-folder",
        Chooser::Folder | Chooser::Files => "input.choose-files",
    };
    if let Some(input) = context.focus(|focus| focus.find(selector)).flatten() {
        input.click();
    }
}

/// Browsers on phones often can't.
fn can_choose_folders() -> bool {
    document()
        .create_element("input")
        .is_ok_and(|input| js_sys::Reflect::has(&input, &"webkitdirectory".into()).unwrap_or(false))
}

/// Covers the widget while files are held over it.
#[component]
pub(super) fn Veil(
    /// Whether files are held over the widget.
    over: RwSignal<bool>,
) -> impl IntoView {
    move || {
        over.get().then(|| {
            view! {
                <div class="veil" part="veil">
                    <div class="veil-text">{icon(icon::CLOUD_UPLOAD)}<p>{words::LET_GO}</p></div>
                </div>
            }
        })
    }
}

/// Takes drops on the element that this is spread on; `over` says whether files are held over it.
///
/// A drop that can't be taken is swallowed all the same: the browser would open the file and leave the page.
pub(super) fn drops(context: Context, over: RwSignal<bool>) -> impl leptos::attr::Attribute + use<> {
    let takes = move || context.screen.with_untracked(|screen| screen.takes_files());
    let hold = move |event: DragEvent| {
        let Some(data) = files_of(&event) else { return };
        event.prevent_default();
        data.set_drop_effect(if takes() { "copy" } else { "none" });
        if over.get_untracked() != takes() {
            over.set(takes());
        }
    };
    (
        leptos::tachys::html::event::on(ev::dragenter, hold),
        leptos::tachys::html::event::on(ev::dragover, hold),
        leptos::tachys::html::event::on(ev::dragleave, move |event: DragEvent| {
            if over.get_untracked() && !is_within(&event) {
                over.set(false);
            }
        }),
        leptos::tachys::html::event::on(ev::drop, move |event: DragEvent| {
            over.set(false);
            let Some(data) = files_of(&event) else { return };
            event.prevent_default();
            if takes() {
                context.send(Intent::Dropped(data));
            }
        }),
    )
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
