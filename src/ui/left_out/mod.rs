//! Files that don't go along, grouped by reason.

use std::cell::RefCell;
use std::ops::Range;
use std::sync::Arc;

use auraloader_core::dicom::{Reason, RejectedFile};
use leptos::prelude::*;

use super::context::Context;
use super::copy_button::copy_button;
use super::disclosure::disclosure;
use super::element::{El, el};
use super::icon::{self, icon};
use super::near::{Rows, rows};
use super::screen::Screen;
use super::words::{self, Words};

/// Of a path that takes one line, in CSS pixels; as `left_out.css` has it.
const ROW: usize = 24;

/// How many, and on opening which and why, below `frame`; open from the start where nothing else is to be seen.
pub(super) fn left_out(frame: El, context: Context) -> El {
    let Context { state, screen, words: says, .. } = context;
    let count = move || state.with(|state| state.rejected.len());
    let shows = context.on(|screen| {
        matches!(screen, Screen::NothingFound | Screen::Pending | Screen::Complete | Screen::Error)
    });
    frame.list(
        // Drawn anew where nothing else is to be seen.
        move || {
            let key = (screen.get() == Screen::NothingFound).to_string();
            if shows() && count() > 0 { vec![key] } else { Vec::new() }
        },
        move |_| {
            let open = RwSignal::new(screen.get() == Screen::NothingFound);
            let rejected = move || state.with(|state| state.rejected.clone());
            let last = RefCell::new(Arc::<Vec<RejectedFile>>::default());
            // The last one is kept, so that the next can't lie where it lay.
            let version = move || {
                let now = rejected();
                let version = (Arc::as_ptr(&now) as usize).to_string();
                last.replace(now);
                vec![version]
            };
            let groups = move |_: &str| {
                let rejected = rejected();
                let mut groups = el("ul", &[("class", "groups"), ("role", "list")]);
                for reason in Reason::ALL {
                    let count = rejected.iter().filter(|file| file.reason == reason).count();
                    if count > 0 {
                        groups = groups.child(group(&rejected, reason, count, says));
                    }
                }
                groups
            };
            let label = |button: El| {
                let count = el("span", &[]).text_of(move || says.count(words::LEFT_OUT, count(), &[]));
                button.child(icon(icon::FILE_X)).child(count)
            };
            let content = disclosure(open, "button plain toggle", label)
                .list(move || if open.get() { version() } else { Vec::new() }, groups)
                .when(
                    move || open.get(),
                    move || {
                        copy_button(
                            context,
                            words::COPY_LIST,
                            Box::new(move || says.left_out_report(&untrack(rejected))),
                        )
                    },
                );
            el("div", &[("class", "left-out"), ("part", "left-out")]).child(content)
        },
    )
}

fn group(rejected: &Arc<Vec<RejectedFile>>, reason: Reason, count: usize, says: Words) -> El {
    let name = says.reason(reason);
    let label = |button: El| {
        button
            .child(el("span", &[("class", "reason")]).text(&name))
            .child(el("span", &[("class", "amount")]).text(&says.count(words::FILES, count, &[])))
    };
    let open = RwSignal::new(false);
    let (rejected, name) = (Arc::clone(rejected), name.clone());
    let content = disclosure(open, "button plain toggle group", label).when(
        move || open.get(),
        move || {
            // It scrolls, so the keyboard must get there.
            let attributes =
                [("class", "paths"), ("role", "list"), ("tabindex", "0"), ("aria-label", &*name)];
            let rejected = Arc::clone(&rejected);
            let texts = move |rows: Range<usize>| {
                let (mut at, mut texts) = (0, Vec::new());
                for file in rejected.iter().filter(|file| file.reason == reason) {
                    if rows.contains(&at) {
                        texts.push(file.path.clone());
                    }
                    at += 1;
                }
                texts
            };
            let paths = Rows {
                count: Box::new(move || count),
                texts: Box::new(texts),
                classes: &["name"],
                height: ROW,
            };
            rows(el("div", &attributes), paths)
        },
    );
    el("li", &[]).child(content)
}
