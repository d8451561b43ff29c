//! Leptos components, drawn from their [`Model`] and from nothing else.

mod actions;
mod announce;
mod app;
mod context;
mod copy_button;
mod disclosure;
mod drop_zone;
mod element;
mod focus;
mod format;
mod icon;
mod intent;
mod left_out;
mod meter;
mod near;
mod problem;
mod screen;
mod study_list;
mod styles;
mod words;

pub use intent::{Intent, Intents};
pub use words::Language;

use auraloader_core::state::State;
use leptos::mount::{UnmountHandle, mount_to_renderer};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{HtmlElement, ShadowRoot, ShadowRootInit, ShadowRootMode};

use self::app::app;
use self::context::Context;
use self::element::El;
use self::focus::Focus;

/// What the components read.
#[derive(Clone, Copy)]
pub struct Model {
    /// The whole state; the components take memos of its parts.
    pub state: RwSignal<State>,
    /// Whether the device may go to sleep during an upload: the browser has no wake lock, or refused it.
    pub may_sleep: RwSignal<bool>,
}

/// Which colours to draw in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
    /// As the person's system has it.
    #[default]
    Auto,
}

impl Theme {
    fn name(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
            Self::Auto => "auto",
        }
    }
}

/// The widget as drawn; dropping it takes everything out of the container again.
pub struct Mounted {
    // Dropped first: components are unmounted while their root is still in the page.
    view: Option<UnmountHandle<El>>,
    root: HtmlElement,
    shadow: ShadowRoot,
}

impl Drop for Mounted {
    fn drop(&mut self) {
        drop(self.view.take());
        self.root.remove();
        styles::drop_from(&self.shadow);
    }
}

/// Draws the widget in a shadow root of `container`: a new one, or the one that a widget before it left behind.
///
/// # Errors
///
/// The browser's own exception: the container can't have an open shadow root (an `<input>`, say, or one that
/// the page closed), or the browser has no constructable style sheets.
pub fn mount(
    container: &HtmlElement,
    model: Model,
    intents: Intents,
    theme: Theme,
    language: Language,
) -> Result<Mounted, JsValue> {
    let shadow = match container.shadow_root() {
        Some(shadow) => shadow,
        None => container.attach_shadow(&ShadowRootInit::new(ShadowRootMode::Open))?,
    };
    styles::adopt(&shadow)?;
    let root: HtmlElement = document().create_element("div")?.dyn_into()?;
    root.set_class_name("sal");
    root.set_attribute("part", "root")?;
    root.set_attribute("data-theme", theme.name())?;
    // Whatever the page's are.
    root.set_attribute("lang", &language.tag)?;
    root.set_attribute("dir", if language.is_rtl { "rtl" } else { "ltr" })?;
    shadow.append_child(&root)?;
    let focus = Focus::new(shadow.clone(), root.clone());
    let view = mount_to_renderer(&root, move || app(Context::new(model, intents, focus, language)));
    Ok(Mounted { view: Some(view), root, shadow })
}
