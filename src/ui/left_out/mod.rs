//! Files that don't go along, grouped by reason.

use std::cell::RefCell;
use std::sync::Arc;

use auraloader_core::dicom::{Reason, RejectedFile};
use leptos::prelude::*;

use super::context::Context;
use super::copy_button::copy_button;
use super::disclosure::disclosure;
use super::element::{El, el};
use super::icon::{self, icon};
use super::screen::Screen;
use super::words::{self, Words};

/// More paths than these are only in the copied list: a disc can hold thousands.
const PATHS_DRAWN: usize = 100;

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
                let groups = el("ul", &[("class", "groups"), ("role", "list")]);
                groups.children(
                    by_reason(&rejected()).into_iter().map(|(reason, files)| group(reason, &files, says)),
                )
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
                        copy_button(context, words::COPY_LIST, move || {
                            says.left_out_report(&by_reason(&untrack(rejected)))
                        })
                    },
                );
            el("div", &[("class", "left-out"), ("part", "left-out")]).child(content)
        },
    )
}

fn group(reason: Reason, files: &[&RejectedFile], says: Words) -> El {
    let count = files.len();
    let paths: Vec<_> = files.iter().take(PATHS_DRAWN).map(|file| file.path.clone()).collect();
    let reason = says.reason(reason);
    let label = |button: El| {
        button
            .child(el("span", &[("class", "reason")]).text(&reason))
            .child(el("span", &[("class", "amount")]).text(&says.count(words::FILES, count, &[])))
    };
    let open = RwSignal::new(false);
    let content = disclosure(open, "button plain toggle group", label).when(
        move || open.get(),
        move || {
            // It scrolls, so the keyboard must get there.
            let attributes =
                [("class", "paths"), ("role", "list"), ("tabindex", "0"), ("aria-label", &reason)];
            let list = el("ul", &attributes).children(paths.iter().map(|path| el("li", &[]).text(path)));
            match count - paths.len() {
                0 => list,
                more => {
                    list.child(el("li", &[("class", "hint")]).text(&says.count(words::MORE_PATHS, more, &[])))
                }
            }
        },
    );
    el("li", &[]).child(content)
}

/// Groups in the order of [`Reason`], files in theirs.
fn by_reason(rejected: &[RejectedFile]) -> Vec<(Reason, Vec<&RejectedFile>)> {
    let mut groups = Vec::<(Reason, Vec<&RejectedFile>)>::new();
    for file in rejected {
        let at = groups.partition_point(|(reason, _)| *reason < file.reason);
        match groups.get_mut(at) {
            Some((reason, files)) if *reason == file.reason => files.push(file),
            _ => groups.insert(at, (file.reason, vec![file])),
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_grouped_by_reason_in_their_order() {
        let file = |path: &str, reason| RejectedFile { path: path.into(), reason };
        let rejected = [file("a", Reason::Empty), file("b", Reason::NotDicom), file("c", Reason::Empty)];
        let groups: Vec<_> = by_reason(&rejected)
            .into_iter()
            .map(|(reason, files)| (reason, files.iter().map(|file| file.path.as_str()).collect::<Vec<_>>()))
            .collect();
        assert_eq!(groups, [(Reason::NotDicom, vec!["b"]), (Reason::Empty, vec!["a", "c"])]);
    }
}
