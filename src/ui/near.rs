//! Long lists: what is far from what is seen is not there, only the room that it takes.

use std::ops::Range;
use std::rc::Rc;

use js_sys::{Array, JSON, Reflect};
use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use web_sys::{DomRect, Event};

use super::element::{El, Node, el};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = IntersectionObserver)]
    type Observer;
    #[wasm_bindgen(constructor, js_class = IntersectionObserver)]
    fn new(tell: &JsValue, options: &JsValue) -> Observer;
    #[wasm_bindgen(method)]
    fn observe(this: &Observer, node: &Node);
}

/// Rows of a list that come and go together.
const CHUNK: usize = 50;
/// A page around what is seen, and around what is seen of a list that scrolls by itself.
const MARGINS: &str = r#"{"rootMargin":"100%","scrollMargin":"100%"}"#;

/// Whether `node` is near what is seen, as it is told once a frame. What goes leaves its room behind, and what has the keyboard
/// stays.
pub(super) fn near(node: &Node) -> RwSignal<bool> {
    let (near, watched) = (RwSignal::new(false), node.clone());
    // It lives as long as the node does. What it is given is no event: but a closure of that type there is already.
    let tell = Closure::<dyn Fn(Event)>::new(move |sightings: Event| {
        let sightings: Array = sightings.unchecked_into();
        let latest = sightings.get(sightings.length().saturating_sub(1));
        // Neither is missing; and asking the node itself for its height would have the page laid out for each that goes.
        let of = |name: &str| Reflect::get(&latest, &name.into()).unwrap_or_default();
        let is_near = of("isIntersecting").is_truthy();
        // A node that has gone is far, and nobody's any more.
        if near.try_get_untracked() == Some(!is_near) && (is_near || !watched.has_focus()) {
            let place: DomRect = of("boundingClientRect").unchecked_into();
            watched.keep_room(if is_near { 0 } else { place.height() as usize });
            near.set(is_near);
        }
    });
    let margins = JSON::parse(MARGINS).unwrap_or_default();
    Observer::new(&tell.into_js_value(), &margins).observe(node);
    near
}

/// What a long list is made of.
pub(super) struct Rows {
    /// How many there are.
    pub(super) count: Box<dyn Fn() -> usize>,
    /// What is in these, cell by cell, with NUL between.
    pub(super) texts: Box<dyn Fn(Range<usize>) -> Vec<String>>,
    /// Of the cells of a row.
    pub(super) classes: &'static [&'static str],
    /// CSS pixels that a row has unless it is drawn.
    pub(super) height: usize,
}

/// The rows of a long list below `list`.
pub(super) fn rows(list: El, rows: Rows) -> El {
    let rows = Rc::new(rows);
    let whole = Rc::clone(&rows);
    list.list(
        move || {
            let mut numbers = Vec::new();
            for chunk in 0..(whole.count)().div_ceil(CHUNK) {
                numbers.push(chunk.to_string());
            }
            numbers
        },
        move |number| {
            let rows = Rc::clone(&rows);
            // Of digits alone, for which the general way is long.
            let number = number.bytes().fold(0, |number, digit| 10 * number + usize::from(digit - b'0'));
            let chunk = el("div", &[]);
            let near = if number > 0 {
                chunk.node().keep_room(in_chunk(number, (rows.count)()).len() * rows.height);
                near(&chunk.node())
            } else {
                RwSignal::new(true)
            };
            let classes = rows.classes;
            let texts = move || {
                if !near.get() {
                    return Vec::new();
                }
                let count = (rows.count)();
                let range = in_chunk(number, count);
                let (mut at, size) = (range.start, count.to_string());
                let mut texts = (rows.texts)(range);
                for text in &mut texts {
                    at += 1;
                    // What is drawn is in the key, so that a row is drawn anew when it changes.
                    *text = [&at.to_string(), "\0", &size, "\0", text].concat();
                }
                texts
            };
            chunk.list(texts, move |row| {
                let mut cells = row.split('\0');
                let mut cell = || cells.next().unwrap_or_default();
                let attributes = [("role", "listitem"), ("aria-posinset", cell()), ("aria-setsize", cell())];
                let mut row = el("div", &attributes);
                for class in classes {
                    row = row.child(el("span", &[("class", class)]).text(cell()));
                }
                row
            })
        },
    )
}

/// Which of so many rows are in a chunk.
fn in_chunk(number: usize, count: usize) -> Range<usize> {
    let start = number * CHUNK;
    start..count.min(start + CHUNK)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_in_one_chunk() {
        for count in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 20_000] {
            let chunks = count.div_ceil(CHUNK);
            let rows: Vec<_> = (0..chunks).flat_map(|chunk| in_chunk(chunk, count)).collect();
            assert!(rows.into_iter().eq(0..count), "{count}");
        }
    }
}
