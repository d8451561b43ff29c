//! The whole widget: heading, what goes on, studies, files left out, actions.

use auraloader_core::state::Step;
use leptos::prelude::*;

use super::actions::Actions;
use super::announce::{Announcer, Said};
use super::context::Context;
use super::drop_zone::{DropZone, Inputs, Size, Veil, drops};
use super::icon::{self, icon};
use super::left_out::LeftOut;
use super::meter::Meter;
use super::problem::Problem;
use super::screen::{Screen, progress_percent};
use super::study_list::StudyList;
use super::words;

/// Everything inside the shadow root.
#[component]
pub(super) fn App(
    /// The widget's parts.
    context: Context,
) -> impl IntoView {
    let Context { state, screen, .. } = context;
    let over = RwSignal::new(false);
    let heading = Memo::new(move |_| state.with(|state| words::heading(screen.get(), state)));
    let lead = Memo::new(move |_| state.with(|state| words::lead(screen.get(), state)));
    let start = context.on(|screen| screen == Screen::Start);
    let pending = context.on(|screen| screen == Screen::Pending);
    let busy = Memo::new(move |_| state.with(|state| state.step == Step::Processing));
    announce(context);
    view! {
        <section class="frame" part="frame" data-screen=move || screen.get().name() aria-labelledby="heading"
            aria-busy=move || busy.get().to_string() {..drops(context, over)}>
            <header class="head">
                {move || badge(screen.get())}
                <div class="head-text">
                    <h2 id="heading" part="heading" tabindex="-1">{heading}</h2>
                    <p class="lead" part="lead">{lead}</p>
                </div>
            </header>
            <Problem context />
            <Meter context />
            {move || start.get().then(|| view! { <DropZone context size=Size::Full /> })}
            <StudyList context />
            <LeftOut context />
            {move || pending.get().then(|| view! { <DropZone context size=Size::Small /> })}
            <Actions context />
            <div class="aside" role="status" aria-live="polite">{move || context.spoken()}</div>
            <Inputs context />
            <Veil over />
        </section>
    }
}

/// The sign beside the heading; the heading says the same.
fn badge(screen: Screen) -> Option<AnyView> {
    let (tone, sign) = match screen {
        Screen::Start => return None,
        Screen::Processing => ("accent", icon::SEARCH),
        Screen::NothingFound => ("neutral", icon::FILE_X),
        Screen::Pending => ("accent", icon::IMAGE),
        Screen::Uploading => ("accent", icon::CLOUD_UPLOAD),
        Screen::Offline => ("warn", icon::WIFI_OFF),
        Screen::Paused => ("neutral", icon::PAUSE),
        Screen::Error => ("bad", icon::CIRCLE_ALERT),
        Screen::Stopping | Screen::Cancelled => ("neutral", icon::CIRCLE_SLASH),
        Screen::Complete => ("ok", icon::CIRCLE_CHECK),
    };
    Some(view! { <span class="badge" data-tone=tone>{icon(sign)}</span> }.into_any())
}

/// Feeds the live region.
fn announce(context: Context) {
    let Context { state, screen, .. } = context;
    let percent = Memo::new(move |_| state.with(progress_percent));
    let announcer = StoredValue::new(Announcer::new(screen.get_untracked(), percent.get_untracked()));
    Effect::new(move || {
        let (screen, percent) = (screen.get(), percent.get());
        let said = announcer.try_update_value(|announcer| announcer.next(screen, percent)).flatten();
        match said {
            Some(Said::Change) => context.say(state.with_untracked(|state| words::change(screen, state))),
            Some(Said::Milestone(percent)) => context.say(words::milestone(screen, percent)),
            None => {}
        }
    });
}
