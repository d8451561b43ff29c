//! Elements of the page, and how they follow signals.
//!
//! Instead of `view!`: that makes a type of every element with its attributes and children, and each type brings its own
//! code for building, changing and removing. Here there is one type, which Leptos mounts.

use std::cell::RefCell;
use std::rc::Rc;

use leptos::prelude::{Owner, RenderEffect, untrack};
use leptos::tachys::renderer::types;
use leptos::tachys::view::{Mountable, Render};
use wasm_bindgen::prelude::*;
use web_sys::{Event, HtmlElement};

#[wasm_bindgen]
extern "C" {
    /// Any node of the page, with what is done to one here. None of it throws on nodes of our own making.
    #[derive(Clone, Debug, PartialEq)]
    pub(super) type Node;

    #[wasm_bindgen(js_namespace = document, js_name = createElement)]
    fn create_element(tag: &str) -> Node;
    #[wasm_bindgen(js_namespace = document, js_name = createElementNS)]
    fn create_element_in(namespace: &str, tag: &str) -> Node;
    #[wasm_bindgen(js_namespace = document, js_name = createTextNode)]
    fn create_text(text: &str) -> Node;
    #[wasm_bindgen(method, js_name = setAttribute)]
    fn set_attribute(this: &Node, name: &str, value: &str);
    #[wasm_bindgen(method, js_name = removeAttribute)]
    fn remove_attribute(this: &Node, name: &str);
    #[wasm_bindgen(method, js_name = insertBefore)]
    fn insert_before(this: &Node, node: &Node, next: Option<&Node>);
    #[wasm_bindgen(method)]
    fn remove(this: &Node);
    #[wasm_bindgen(method, getter, js_name = nextSibling)]
    fn next_sibling(this: &Node) -> Option<Node>;
    #[wasm_bindgen(method, setter, js_name = textContent)]
    fn set_text(this: &Node, text: &str);
    #[wasm_bindgen(method)]
    fn matches(this: &Node, selector: &str) -> bool;
    #[wasm_bindgen(method, js_name = addEventListener)]
    fn add_event_listener(this: &Node, event: &str, listener: &JsValue);
}

impl Node {
    /// A text that is changed by [`Node::say`].
    pub(super) fn text(text: &str) -> Self {
        create_text(text)
    }

    /// Puts another text in place of what is there.
    pub(super) fn say(&self, text: &str) {
        self.set_text(text);
    }

    /// Puts another value in place of an attribute's.
    pub(super) fn put(&self, attribute: &str, value: &str) {
        self.set_attribute(attribute, value);
    }

    /// Makes it so many percent wide.
    pub(super) fn widen(&self, percent: u8) {
        self.style("width", &format!("{percent}%"));
    }

    /// Makes it at least so many CSS pixels high.
    pub(super) fn keep_room(&self, pixels: usize) {
        self.style("min-block-size", &[&pixels.to_string(), "px"].concat());
    }

    /// Not by an attribute, which a page's policy may refuse.
    fn style(&self, property: &str, value: &str) {
        // Every element of HTML takes these.
        let _ = self.html().style().set_property(property, value);
    }

    /// Whether it or something below has the keyboard.
    pub(super) fn has_focus(&self) -> bool {
        self.matches(":focus-within")
    }

    /// As the browser's bindings have it.
    pub(super) fn html(&self) -> &HtmlElement {
        self.unchecked_ref()
    }
}

/// An element with all that is below it, and what keeps them up to date for as long as it is there.
#[must_use]
pub(super) struct El {
    node: Node,
    effects: Vec<RenderEffect<()>>,
    /// Not in their effects, whose tasks would let go of them only when they next run.
    lists: Vec<List>,
}

/// What is shown, as the signals have it now.
type Value = Box<dyn Fn() -> Option<String>>;
/// Shows it.
type Put = Box<dyn Fn(Option<&str>)>;
type List = Rc<RefCell<Vec<(String, El, Owner)>>>;

/// An element of HTML.
pub(super) fn el(tag: &str, attributes: &[(&str, &str)]) -> El {
    with(create_element(tag), attributes)
}

/// An element of SVG.
pub(super) fn svg(tag: &str, attributes: &[(&str, &str)]) -> El {
    with(create_element_in("http://www.w3.org/2000/svg", tag), attributes)
}

fn with(node: Node, attributes: &[(&str, &str)]) -> El {
    for (name, value) in attributes {
        node.set_attribute(name, value);
    }
    El { node, effects: Vec::new(), lists: Vec::new() }
}

impl El {
    pub(super) fn node(&self) -> Node {
        self.node.clone()
    }

    pub(super) fn child(mut self, child: Self) -> Self {
        self.node.insert_before(&child.node, None);
        self.effects.extend(child.effects);
        self.lists.extend(child.lists);
        self
    }

