//! The style sheet of the shadow root.

use wasm_bindgen::JsValue;
use web_sys::{CssStyleSheet, ShadowRoot};

/// Dark colours are written once and used in two places: chosen by the host, and by the person's system.
const CSS: &str = concat!(
    include_str!("../../styles/tokens.css"),
    ".sal[data-theme=dark]{",
    include_str!("../../styles/dark.css"),
    "}@media (prefers-color-scheme:dark){.sal[data-theme=auto]{",
    include_str!("../../styles/dark.css"),
    "}}",
    include_str!("../../styles/base.css"),
    include_str!("../../styles/button.css"),
    include_str!("../../styles/drop_zone.css"),
    include_str!("../../styles/meter.css"),
    include_str!("../../styles/study_list.css"),
    include_str!("../../styles/left_out.css"),
    include_str!("../../styles/actions.css"),
    include_str!("../../styles/problem.css"),
);

/// Puts the sheet into `shadow`, in the way that a page's `style-src 'self'` doesn't refuse.
pub(super) fn adopt(shadow: &ShadowRoot) -> Result<(), JsValue> {
    let sheet = CssStyleSheet::new()?;
    sheet.replace_sync(CSS)?;
    shadow.set_adopted_style_sheets(&js_sys::Array::of1(&sheet));
    Ok(())
}

/// Takes it out again.
pub(super) fn drop_from(shadow: &ShadowRoot) {
    shadow.set_adopted_style_sheets(&js_sys::Array::new());
}
