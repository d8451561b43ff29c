//! The components as a person and a screen reader meet them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use auraloader_core::dicom::{Reason, RejectedFile, SeriesInfo, StudyInfo, Warning};
use auraloader_core::state::{
    ErrorContext, ErrorInfo, Phase, Progress, State, Step, StudySpan, Unfinished, UploadResult,
};
use gloo_timers::future::TimeoutFuture;
use js_sys::Reflect;
use leptos::prelude::*;
use standalone_auraloader::ui::{Intent, Intents, Language, Model, Mounted, Theme, mount};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{
    DataTransfer, DragEvent, DragEventInit, Element, Event, File, HtmlElement, HtmlInputElement,
    KeyboardEvent, KeyboardEventInit, ShadowRoot,
};

/// A mounted widget in a container of its own, and what it asked for.
struct Stage {
    container: HtmlElement,
    owner: Owner,
    model: Model,
    mounted: Option<Mounted>,
    sent: Rc<RefCell<Vec<Intent>>>,
}

impl Stage {
    fn new(state: State) -> Self {
        let container: HtmlElement = document().create_element("div").unwrap().unchecked_into();
        document().body().unwrap().append_child(&container).unwrap();
        let owner = Owner::new();
        let model = owner.with(|| Model { state: RwSignal::new(state), may_sleep: RwSignal::new(false) });
        let mut stage = Self { container, owner, model, mounted: None, sent: Rc::default() };
        stage.mount(Theme::Light);
        stage
    }

    fn mount(&mut self, theme: Theme) {
        let sent = Rc::clone(&self.sent);
        let intents = Intents::new(move |intent| sent.borrow_mut().push(intent));
        let mounted =
            self.owner.with(|| mount(&self.container, self.model, intents, theme, Language::default()));
        self.mounted = Some(mounted.unwrap());
    }

    fn shadow(&self) -> ShadowRoot {
        self.container.shadow_root().unwrap()
    }

    fn query(&self, selector: &str) -> Option<HtmlElement> {
        self.shadow().query_selector(selector).unwrap().map(JsCast::unchecked_into)
    }

    fn all(&self, selector: &str) -> Vec<Element> {
        let list = self.shadow().query_selector_all(selector).unwrap();
        (0..list.length()).map(|index| list.item(index).unwrap().unchecked_into()).collect()
    }

    fn text(&self, selector: &str) -> String {
        let element = self.query(selector).unwrap_or_else(|| panic!("no {selector}"));
        element.text_content().unwrap().replace('\u{a0}', " ")
    }

    fn texts(&self, selector: &str) -> Vec<String> {
        self.all(selector).iter().map(|element| element.text_content().unwrap()).collect()
    }

    fn attribute(&self, selector: &str, name: &str) -> Option<String> {
        self.query(selector).unwrap_or_else(|| panic!("no {selector}")).get_attribute(name)
    }

    fn actions(&self) -> Vec<String> {
        self.all(".actions [data-action]").iter().map(|it| it.get_attribute("data-action").unwrap()).collect()
    }

    fn click(&self, selector: &str) {
        self.query(selector).unwrap_or_else(|| panic!("no {selector}")).click();
    }

    /// Focuses and clicks, as a person does.
    fn press(&self, selector: &str) {
        self.query(selector).unwrap_or_else(|| panic!("no {selector}")).focus().unwrap();
        self.click(selector);
    }

    fn key(&self, key: &str) {
        let init = KeyboardEventInit::new();
        init.set_key(key);
        init.set_bubbles(true);
        let event = KeyboardEvent::new_with_keyboard_event_init_dict("keydown", &init).unwrap();
        self.shadow().active_element().expect("nothing has the focus").dispatch_event(&event).unwrap();
    }

    fn focused(&self) -> Option<String> {
        let element = self.shadow().active_element()?;
        Some(element.get_attribute("data-action").unwrap_or_else(|| element.id()))
    }

    fn spoken(&self) -> String {
        self.text("[role=status]")
    }

    /// Fires a drag event that carries one file; whether the browser was kept from opening it.
    fn drag(&self, kind: &str) -> bool {
        let data = DataTransfer::new().unwrap();
        data.items().add_with_file(&file("a.dcm")).unwrap();
        let init = DragEventInit::new();
        init.set_bubbles(true);
        init.set_cancelable(true);
        init.set_data_transfer(Some(&data));
        let event = DragEvent::new_with_event_init_dict(kind, &init).unwrap();
        !self.query(".frame").unwrap().dispatch_event(&event).unwrap()
    }

