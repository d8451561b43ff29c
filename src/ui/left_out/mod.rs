//! Files that don't go along, grouped by reason.

use std::sync::Arc;

use auraloader_core::dicom::{Reason, RejectedFile};
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

use super::context::Context;
use super::copy_button::CopyButton;
use super::icon::{self, icon};
use super::screen::Screen;
use super::words;

/// More paths than these are only in the copied list: a disc can hold thousands.
const PATHS_DRAWN: usize = 100;

/// How many, and on opening which and why; open from the start where nothing else is to be seen.
#[component]
pub(super) fn LeftOut(
    /// The widget's parts.
    context: Context,
) -> impl IntoView {
    let rejected = Memo::new(move |_| context.state.with(|state| state.rejected.clone()));
    let count = Memo::new(move |_| rejected.with(|rejected| rejected.len()));
    let screen = context.on(|screen| {
        matches!(screen, Screen::NothingFound | Screen::Pending | Screen::Complete | Screen::Error)
    });
    let shown = Memo::new(move |_| count.get() > 0 && screen.get());
    let empty_handed = context.on(|screen| screen == Screen::NothingFound);
    move || {
        shown.get().then(|| {
            let groups = move || {
                let rejected = rejected.get();
                by_reason(&rejected).into_iter().map(|(reason, files)| group(reason, &files)).collect_view()
            };
            let report = move || words::left_out_report(&by_reason(&rejected.get_untracked()));
            let content = move || {
                view! {
                    <ul class="groups" role="list">{groups}</ul>
                    <CopyButton context label=words::COPY_LIST text=Arc::new(report) />
                }
                .into_any()
            };
            view! {
                <div class="left-out" part="left-out">
                    <Disclosure open=empty_handed.get() class="button plain toggle"
                        label=Arc::new(move || view! {
                            {icon(icon::FILE_X)}<span>{move || words::left_out(count.get())}</span>
                        }.into_any())
                        content=Arc::new(content) />
                </div>
            }
        })
    }
}

fn group(reason: Reason, files: &[&RejectedFile]) -> AnyView {
    let count = files.len();
    let paths: Arc<[String]> = files.iter().take(PATHS_DRAWN).map(|file| file.path.clone()).collect();
    let label = move || {
        view! {
            <span class="reason">{words::reason(reason)}</span>
            <span class="amount">{words::files(count)}</span>
        }
        .into_any()
    };
    let content = move || {
        let more = count - paths.len();
        view! {
            // It scrolls, so the keyboard must get there.
            <ul class="paths" role="list" tabindex="0" aria-label=words::reason(reason)>
                {paths.iter().map(|path| view! { <li>{path.clone()}</li> }).collect_view()}
                {(more > 0).then(|| view! { <li class="hint">{words::more_paths(more)}</li> })}
            </ul>
        }
        .into_any()
    };
    view! {
        <li><Disclosure open=false class="button plain toggle group" label=Arc::new(label) content=Arc::new(content) /></li>
    }
    .into_any()
}

type Draw = Arc<dyn Fn() -> AnyView + Send + Sync>;

/// A button that opens what follows it; Escape inside closes it.
#[component]
fn Disclosure(
    /// Whether it is open at first.
    open: bool,
    /// Classes of the button.
    class: &'static str,
    /// What is on the button.
    label: Draw,
    /// What opens.
    content: Draw,
) -> impl IntoView {
    let open = RwSignal::new(open);
    let button = NodeRef::<leptos::html::Button>::new();
    let close = move |event: KeyboardEvent| {
        if event.key() == "Escape" && open.get_untracked() {
            event.stop_propagation();
            open.set(false);
            if let Some(button) = button.get_untracked() {
                // A button can be focused.
                let _ = button.focus();
            }
        }
    };
    view! {
        <div class="disclosure" on:keydown=close>
            <button type="button" class=class node_ref=button aria-expanded=move || open.get().to_string()
                on:click=move |_| open.update(|open| *open = !*open)>
                {label()}{icon(icon::CHEVRON)}
            </button>
            {move || open.get().then(|| content())}
        </div>
    }
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
