//! What JavaScript sees: promises, callbacks, events; with the engine on the page, as no worker is given.
use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Array, Function, Object, Reflect, Uint8Array};
use standalone_auraloader::api::Widget;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{CustomEvent, File, HtmlElement};

use crate::support::Image;

/// A widget on a page whose own server stands for the API: it has no such addresses, and says 404.
struct Host {
    widget: Widget,
    container: HtmlElement,
    calls: Rc<RefCell<Vec<(&'static str, JsValue)>>>,
}

const CALLBACKS: [&str; 3] = ["onStudiesFound", "onFilesRejected", "onStateChange"];

/// As `npm/src/credentials.ts` gives them.
fn credentials() -> JsValue {
    let json = r#"{"uploadToken": {"given": {"value": "aubt_token", "expires": null}}, "threshold": 600000}"#;
    js_sys::JSON::parse(json).unwrap()
}

impl Host {
    fn new() -> Self {
        let page = web_sys::window().unwrap().document().unwrap();
        let container: HtmlElement = page.create_element("div").unwrap().unchecked_into();
        page.body().unwrap().append_child(&container).unwrap();
        let calls = Rc::new(RefCell::new(Vec::new()));
        let callbacks = Object::new();
        for name in CALLBACKS {
            let calls = Rc::clone(&calls);
            let record =
                Closure::<dyn Fn(JsValue)>::new(move |detail| calls.borrow_mut().push((name, detail)));
            set(&callbacks, name, &record.into_js_value());
        }
        let options = Object::new();
        set(&options, "apiToken", &"key".into());
        set(&options, "credentials", &credentials());
        set(&options, "apiBaseUrl", &page.location().unwrap().origin().unwrap().into());
        set(&options, "retryDelays", &Array::new());
        set(&options, "callbacks", &callbacks);
        let widget = Widget::new(&options, container.clone(), JsValue::UNDEFINED, None);
        Self { widget, container, calls }
    }

    /// Starts the engine; the configuration is refused, reading files is not.
    async fn started() -> Self {
        let host = Self::new();
        assert!(JsFuture::from(host.widget.init()).await.is_err());
        host.widget.mount().unwrap();
        host
    }

    fn heading(&self) -> String {
        self.container.shadow_root().unwrap().query_selector("h2").unwrap().unwrap().text_content().unwrap()
    }

    fn last(&self, callback: &str) -> JsValue {
        let calls = self.calls.borrow();
        calls.iter().rev().find(|(name, _)| *name == callback).expect("was called").1.clone()
    }
}

fn set(object: &Object, name: &str, value: &JsValue) {
    Reflect::set(object, &name.into(), value).unwrap();
}

fn get(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).unwrap()
}

fn file(name: &str, bytes: &[u8]) -> File {
    File::new_with_u8_array_sequence(&Array::of1(&Uint8Array::from(bytes)), name).unwrap()
}

#[wasm_bindgen_test]
async fn a_refused_init_rejects_with_an_error_that_says_why() {
    let host = Host::new();
    let error = JsFuture::from(host.widget.init()).await.unwrap_err();
    assert!(error.is_instance_of::<js_sys::Error>());
    assert_eq!(get(&error, "name"), "AuraloaderError");
    assert_eq!(get(&error, "context"), "init");
    assert_eq!(get(&error, "statusCode"), 404);
}

#[wasm_bindgen_test]
async fn added_files_are_told_of_and_shown() {
    let host = Host::started().await;
    let events = Rc::new(RefCell::new(Vec::new()));
    let heard = Rc::clone(&events);
    let listener = Closure::<dyn Fn(CustomEvent)>::new(move |event: CustomEvent| {
        heard.borrow_mut().push(event.detail())
    });
    let add = host
        .container
        .add_event_listener_with_callback("auraloader:studies", listener.as_ref().unchecked_ref());
    add.unwrap();
    let files = Array::of2(&file("IM1", &Image::default().file()), &file("notes.txt", b"hello"));
    JsFuture::from(host.widget.add_files(&files)).await.unwrap();

    let studies = host.last("onStudiesFound");
    let study = Array::from(&studies).get(0);
    assert_eq!(get(&study, "study_uid"), "1.2.3");
    assert_eq!(get(&study, "images"), 1);
    assert_eq!(get(&get(&get(&study, "series"), "1.2.3.1"), "series_number"), "7");
    let rejected = Array::from(&host.last("onFilesRejected")).get(0);
    assert_eq!((get(&rejected, "path"), get(&rejected, "reason")), ("notes.txt".into(), "not-dicom".into()));
    let state = host.last("onStateChange");
    assert_eq!((get(&state, "step"), get(&state, "totalFiles")), ("pending".into(), 2.into()));
    assert_eq!((get(&state, "studiesCount"), get(&state, "seriesCount")), (1.into(), 1.into()));
    assert_eq!(events.borrow().len(), 1);
    assert_eq!(host.heading(), "1 study found");

    JsFuture::from(host.widget.remove_study("1.2.3".to_owned())).await.unwrap();
    assert_eq!(get(&host.last("onStateChange"), "step"), "start");
}

