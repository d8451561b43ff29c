//! Every state of the interface with made-up data, one at a time: `#uploading` draws that one, `?theme=dark` in
//! dark colours. For looking at, and for screenshots.

use std::sync::Arc;

use auraloader_core::dicom::{Reason, RejectedFile, SeriesInfo, StudyInfo, Warning};
use auraloader_core::state::{
    ErrorContext, ErrorInfo, Phase, Progress, State, Step, StudyId, StudySpan, UploadResult,
};
use leptos::prelude::*;
use standalone_auraloader::ui::{Intents, Language, Model, Theme, mount};
use wasm_bindgen::{JsCast, JsValue};

const MB: u64 = 1_000_000;

type Draw = fn() -> State;

/// Names that the hash can ask for, with what they draw.
const STATES: [(&str, Draw); 16] = [
    ("start", State::default),
    ("unfinished", || State { can_resume: true, ..State::default() }),
    ("processing", processing),
    ("listing", || State { step: Step::Processing, ..State::default() }),
    ("nothing-found", nothing_found),
    ("pending", pending),
    ("many", many),
    ("preparing", || State { progress: Progress::default(), ..transfer(Step::Uploading) }),
    ("uploading", || transfer(Step::Uploading)),
    ("offline", || State { connection_issues: true, ..transfer(Step::Uploading) }),
    ("paused", || transfer(Step::Paused)),
    ("error", error),
    ("init-error", init_error),
    ("stopping", || State { stopping: true, ..transfer(Step::Uploading) }),
    ("cancelled", || State { step: Step::Cancelled, ..State::default() }),
    ("complete", complete),
];

fn main() -> Result<(), JsValue> {
    let location = window().location();
    let hash = location.hash()?;
    let name = hash.trim_start_matches('#');
    let theme = match location.search()?.as_str() {
        "?theme=dark" => Theme::Dark,
        "?theme=light" => Theme::Light,
        _ => Theme::Auto,
    };
    let state = STATES.iter().find(|(known, _)| *known == name).map_or(State::default as Draw, |it| it.1);

    let container: web_sys::HtmlElement = document().create_element("div")?.unchecked_into();
    container.set_id("widget");
    document().body().ok_or("no body")?.append_child(&container)?;

    let owner = Owner::new();
    let model = Model { state: owner.with(|| RwSignal::new(state())) };
    let intents = Intents::new(|intent| leptos::logging::log!("{intent:?}"));
    let mounted = owner.with(|| mount(&container, model, intents, theme, Language::default()))?;
    // The page is what ends it.
    std::mem::forget((owner, mounted));
    Ok(())
}

fn knee() -> StudyInfo {
    let series = [("1", "Localiser", 12), ("2", "T1 sag", 64), ("3", "PD fs cor", 60), ("10", "T2 ax", 64)];
    StudyInfo {
        study_uid: "1.2.826.0.1.1".into(),
        patient_name: "Citizen^Jane^Alex^Ms^".into(),
        study_date: "20240115".into(),
        study_description: "MR knee left".into(),
        institution_name: "St Vincent's Radiology".into(),
        modalities: vec!["MR".into()],
        series_count: 5,
        images: 264,
        series: series
            .into_iter()
            .chain([("", "Report", 64)])
            .enumerate()
            .map(|(index, (number, description, images))| {
                let series = SeriesInfo {
                    series_number: number.into(),
                    series_description: description.into(),
                    modality: "MR".into(),
                    images,
                    ..SeriesInfo::default()
                };
                (format!("1.{index}"), series)
            })
            .collect(),
        warnings: vec![Warning::MixedPatient],
        ..StudyInfo::default()
    }
}

fn chest() -> StudyInfo {
    StudyInfo {
        study_uid: "1.2.826.0.1.2".into(),
        patient_name: "Citizen^Jane".into(),
        study_date: "20231208".into(),
        study_description: "CT chest with contrast, thin slices, lung and soft tissue windows".into(),
        institution_name: "Northern Beaches Imaging".into(),
        modalities: vec!["CT".into(), "SR".into()],
        series_count: 1,
        images: 236,
        ..StudyInfo::default()
    }
}

fn unnamed() -> StudyInfo {
    StudyInfo {
        study_uid: "1.2.826.0.1.3".into(),
        modalities: vec!["US".into()],
        series_count: 1,
        images: 1,
        ..StudyInfo::default()
    }
}

fn left_out() -> Vec<RejectedFile> {
    let file = |path: &str, reason| RejectedFile { path: path.into(), reason };
    vec![
        file("DISC/AUTORUN.INF", Reason::NotDicom),
        file("DISC/VIEWER/viewer-with-quite-a-long-file-name-2.1.0-x64.exe", Reason::NotDicom),
        file("DISC/README.TXT", Reason::NotDicom),
        file("DISC/DICOMDIR", Reason::Dicomdir),
        file("DISC/IMAGES/IM000132", Reason::Unreadable),
    ]
}

fn processing() -> State {
    State {
        step: Step::Processing,
        total_files: 3000,
        studies: Arc::new(vec![knee(), chest()]),
        progress: Progress { files_done: 1240, files_total: 3000, ..Progress::default() },
        ..State::default()
    }
}

fn nothing_found() -> State {
    State { total_files: 5, rejected: Arc::new(left_out()), ..State::default() }
}

fn pending() -> State {
    State {
        step: Step::Pending,
        total_files: 506,
        total_bytes: 264 * MB,
        studies: Arc::new(vec![knee(), chest(), unnamed()]),
        rejected: Arc::new(left_out()),
        ..State::default()
    }
}

fn many() -> State {
    let studies = (0..400).map(|index| StudyInfo { study_uid: format!("1.2.{index}"), ..chest() }).collect();
    State { studies: Arc::new(studies), total_bytes: 94_400 * MB, ..pending() }
}

fn transfer(step: Step) -> State {
    let spans = [(0, 140), (140, 260), (260, 264)];
    let studies = [knee(), chest(), unnamed()];
    State {
        step,
        progress: Progress {
            phase: Phase::Uploading,
            files_done: 264,
            files_total: 501,
            bytes_sent: 164 * MB,
            bytes_total: 264 * MB,
            bytes_per_second: 8.1e6,
            seconds_left: Some(12.3),
            reached: 0,
        },
        spans: Arc::new(
            studies
                .iter()
                .zip(spans)
                .map(|(study, (start, end))| StudySpan {
                    study_uid: study.study_uid.clone(),
                    start: start * MB,
                    end: end * MB,
                })
                .collect(),
        ),
        studies: Arc::new(studies.into()),
        rejected: Arc::default(),
        ..pending()
    }
}

fn error() -> State {
    State {
        error: Some(ErrorInfo {
            context: ErrorContext::Upload,
            message: "The storage behind this server is being moved. <b>Please</b> come back in ten minutes."
                .into(),
            status_code: Some(503),
        }),
        ..transfer(Step::Error)
    }
}

fn init_error() -> State {
    State {
        step: Step::Error,
        error: Some(ErrorInfo {
            context: ErrorContext::Init,
            message: "Server connectivity failed: Failed to fetch".into(),
            status_code: None,
        }),
        ..State::default()
    }
}

fn complete() -> State {
    State {
        step: Step::Complete,
        result: Some(UploadResult {
            upload_id: "5b7a1c1e-8d3c-4b5f-9a55-0c1f2f6f7d10".into(),
            studies: vec![StudyId { id: "1".into() }],
            successful: 501,
            failed: 0,
        }),
        ..transfer(Step::Complete)
    }
}
