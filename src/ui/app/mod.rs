//! The whole widget: heading, what goes on, studies, files left out, actions.

use auraloader_core::state::Step;
use leptos::prelude::*;

use super::actions::actions;
use super::announce::{Announcer, Said};
use super::context::Context;
use super::drop_zone::{self, Size, drop_zone};
use super::element::{El, el};
use super::icon::{self, icon};
use super::left_out::left_out;
use super::meter::meter;
use super::problem::problem;
use super::screen::Screen;
use super::study_list::study_list;

/// Everything inside the shadow root.
pub(super) fn app(context: Context) -> El {
    let Context { state, screen, words, .. } = context;
    let over = RwSignal::new(false);
    let heading = el("h2", &[("id", "heading"), ("part", "heading"), ("tabindex", "-1")])
        .text_of(move || state.with(|state| words.heading(screen.get(), state)));
    let lead = el("p", &[("class", "lead"), ("part", "lead")])
        .text_of(move || state.with(|state| words.lead(screen.get(), state)));
    let head = el("header", &[("class", "head")])
        .list(
            move || {
                Some(screen.get())
                    .filter(|it| *it != Screen::Start)
                    .iter()
                    .map(|it| it.name().to_owned())
                    .collect()
            },
            move |_| badge(screen.get_untracked()),
        )
        .child(el("div", &[("class", "head-text")]).child(heading).child(lead));
    let mut frame = el("section", &[("class", "frame"), ("part", "frame"), ("aria-labelledby", "heading")])
        .attr_of("data-screen", move || Some(screen.get().name().to_owned()))
        .attr_of("aria-busy", move || Some(state.with(|state| state.step == Step::Processing).to_string()))
        .child(head);
    frame = drop_zone::drops(frame, context, over);
    frame = problem(frame, context);
    frame = meter(frame, context);
    frame = frame.when(context.on(Screen::is_start), move || drop_zone(context, Size::Full));
    frame = study_list(frame, context);
    frame = left_out(frame, context);
    frame =
        frame.when(context.on(|screen| screen == Screen::Pending), move || drop_zone(context, Size::Small));
    let mut spoken = el("div", &[("class", "aside"), ("role", "status"), ("aria-live", "polite")]);
    if let Some(text) = context.spoken() {
        spoken = spoken.with_node(&text);
    }
    frame = frame.child(actions(context)).child(spoken);
    frame = drop_zone::inputs(frame, context).when(move || over.get(), move || drop_zone::veil(context));
    announce(frame, context)
}

/// The sign beside the heading; the heading says the same.
fn badge(screen: Screen) -> El {
    let (tone, sign) = match screen {
        Screen::Processing => ("accent", icon::SEARCH),
        Screen::NothingFound => ("neutral", icon::FILE_X),
        Screen::Start | Screen::Pending => ("accent", icon::IMAGE),
        Screen::Resumable => ("accent", icon::RETRY),
        Screen::Uploading => ("accent", icon::CLOUD_UPLOAD),
        Screen::Offline => ("warn", icon::WIFI_OFF),
        Screen::Paused => ("neutral", icon::PAUSE),
        Screen::Error => ("bad", icon::CIRCLE_ALERT),
        Screen::Stopping | Screen::Cancelled => ("neutral", icon::CIRCLE_SLASH),
        Screen::Complete => ("ok", icon::CIRCLE_CHECK),
    };
    el("span", &[("class", "badge"), ("data-tone", tone)]).child(icon(sign))
}

/// Feeds the live region.
fn announce(frame: El, context: Context) -> El {
    let Context { state, screen, words, .. } = context;
    let percent = move || state.with(|state| state.progress.percent());
    let mut announcer = Announcer::new(screen.get_untracked(), untrack(percent));
    frame.effect(Box::new(move || {
        let screen = screen.get();
        match announcer.next(screen, percent()) {
            Some(Said::Change) => context.say(&state.with_untracked(|state| words.change(screen, state))),
            Some(Said::Milestone(percent)) => context.say(&words.milestone(screen, percent)),
            None => {}
        }
    }))
}