#[wasm_bindgen_test]
async fn cancel_ends_a_drop_that_has_only_just_begun() {
    let host = Host::started().await;
    let files: Array =
        (0..3).map(|at| JsValue::from(file(&at.to_string(), &Image::default().file()))).collect();
    let added = host.widget.add_files(&files);
    JsFuture::from(host.widget.cancel()).await.unwrap();
    JsFuture::from(added).await.unwrap();
    // Nor does any of it come later.
    JsFuture::from(host.widget.add_files(&Array::of1(&file("new", &Image::default().file())))).await.unwrap();
    let state = host.last("onStateChange");
    assert_eq!((get(&state, "step"), get(&state, "totalFiles")), ("pending".into(), 1.into()));
}

#[wasm_bindgen_test]
async fn adding_nothing_ends_at_once_and_cancel_ends_a_listing() {
    let host = Host::started().await;
    JsFuture::from(host.widget.add_files(&Array::new())).await.unwrap();
    // More than one batch, so that there is a rest that must not follow.
    let files: Array =
        (0..1200).map(|at| JsValue::from(file(&at.to_string(), &Image::default().file()))).collect();
    let added = host.widget.add_files(&files);
    while host.calls.borrow().is_empty() {
        gloo_timers::future::TimeoutFuture::new(0).await;
    }
    JsFuture::from(host.widget.cancel()).await.unwrap();
    JsFuture::from(added).await.unwrap();
    assert_eq!(host.heading(), "Upload cancelled");
    JsFuture::from(host.widget.add_files(&Array::of1(&file("new", &Image::default().file())))).await.unwrap();
    let state = host.last("onStateChange");
    assert_eq!((get(&state, "step"), get(&state, "totalFiles")), ("pending".into(), 1.into()));
}

#[wasm_bindgen_test]
async fn a_callback_that_throws_changes_nothing_else() {
    let host = Host::new();
    let options = Object::new();
    let callbacks = Object::new();
    set(&callbacks, "onStateChange", &Function::new_no_args("throw new Error('the host is broken')"));
    set(&options, "apiBaseUrl", &"http://127.0.0.1:9".into());
    set(&options, "retryDelays", &Array::new());
    set(&options, "callbacks", &callbacks);
    let widget = Widget::new(&options, host.container.clone(), JsValue::UNDEFINED, None);
    assert!(JsFuture::from(widget.init()).await.is_err());
    widget.mount().unwrap();
    JsFuture::from(widget.add_files(&Array::of1(&file("IM1", &Image::default().file())))).await.unwrap();
    assert_eq!(host.heading(), "1 study found");
}

#[wasm_bindgen_test]
async fn destroy_leaves_an_empty_container_for_the_next() {
    let host = Host::started().await;
    host.widget.destroy();
    let shadow = host.container.shadow_root().unwrap();
    assert_eq!(shadow.child_element_count(), 0);
    host.widget.destroy();
    JsFuture::from(host.widget.cancel()).await.unwrap();
    let options = Object::new();
    let next = Widget::new(&options, host.container.clone(), JsValue::UNDEFINED, None);
    next.mount().unwrap();
    assert_eq!(host.heading(), "Add your imaging files");
}

#[wasm_bindgen_test]
async fn a_callback_may_destroy_its_widget() {
    let host = Rc::new(Host::started().await);
    let inner = Rc::downgrade(&host);
    let heard = Closure::<dyn Fn()>::new(move || inner.upgrade().unwrap().widget.destroy());
    let add =
        host.container.add_event_listener_with_callback("auraloader:state", heard.as_ref().unchecked_ref());
    add.unwrap();
    drop(host.widget.add_files(&Array::of1(&file("IM1", &Image::default().file()))));
    while host.container.shadow_root().unwrap().child_element_count() > 0 {
        gloo_timers::future::TimeoutFuture::new(1).await;
    }
}
