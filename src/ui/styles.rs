//! The style sheet of the shadow root.

use wasm_bindgen::JsValue;
use web_sys::{CssStyleSheet, ShadowRoot};

/// All of `styles/`, joined by `build.rs`.
const CSS: &str = include_str!(concat!(env!("OUT_DIR"), "/styles.css"));

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

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    const LIGHT: &str = include_str!("../../styles/tokens.css");
    const DARK: &str = include_str!("../../styles/dark.css");

    type Rgb = [f64; 3];

    /// The colours that a sheet sets, by name.
    fn tokens(css: &str) -> HashMap<&str, Rgb> {
        css.lines()
            .filter_map(|line| {
                let (name, value) = line.trim().strip_prefix("--")?.split_once(':')?;
                let hex = value.split_once('#')?.1.get(..6)?;
                let channel = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).map(f64::from).unwrap();
                Some((name, [channel(0), channel(2), channel(4)]))
            })
            .collect()
    }

    /// `color-mix(in srgb, top share %, base)`.
    fn mix(top: Rgb, share: f64, base: Rgb) -> Rgb {
        std::array::from_fn(|at| top[at] * share / 100.0 + base[at] * (1.0 - share / 100.0))
    }

    /// Contrast ratio (WCAG 2.2, *relative luminance*).
    fn contrast(one: Rgb, other: Rgb) -> f64 {
        let luminance = |colour: Rgb| {
            let linear = colour.map(|channel| {
                let channel = channel / 255.0;
                if channel <= 0.04045 { channel / 12.92 } else { ((channel + 0.055) / 1.055).powf(2.4) }
            });
            0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
        };
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    #[test]
    fn the_formula_gives_the_known_extremes() {
        assert!((contrast([0.0; 3], [255.0; 3]) - 21.0).abs() < 1e-9);
        assert!((contrast([10.0; 3], [10.0; 3]) - 1.0).abs() < 1e-9);
    }

    #[test]
    fn every_pair_of_colours_can_be_read() {
        for (theme, css) in [("light", LIGHT), ("dark", DARK)] {
            let tokens = tokens(css);
            let [accent, on_accent, surface, sunken, text, muted, line, control, ok, warn, bad] = [
                "accent",
                "on-accent",
                "surface",
                "sunken",
                "text",
                "muted",
                "line",
                "control",
                "ok",
                "warn",
                "bad",
            ]
            .map(|name| tokens[name]);
            let texts = [
                ("text", text, surface),
                ("text on sunken", text, sunken),
                ("text, button pressed", text, mix(text, 12.0, surface)),
                ("muted", muted, surface),
                ("muted on sunken", muted, sunken),
                ("accent", accent, surface),
                ("accent on sunken", accent, sunken),
                ("accent, plain button hovered", accent, mix(accent, 10.0, surface)),
                ("main", on_accent, accent),
                ("main hovered", on_accent, mix(accent, 88.0, text)),
                ("main pressed", on_accent, mix(accent, 76.0, text)),
                ("danger", surface, bad),
                ("danger hovered", surface, mix(bad, 88.0, text)),
                ("ok", ok, surface),
                ("warn", warn, surface),
            ];
            for (name, one, other) in texts {
                let ratio = contrast(one, other);
                assert!(ratio >= 4.5, "{theme} {name}: {ratio:.2}");
            }
            let controls = [
                ("control", control, surface),
                ("control on sunken", control, sunken),
                ("bar", accent, line),
                ("bar at rest", muted, line),
                ("bar done", ok, line),
                ("badge accent", accent, mix(accent, 12.0, surface)),
                ("badge neutral", muted, mix(muted, 12.0, surface)),
                ("badge ok", ok, mix(ok, 12.0, surface)),
                ("badge warn", warn, mix(warn, 12.0, surface)),
                ("badge bad", bad, mix(bad, 12.0, surface)),
                ("focus ring", accent, surface),
            ];
            for (name, one, other) in controls {
                let ratio = contrast(one, other);
                assert!(ratio >= 3.0, "{theme} {name}: {ratio:.2}");
            }
        }
    }

    #[test]
    fn dark_sets_every_colour_that_light_does() {
        let names = |css| {
            let mut names: Vec<_> = tokens(css).into_keys().collect();
            names.sort_unstable();
            names
        };
        assert_eq!(names(LIGHT), names(DARK));
    }
}