    async fn set(&self, state: State) {
        self.model.state.set(state);
        settle().await;
    }

    fn sent(&self) -> Vec<Intent> {
        self.sent.borrow_mut().drain(..).collect()
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        drop(self.mounted.take());
        self.container.remove();
    }
}

/// Effects run in microtasks and the focus moves in the next task: after one turn of the event loop more, all of
/// it has happened.
async fn settle() {
    TimeoutFuture::new(0).await;
    TimeoutFuture::new(0).await;
}

/// Waits for what the browser tells once a frame.
async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    for _ in 0..500 {
        if is_so() {
            return;
        }
        TimeoutFuture::new(10).await;
    }
    panic!("never: {what}");
}

fn file(name: &str) -> File {
    File::new_with_str_sequence(&js_sys::Array::of1(&JsValue::from_str("x")), name).unwrap()
}

fn study(uid: &str, name: &str) -> StudyInfo {
    let series = |number: &str, description: &str| SeriesInfo {
        series_number: number.into(),
        series_description: description.into(),
        modality: "MR".into(),
        images: 32,
        ..SeriesInfo::default()
    };
    StudyInfo {
        study_uid: uid.into(),
        patient_name: name.into(),
        study_date: "20240115".into(),
        study_description: "Knee".into(),
        modalities: vec!["MR".into()],
        series_count: 2,
        images: 64,
        series: [("1.1".into(), series("10", "late")), ("1.2".into(), series("2", "early"))]
            .into_iter()
            .collect(),
        ..StudyInfo::default()
    }
}

fn rejected() -> Arc<Vec<RejectedFile>> {
    let file = |path: &str, reason| RejectedFile { path: path.into(), reason };
    Arc::new(vec![
        file("a.txt", Reason::NotDicom),
        file("b.txt", Reason::NotDicom),
        file("DICOMDIR", Reason::Dicomdir),
    ])
}

fn with(step: Step) -> State {
    State {
        step,
        total_bytes: 264_000_000,
        studies: Arc::new(vec![study("1.2", "Doe^Jane"), study("1.3", "")]),
        progress: Progress {
            phase: if step == Step::Processing { Phase::Reading } else { Phase::Uploading },
            files_done: 50,
            files_total: 200,
            bytes_sent: 164_000_000,
            bytes_total: 264_000_000,
            bytes_per_second: 8.1e6,
            seconds_left: Some(12.0),
            reached: 0,
        },
        spans: Arc::new(vec![
            StudySpan { study_uid: "1.2".into(), start: 0, end: 100_000_000 },
            StudySpan { study_uid: "1.3".into(), start: 100_000_000, end: 228_000_000 },
        ]),
        ..State::default()
    }
}

fn failed() -> State {
    State {
        error: Some(ErrorInfo {
            context: ErrorContext::Upload,
            message: "Disk full".into(),
            status_code: Some(507),
        }),
        ..with(Step::Error)
    }
}