    /// Puts a node that someone else changes.
    pub(super) fn with_node(self, node: &Node) -> Self {
        self.node.insert_before(node, None);
        self
    }

    pub(super) fn text(self, text: &str) -> Self {
        self.with_node(&create_text(text))
    }

    /// A text that follows the signals that `text` reads.
    pub(super) fn text_of(self, text: impl Fn() -> String + 'static) -> Self {
        let node = create_text("");
        self.with_node(&node).follow(Box::new(move || Some(text())), move |text| {
            node.set_text(text.unwrap_or_default());
        })
    }

    /// An attribute that follows the signals that `value` reads; without a value it is not there.
    pub(super) fn attr_of(self, name: &'static str, value: impl Fn() -> Option<String> + 'static) -> Self {
        let node = self.node();
        self.follow(Box::new(value), move |value| match value {
            Some(value) => node.set_attribute(name, value),
            None => node.remove_attribute(name),
        })
    }

    /// A class that follows the signals that `class` reads.
    pub(super) fn class_of(self, class: impl Fn() -> &'static str + 'static) -> Self {
        self.attr_of("class", move || Some(class().to_owned()))
    }

    /// A width in percent that follows the signals that `percent` reads.
    pub(super) fn width_of(self, percent: impl Fn() -> u8 + 'static) -> Self {
        let node = self.node();
        self.effect(Box::new(move || node.widen(percent())))
    }

    /// An element below, there while `shown` says so.
    pub(super) fn when(self, shown: impl Fn() -> bool + 'static, make: impl Fn() -> Self + 'static) -> Self {
        self.list(move || if shown() { vec![String::new()] } else { Vec::new() }, move |_| make())
    }

    /// An element below for each key, in their order; one stays the same for as long as its key is there.
    pub(super) fn list(
        self,
        keys: impl Fn() -> Vec<String> + 'static,
        make: impl Fn(&str) -> Self + 'static,
    ) -> Self {
        self.list_of(Box::new(keys), Box::new(make))
    }

    fn list_of(mut self, keys: Box<dyn Fn() -> Vec<String>>, make: Box<dyn Fn(&str) -> Self>) -> Self {
        // What is drawn outlives the run of the effect in which it is made.
        let owner = Owner::current().unwrap_or_default();
        let (parent, end) = (self.node(), create_text(""));
        let list = List::default();
        let items = Rc::downgrade(&list);
        self.lists.push(list);
        self.with_node(&end).effect(Box::new(move || {
            let Some(items) = items.upgrade() else { return };
            let keys = keys();
            let mut before = items.take();
            before.reverse();
            let mut now = Vec::with_capacity(keys.len());
            for key in keys {
                // Nearly always the last.
                let known = before.iter().rposition(|(known, ..)| *known == key);
                now.push(known.map(|at| before.remove(at)).unwrap_or_else(|| {
                    let owner = owner.child();
                    let element = owner.with(|| untrack(|| make(&key)));
                    (key, element, owner)
                }));
            }
            for (_, element, _) in before {
                element.node.remove();
            }
            let mut next = &end;
            for (_, Self { node, .. }, _) in now.iter().rev() {
                if node.next_sibling().as_ref() != Some(next) {
                    parent.insert_before(node, Some(next));
                }
                next = node;
            }
            items.replace(now);
        }))
    }

    /// Calls `act` at each event of that name. The browser frees it with the element.
    pub(super) fn on(self, event: &str, act: impl Fn(Event) + 'static) -> Self {
        let listener = Closure::wrap(Box::new(act) as Box<dyn Fn(Event)>);
        self.node.add_event_listener(event, &listener.into_js_value());
        self
    }

    /// Runs `task` now, and again whenever a signal that it reads has changed.
    pub(super) fn effect(mut self, mut task: Box<dyn FnMut()>) -> Self {
        self.effects.push(RenderEffect::new(move |_| task()));
        self
    }

    fn follow(self, value: Value, put: impl Fn(Option<&str>) + 'static) -> Self {
        self.follow_by(value, Box::new(put))
    }

    fn follow_by(self, value: Value, put: Put) -> Self {
        let mut last = None;
        self.effect(Box::new(move || {
            let now = value();
            if now != last {
                put(now.as_deref());
                last = now;
            }
        }))
    }
}

impl Render for El {
    type State = Self;

    fn build(self) -> Self {
        self
    }

    fn rebuild(self, state: &mut Self) {
        *state = self;
    }
}

impl Mountable for El {
    fn unmount(&mut self) {
        self.node.remove();
    }

    fn mount(&mut self, parent: &types::Element, marker: Option<&types::Node>) {
        parent.unchecked_ref::<Node>().insert_before(&self.node, marker.map(|node| node.unchecked_ref()));
    }

    fn insert_before_this(&self, _: &mut dyn Mountable) -> bool {
        false
    }

    fn elements(&self) -> Vec<types::Element> {
        vec![self.node().unchecked_into()]
    }
}