fn states() -> Vec<(State, &'static str, &'static [&'static str])> {
    let completed = UploadResult { upload_id: "u".into(), studies: vec![], successful: 128, failed: 0 };
    vec![
        (State::default(), "Add your imaging files", &[]),
        (with(Step::Processing), "Looking through your files", &["stop"]),
        (State { rejected: rejected(), ..State::default() }, "No imaging found", &["try-another-folder"]),
        (with(Step::Pending), "2 studies found", &["upload", "cancel"]),
        (with(Step::Uploading), "Uploading", &["pause", "cancel"]),
        (
            State { connection_issues: true, ..with(Step::Uploading) },
            "Waiting for your connection",
            &["cancel"],
        ),
        (with(Step::Paused), "Paused at 62 %", &["carry-on", "cancel"]),
        (failed(), "The upload stopped", &["try-again", "start-over"]),
        (State { stopping: true, ..with(Step::Uploading) }, "Stopping the upload", &[]),
        (State { step: Step::Cancelled, ..State::default() }, "Upload cancelled", &["start-again"]),
        (State { result: Some(completed), ..with(Step::Complete) }, "All done", &["add-more"]),
    ]
}

#[wasm_bindgen_test]
async fn one_way_on_stands_out() {
    let stage = Stage::new(State::default());
    let prominent = || {
        let buttons = stage.all("button.main").into_iter();
        buttons.map(|button| button.get_attribute("data-action").unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(prominent(), ["choose-folder"]);
    // Records are read after the widget is mounted.
    for (at_hand, way_on) in [(false, "choose-folder"), (true, "go-on")] {
        let unfinished = Unfinished {
            key: "a".into(),
            created: auraloader_core::time::Unix(0),
            studies: 1,
            sent: (62, 100),
            at_hand,
        };
        stage.set(State { unfinished: Some(unfinished), ..State::default() }).await;
        assert_eq!(prominent(), [way_on]);
    }
}

#[wasm_bindgen_test]
async fn each_state_has_its_heading_and_its_actions() {
    for (state, heading, actions) in states() {
        let stage = Stage::new(state.clone());
        assert_eq!(stage.text("h2"), heading);
        assert_eq!(stage.actions(), actions, "{heading}");
        drop(stage);
        // The same when it is reached from another one.
        let stage = Stage::new(with(Step::Pending));
        stage.set(state).await;
        assert_eq!(stage.text("h2"), heading);
        assert_eq!(stage.actions(), actions, "{heading}");
    }
}

#[wasm_bindgen_test]
async fn actions_send_their_intents() {
    type Case = (State, &'static str, fn(&Intent) -> bool);
    let cases: [Case; 10] = [
        (with(Step::Processing), "stop", |it| matches!(it, Intent::StopReading)),
        (State { rejected: rejected(), ..State::default() }, "try-another-folder", |it| {
            matches!(it, Intent::Reset)
        }),
        (with(Step::Pending), "upload", |it| matches!(it, Intent::Upload)),
        (with(Step::Pending), "cancel", |it| matches!(it, Intent::Reset)),
        (with(Step::Uploading), "pause", |it| matches!(it, Intent::Pause)),
        (with(Step::Paused), "carry-on", |it| matches!(it, Intent::Resume)),
        (failed(), "try-again", |it| matches!(it, Intent::Upload)),
        (failed(), "start-over", |it| matches!(it, Intent::Reset)),
        (State { step: Step::Cancelled, ..State::default() }, "start-again", |it| {
            matches!(it, Intent::Reset)
        }),
        (with(Step::Complete), "add-more", |it| matches!(it, Intent::Reset)),
    ];
    for (state, action, expected) in cases {
        let stage = Stage::new(state);
        stage.click(&format!(".actions [data-action={action}]"));
        let sent = stage.sent();
        assert!(matches!(&sent[..], [one] if expected(one)), "{action}: {sent:?}");
    }
}

#[wasm_bindgen_test]
async fn an_error_without_studies_offers_only_to_start_over() {
    let stage = Stage::new(State { studies: Arc::default(), ..failed() });
    assert_eq!(stage.actions(), ["start-over"]);
    assert_eq!(stage.text(".problem p"), "Status 507 · Disk full");
}

#[wasm_bindgen_test]
async fn cancelling_an_upload_asks_once_in_the_widget() {
    let stage = Stage::new(with(Step::Uploading));
    stage.press("[data-action=cancel]");
    settle().await;
    assert_eq!(stage.text("[role=alertdialog] p"), "Stop this upload? What has been sent will be removed.");
    assert_eq!(stage.focused().as_deref(), Some("keep-going"));
    stage.key("Escape");
    settle().await;
    assert!(stage.query("[role=alertdialog]").is_none());
    assert_eq!(stage.focused().as_deref(), Some("cancel"));
    assert!(stage.sent().is_empty());

    stage.press("[data-action=cancel]");
    settle().await;
    stage.press("[data-action=stop-upload]");
    assert!(matches!(stage.sent()[..], [Intent::Cancel]));
    stage.set(State { step: Step::Cancelled, ..State::default() }).await;
    assert!(stage.query("[role=alertdialog]").is_none());
    assert_eq!(stage.focused().as_deref(), Some("heading"));
}

#[wasm_bindgen_test]
async fn the_question_goes_when_there_is_nothing_left_to_stop() {
    let stage = Stage::new(with(Step::Uploading));
    stage.press("[data-action=cancel]");
    settle().await;
    stage.set(with(Step::Complete)).await;
    assert_eq!(stage.actions(), ["add-more"]);
}

#[wasm_bindgen_test]
async fn markup_in_names_is_text() {
    // Without "=", which parts the groups of a person's name.
    const HOSTILE: &str = "<img onerror><script>alert(2)</script>";
    let mut hostile = study(HOSTILE, HOSTILE);
    hostile.study_description = HOSTILE.into();
    hostile.institution_name = HOSTILE.into();
    hostile.study_date = HOSTILE.into();
    hostile.modalities = vec![HOSTILE.into()];
    hostile.series = [(
        HOSTILE.to_owned(),
        SeriesInfo {
            series_number: HOSTILE.into(),
            series_description: HOSTILE.into(),
            modality: HOSTILE.into(),
            ..SeriesInfo::default()
        },
    )]
    .into_iter()
    .collect();
    let stage = Stage::new(State {
        studies: Arc::new(vec![hostile]),
        rejected: Arc::new(vec![RejectedFile { path: HOSTILE.into(), reason: Reason::Empty }]),
        ..with(Step::Pending)
    });
    stage.click(".card .toggle");
    stage.click(".left-out .toggle");
    settle().await;
    stage.click(".left-out .group");
    settle().await;
    assert_eq!(stage.text(".card h3"), HOSTILE);
    assert_eq!(stage.text(".series .name"), HOSTILE);
    assert_eq!(stage.text(".paths [role=listitem]"), HOSTILE);
    stage
        .set(State {
            error: Some(ErrorInfo { context: ErrorContext::Api, message: HOSTILE.into(), status_code: None }),
            ..with(Step::Error)
        })
        .await;
    assert_eq!(stage.text(".problem p"), HOSTILE);
    assert!(stage.all("img, script").is_empty());
}

#[wasm_bindgen_test]
async fn no_markup_is_parsed_and_no_style_is_inline() {
    // What `require-trusted-types-for 'script'` and `style-src 'self'` would refuse.
    let watch = "(() => {
        const html = Object.getOwnPropertyDescriptor(Element.prototype, 'innerHTML');
        const set = Element.prototype.setAttribute;
        const caught = [];
        Object.defineProperty(Element.prototype, 'innerHTML', {
            ...html, set(value) { caught.push('innerHTML ' + value); html.set.call(this, value); } });
        Element.prototype.setAttribute = function (name, value) {
            if (name === 'style') caught.push('style ' + value);
            return set.call(this, name, value); };
        return () => {
            Object.defineProperty(Element.prototype, 'innerHTML', html);
            Element.prototype.setAttribute = set;
            return caught.join('\\n'); };
    })()";
    let stop: js_sys::Function = js_sys::eval(watch).unwrap().unchecked_into();
    for (state, ..) in states() {
        let stage = Stage::new(State { rejected: rejected(), ..state });
        for toggle in stage.all(".toggle, .actions [data-action=cancel]") {
            toggle.unchecked_into::<HtmlElement>().click();
        }
        settle().await;
        assert!(stage.all("style").is_empty());
    }
    assert_eq!(stop.call0(&JsValue::UNDEFINED).unwrap().as_string().unwrap(), "");
}

#[wasm_bindgen_test]
async fn the_first_drawing_leaves_the_focus_alone_and_a_change_moves_it_to_the_heading() {
    let stage = Stage::new(with(Step::Pending));
    settle().await;
    assert_eq!(stage.focused(), None);
    stage.press("[data-action=upload]");
    stage.set(with(Step::Uploading)).await;
    assert_eq!(stage.focused().as_deref(), Some("heading"));
}

#[wasm_bindgen_test]
async fn a_person_busy_elsewhere_on_the_page_keeps_the_focus() {
    let stage = Stage::new(with(Step::Uploading));
    let field: HtmlElement = document().create_element("textarea").unwrap().unchecked_into();
    document().body().unwrap().append_child(&field).unwrap();
    field.focus().unwrap();
    stage.set(with(Step::Complete)).await;
    assert_eq!(document().active_element().as_ref(), Some(field.as_ref()));
    field.remove();
}

#[wasm_bindgen_test]
async fn a_lost_connection_takes_the_focus_only_from_what_it_hides() {
    let offline = || State { connection_issues: true, ..with(Step::Uploading) };
    let stage = Stage::new(with(Step::Uploading));
    stage.query("[data-action=cancel]").unwrap().focus().unwrap();
    stage.set(offline()).await;
    assert_eq!(stage.focused().as_deref(), Some("cancel"));
    stage.set(with(Step::Uploading)).await;
    stage.query("[data-action=pause]").unwrap().focus().unwrap();
    stage.set(offline()).await;
    assert_eq!(stage.focused().as_deref(), Some("heading"));
}

#[wasm_bindgen_test]
async fn removing_a_study_keeps_the_place_in_the_list() {
    let stage = Stage::new(with(Step::Pending));
    assert_eq!(stage.attribute(".remove", "aria-label").as_deref(), Some("Remove Jane Doe, Knee · MR"));
    stage.press(".remove");
    assert!(matches!(&stage.sent()[..], [Intent::RemoveStudy(uid)] if uid == "1.2"));
    stage.set(State { studies: Arc::new(vec![study("1.3", "")]), ..with(Step::Pending) }).await;
    assert_eq!(stage.texts(".card h3"), ["Unnamed patient"]);
    assert_eq!(stage.focused().as_deref(), Some("remove"));
    stage.press(".remove");
    stage.set(State::default()).await;
    assert_eq!(stage.focused().as_deref(), Some("heading"));
}

#[wasm_bindgen_test]
async fn a_card_stays_the_same_element_while_its_study_grows() {
    let stage = Stage::new(State { step: Step::Processing, ..with(Step::Processing) });
    let card = stage.all(".card").remove(1);
    let mut grown = study("1.3", "");
    grown.images = 1240;
    grown.warnings = vec![Warning::MixedPatient];
    let studies = vec![study("1.1", "New^One"), study("1.2", "Doe^Jane"), grown];
    stage.set(State { studies: Arc::new(studies), ..with(Step::Processing) }).await;
    assert_eq!(stage.all(".card").len(), 3);
    assert_eq!(stage.all(".card").remove(2), card);
    let text = card.text_content().unwrap();
    assert!(text.contains("1,240 images in 2 series"), "{text}");
    assert!(text.contains("Two patients in one study"), "{text}");
}

#[wasm_bindgen_test]
async fn series_open_below_a_card_and_escape_closes_them() {
    let stage = Stage::new(with(Step::Pending));
    assert_eq!(stage.attribute(".card .toggle", "aria-expanded").as_deref(), Some("false"));
    stage.press(".card .toggle");
    settle().await;
    assert_eq!(stage.attribute(".card .toggle", "aria-expanded").as_deref(), Some("true"));
    assert_eq!(stage.texts(".series .name"), ["early", "late"]);
    stage.key("Escape");
    settle().await;
    assert!(stage.query(".series").is_none());
    assert_eq!(stage.focused(), Some(String::new()), "the toggle, which has neither action nor id");
}

#[wasm_bindgen_test]
async fn files_left_out_are_grouped_and_open_by_themselves_only_where_nothing_was_found() {
    let stage = Stage::new(State { rejected: rejected(), ..with(Step::Pending) });
    assert_eq!(stage.text(".left-out .toggle"), "3 files left out");
    assert!(stage.query(".groups").is_none());
    stage.set(State { rejected: rejected(), ..State::default() }).await;
    assert_eq!(stage.texts(".reason"), ["Not an imaging file", "Index of the disc, not needed"]);
    assert_eq!(stage.texts(".group .amount"), ["2 files", "1 file"]);
    assert!(stage.query(".paths").is_none());
    stage.click(".group");
    settle().await;
    assert_eq!(stage.texts(".paths [role=listitem]"), ["a.txt", "b.txt"]);
}

#[wasm_bindgen_test]
async fn of_thousands_of_paths_those_are_there_that_are_near_what_is_seen() {
    let files = (0..5000).map(|n| RejectedFile { path: format!("{n}"), reason: Reason::Empty }).collect();
    let stage = Stage::new(State { rejected: Arc::new(files), ..State::default() });
    stage.click(".group");
    settle().await;
    let paths = stage.query(".paths").unwrap();
    let there = || stage.texts(".paths [role=listitem]");
    assert_eq!(there().first().map(String::as_str), Some("0"));
    for end in ["4999", "0"] {
        let at = if end == "0" { 0 } else { paths.scroll_height() };
        until(end, || {
            paths.set_scroll_top(at);
            there().iter().any(|path| path == end)
        })
        .await;
        assert!(there().len() <= 200, "{} rows", there().len());
    }
    let last = || stage.all(".paths [role=listitem]").pop().unwrap();
    paths.set_scroll_top(paths.scroll_height());
    until("the last", || last().text_content().as_deref() == Some("4999")).await;
    assert_eq!(last().get_attribute("aria-posinset").as_deref(), Some("5000"));
    assert_eq!(last().get_attribute("aria-setsize").as_deref(), Some("5000"));
}

#[wasm_bindgen_test]
async fn of_hundreds_of_cards_those_are_whole_that_are_near_or_have_the_keyboard() {
    let studies = (0..400).map(|n| study(&format!("1.{n}"), &format!("Doe^{n}"))).collect();
    let stage = Stage::new(State { studies: Arc::new(studies), ..with(Step::Pending) });
    // Whoever goes through headings, or looks for a name on the page, finds all of them.
    assert_eq!((stage.all(".card").len(), stage.texts(".card h3").len()), (400, 400));
    let is_whole = |at: usize| stage.all(".card")[at].query_selector(".tile").unwrap().is_some();
    assert!(is_whole(0) && !is_whole(399));
    assert!(stage.all(".tile").len() < 50, "{} whole cards", stage.all(".tile").len());
    let see = |at: usize| stage.all(".card")[at].scroll_into_view();
    see(399);
    until("the last is whole", || is_whole(399)).await;
    assert_eq!(
        stage.all(".card")[399].query_selector("h3").unwrap().unwrap().text_content().unwrap(),
        "399 Doe"
    );
    let remove = stage.all(".card")[399].query_selector(".remove").unwrap().unwrap();
    see(200);
    until("the middle is whole, the last no more", || is_whole(200) && !is_whole(399)).await;
    assert!(!remove.is_connected());
    let remove: HtmlElement =
        stage.all(".card")[200].query_selector(".remove").unwrap().unwrap().unchecked_into();
    remove.focus().unwrap();
    see(399);
    until("the last is whole again", || is_whole(399)).await;
    see(100);
    until("another one too", || is_whole(100) && !is_whole(399)).await;
    assert!(is_whole(200) && stage.shadow().active_element().as_ref() == Some(remove.as_ref()));
}

#[wasm_bindgen_test]
async fn an_open_card_is_open_still_when_it_comes_back() {
    let studies = (0..200).map(|n| study(&format!("1.{n}"), "Doe^Jane")).collect();
    let stage = Stage::new(State { studies: Arc::new(studies), ..with(Step::Pending) });
    let card = |at: usize| stage.all(".card").remove(at);
    let has = |at: usize, what: &str| card(at).query_selector(what).unwrap().is_some();
    card(199).scroll_into_view();
    until("the last is whole", || has(199, ".toggle")).await;
    card(199).query_selector(".toggle").unwrap().unwrap().unchecked_into::<HtmlElement>().click();
    until("it opens", || has(199, ".series")).await;
    let height = card(199).client_height();
    card(0).scroll_into_view();
    until("it has gone", || !has(199, ".tile")).await;
    assert_eq!(card(199).client_height(), height, "what comes behind stays in its place");
    card(199).scroll_into_view();
    until("it is back", || has(199, ".series")).await;
}

#[wasm_bindgen_test]
async fn the_bar_says_how_far_in_words() {
    let stage = Stage::new(with(Step::Uploading));
    let bar = |name| stage.attribute("[role=progressbar]", name).map(|text| text.replace('\u{a0}', " "));
    assert_eq!(bar("aria-valuemin").as_deref(), Some("0"));
    assert_eq!(bar("aria-valuemax").as_deref(), Some("100"));
    assert_eq!(bar("aria-valuenow").as_deref(), Some("62"));
    assert_eq!(bar("aria-label").as_deref(), Some("Uploading"));
    let text = "62 %, 164 of 264 MB, 8.1 MB/s, about 12 seconds left";
    assert_eq!(bar("aria-valuetext").as_deref(), Some(text));
    assert_eq!(stage.query(".fill").unwrap().style().get_property_value("width").unwrap(), "62%");
    stage.set(State { progress: Progress::default(), ..with(Step::Processing) }).await;
    assert_eq!(bar("aria-valuenow"), None);
    assert_eq!(bar("aria-label").as_deref(), Some("Reading files"));
}

#[wasm_bindgen_test]
async fn where_the_device_may_go_to_sleep_that_is_said_while_sending() {
    let stage = Stage::new(with(Step::Uploading));
    assert_eq!(stage.text(".hint"), "Keep this page open.");
    stage.model.may_sleep.set(true);
    settle().await;
    assert_eq!(stage.text(".hint"), "Keep this page open, and don't let this device go to sleep.");
    stage.set(with(Step::Paused)).await;
    assert_eq!(stage.text(".hint"), "");
}

#[wasm_bindgen_test]
async fn each_card_shows_its_own_progress() {
    let stage = Stage::new(with(Step::Uploading));
    assert_eq!(stage.text(".card:nth-of-type(1) .sent"), "Sent");
    assert_eq!(stage.text(".card:nth-of-type(2) .sent"), "50 %");
    stage.set(State { progress: Progress::default(), ..with(Step::Uploading) }).await;
    assert_eq!(stage.texts(".sent"), ["Waiting", "Waiting"]);
    stage.set(with(Step::Complete)).await;
    assert_eq!(stage.texts(".sent"), ["Sent", "Sent"]);
    stage.set(with(Step::Pending)).await;
    assert!(stage.all(".sent").is_empty());
}

#[wasm_bindgen_test]
async fn the_live_region_speaks_at_quarters_and_changes_once_each() {
    let at = |percent: u64| State {
        progress: Progress {
            phase: Phase::Uploading,
            bytes_sent: percent,
            bytes_total: 100,
            ..Progress::default()
        },
        ..with(Step::Uploading)
    };
    let stage = Stage::new(with(Step::Pending));
    settle().await;
    assert_eq!(stage.spoken(), "");
    stage.set(at(0)).await;
    assert_eq!(stage.spoken(), "Uploading. 0 %");
    let mut heard = Vec::new();
    for percent in 1..=100 {
        stage.set(at(percent)).await;
        if heard.last() != Some(&stage.spoken()) {
            heard.push(stage.spoken());
        }
    }
    assert_eq!(heard, ["Uploading. 0 %", "Uploading: 25 %", "Uploading: 50 %", "Uploading: 75 %"]);
    stage.set(with(Step::Complete)).await;
    assert_eq!(stage.spoken(), "All done. 2 studies, 128 images sent.");
}

#[wasm_bindgen_test]
async fn chosen_files_are_copied_and_the_input_is_ready_for_the_same_again() {
    let stage = Stage::new(State::default());
    for selector in ["input.choose-files", "input.choose-folder"] {
        let input: HtmlInputElement = stage.query(selector).unwrap().unchecked_into();
        let data = DataTransfer::new().unwrap();
        data.items().add_with_file(&file("a.dcm")).unwrap();
        data.items().add_with_file(&file("b.dcm")).unwrap();
        input.set_files(data.files().as_ref());
        input.dispatch_event(&Event::new("change").unwrap()).unwrap();
        let sent = stage.sent();
        let [Intent::Chosen(files)] = &sent[..] else { panic!("{sent:?}") };
        assert_eq!(files.iter().map(|file| File::from(file).name()).collect::<Vec<_>>(), ["a.dcm", "b.dcm"]);
        assert_eq!(input.files().unwrap().length(), 0);
    }
    assert!(stage.query("input.choose-folder").unwrap().has_attribute("webkitdirectory"));
}

#[wasm_bindgen_test]
async fn buttons_of_the_zone_open_their_choosers() {
    let stage = Stage::new(State::default());
    let clicked = Rc::new(RefCell::new(Vec::new()));
    let heard = Rc::clone(&clicked);
    let listener = wasm_bindgen::closure::Closure::<dyn Fn(Event)>::new(move |event: Event| {
        event.prevent_default();
        heard.borrow_mut().push(event.target().unwrap().unchecked_into::<Element>().class_name());
    });
    for selector in ["input.choose-files", "input.choose-folder"] {
        let input = stage.query(selector).unwrap();
        input.add_event_listener_with_callback("click", listener.as_ref().unchecked_ref()).unwrap();
    }
    assert_eq!(stage.attribute(".zone", "role").as_deref(), Some("group"));
    stage.click("[data-action=choose-folder]");
    stage.click("[data-action=choose-files]");
    assert_eq!(*clicked.borrow(), ["choose-folder", "choose-files"]);
}

/// Takes a property away from a class of the browser's until it is dropped.
struct Without {
    prototype: js_sys::Object,
    name: JsValue,
    was: js_sys::Object,
}

impl Without {
    fn new(class: &str, name: &str) -> Self {
        let class = Reflect::get(&js_sys::global(), &class.into()).unwrap();
        let prototype: js_sys::Object = Reflect::get(&class, &"prototype".into()).unwrap().unchecked_into();
        let was = Reflect::get_own_property_descriptor(&prototype, &name.into()).unwrap();
        assert!(Reflect::delete_property(&prototype, &name.into()).unwrap());
        Self { prototype, name: name.into(), was: was.unchecked_into() }
    }
}

impl Drop for Without {
    fn drop(&mut self) {
        js_sys::Object::define_property(&self.prototype, &self.name, &self.was);
    }
}

#[wasm_bindgen_test]
async fn what_the_browser_cannot_do_with_folders_is_not_offered() {
    let way_in = || {
        let stage = Stage::new(State::default());
        let names =
            stage.all("button").iter().map(|button| button.get_attribute("data-action").unwrap()).collect();
        let text = stage.query(".zone-text").unwrap().first_child().unwrap().text_content().unwrap();
        (text, names)
    };
    let both = vec!["choose-folder".to_owned(), "choose-files".to_owned()];
    assert_eq!(way_in(), ("Drop the folder or disc here.".to_owned(), both.clone()));
    {
        let _without = Without::new("DataTransferItem", "webkitGetAsEntry");
        assert_eq!(way_in(), (String::new(), both.clone()));
    }
    {
        let _without = Without::new("HTMLInputElement", "webkitdirectory");
        let files = vec!["choose-files".to_owned()];
        assert_eq!(way_in(), ("Choose all the files of the folder, or a ZIP of it.".to_owned(), files));
    }
    assert_eq!(way_in().1, both);
}

#[wasm_bindgen_test]
async fn files_can_be_dropped_anywhere_on_the_widget_before_an_upload() {
    let stage = Stage::new(with(Step::Pending));
    assert!(stage.drag("dragover"));
    settle().await;
    assert_eq!(stage.text(".veil"), "Let go to add");
    stage.drag("dragleave");
    settle().await;
    assert!(stage.query(".veil").is_none());
    stage.drag("dragover");
    assert!(stage.drag("drop"));
    settle().await;
    assert!(stage.query(".veil").is_none());
    assert!(matches!(stage.sent()[..], [Intent::Dropped(_)]));
}

#[wasm_bindgen_test]
async fn a_drop_during_an_upload_does_nothing_not_even_leave_the_page() {
    let stage = Stage::new(with(Step::Uploading));
    assert!(stage.drag("dragover"));
    settle().await;
    assert!(stage.query(".veil").is_none());
    assert!(stage.drag("drop"));
    assert!(stage.sent().is_empty());
}

#[wasm_bindgen_test]
async fn unmounting_leaves_nothing_and_the_container_can_be_used_again() {
    let mut stage = Stage::new(with(Step::Uploading));
    let shadow = stage.shadow();
    stage.mounted = None;
    assert_eq!(shadow.child_element_count(), 0);
    assert_eq!(shadow.adopted_style_sheets().length(), 0);
    // Nothing that is gone listens any more.
    stage.set(with(Step::Paused)).await;
    stage.mount(Theme::Dark);
    assert_eq!(stage.shadow(), shadow);
    assert_eq!(stage.text("h2"), "Paused at 62 %");
    assert_eq!(stage.attribute(".sal", "data-theme").as_deref(), Some("dark"));
    assert_eq!(shadow.adopted_style_sheets().length(), 1);
}

#[wasm_bindgen_test]
async fn an_intent_may_unmount_the_widget_that_sent_it() {
    let mut stage = Stage::new(with(Step::Pending));
    let slot: Rc<RefCell<Option<Mounted>>> = Rc::default();
    let intents = {
        let slot = Rc::clone(&slot);
        Intents::new(move |_| drop(slot.borrow_mut().take()))
    };
    stage.mounted = None;
    let mounted = stage
        .owner
        .with(|| mount(&stage.container, stage.model, intents, Theme::Auto, Language::default()))
        .unwrap();
    *slot.borrow_mut() = Some(mounted);
    let shadow = stage.shadow();
    stage.click("[data-action=upload]");
    settle().await;
    assert_eq!(shadow.child_element_count(), 0);
}

#[wasm_bindgen_test]
async fn what_the_page_inherits_stops_at_the_widget() {
    let stage = Stage::new(State::default());
    let style = stage.container.style();
    for (name, value) in [
        ("color", "red"),
        ("letter-spacing", "9px"),
        ("font-size", "50px"),
        ("direction", "rtl"),
        ("visibility", "hidden"),
    ] {
        style.set_property(name, value).unwrap();
    }
    let text = window().get_computed_style(&stage.query(".zone-text").unwrap()).unwrap().unwrap();
    assert_eq!(text.get_property_value("color").unwrap(), "rgb(27, 32, 48)");
    assert_eq!(text.get_property_value("letter-spacing").unwrap(), "normal");
    assert_eq!(text.get_property_value("font-size").unwrap(), "16px");
    assert_eq!(text.get_property_value("visibility").unwrap(), "visible");
    // The words are English, whatever the page's language is.
    assert_eq!(text.get_property_value("direction").unwrap(), "ltr");
    assert_eq!(stage.attribute(".sal", "lang").as_deref(), Some("en"));
}

#[wasm_bindgen_test]
async fn a_host_page_can_set_the_accent() {
    let stage = Stage::new(State::default());
    stage.container.style().set_property("--sal-accent", "rgb(1, 2, 3)").unwrap();
    let main = window().get_computed_style(&stage.query(".button.main").unwrap()).unwrap().unwrap();
    // The change fades in where the person's system allows motion.
    until("in its colour", || main.get_property_value("background-color").unwrap() == "rgb(1, 2, 3)").await;
}
