//! The rules for credentials (`upload-authorization.md`), one by one, with the clock passed in.
#![allow(clippy::expect_used, clippy::panic, reason = "tests")]

use auraloader_core::credentials::{
    Access, Action, Credential, Error, Grant, Now, PATIENCE, Source, Unresolved,
};
use auraloader_core::secret::Secret;
use auraloader_core::time::{Millis, Unix};
use proptest::prelude::*;

/// An arbitrary moment.
const START: u64 = 1_700_000_000_000;
const TEN_MINUTES: u64 = 600_000;

/// Seconds after the start.
fn at(seconds: u64) -> Now {
    Now { at: Millis(seconds * 1000), unix: Unix(START + seconds * 1000) }
}

fn grant(value: &str, expires: Option<u64>) -> Grant {
    Grant { value: Secret::new(value), expires: expires.map(|seconds| Unix(START + seconds * 1000)) }
}

fn given(expires: Option<u64>) -> Credential {
    let source =
        Source { given: Some(grant("static", expires)), has_resolver: false, threshold: TEN_MINUTES };
    Credential::new(source, &[0, 1000], 0)
}

fn renewable(threshold: u64) -> Credential {
    let source = Source { given: Some(grant("static", None)), has_resolver: true, threshold };
    Credential::new(source, &[0, 1000], 0)
}

/// One that a resolver has filled at the start.
fn filled(threshold: u64, expires: u64) -> Credential {
    let mut credential = renewable(threshold);
    assert_eq!(credential.get(at(0)), Access::Wait);
    assert_eq!(calls(&mut credential), 1);
    credential.resolved(at(0), Ok(grant("first", Some(expires))));
    assert_eq!(credential.poll(), Some(Action::Changed));
    credential
}

fn calls(credential: &mut Credential) -> usize {
    std::iter::from_fn(|| credential.poll()).filter(|action| matches!(action, Action::Resolve { .. })).count()
}

fn value(access: &Access) -> &str {
    match access {
        Access::Ready(grant) => grant.value.expose(),
        other => panic!("no value: {other:?}"),
    }
}

#[test]
fn a_static_value_is_used_until_its_expiry() {
    let mut credential = given(Some(60));
    assert_eq!(value(&credential.get(at(59))), "static");
    assert_eq!(credential.get(at(60)), Access::Failed(Error::Expired));
    assert_eq!(value(&given(None).get(at(1_000_000))), "static");
    assert_eq!(calls(&mut credential), 0);
}

#[test]
fn a_static_value_that_is_refused_is_all_there_is() {
    let mut credential = given(None);
    credential.refused(&Secret::new("static"));
    // What that means is for the request that was refused to say.
    assert_eq!(value(&credential.get(at(0))), "static");
    assert!(!credential.is_renewable());
}

#[test]
fn a_resolver_wins_over_a_static_value() {
    assert_eq!(value(&filled(TEN_MINUTES, 3600).get(at(1))), "first");
}

#[test]
fn a_hundred_needs_are_one_call() {
    let mut credential = renewable(TEN_MINUTES);
    for _ in 0..100 {
        assert_eq!(credential.get(at(0)), Access::Wait);
    }
    assert_eq!(credential.poll(), Some(Action::Resolve { attempt: 1 }));
    assert_eq!(credential.poll(), None);
    credential.resolved(at(1), Ok(grant("first", Some(3600))));
    for _ in 0..100 {
        assert_eq!(value(&credential.get(at(1))), "first");
    }
    assert_eq!(calls(&mut credential), 0);
}

#[test]
fn it_is_renewed_from_the_threshold_on_to_the_second() {
    for (threshold, expires, due) in [
        (TEN_MINUTES, 3600, 3000),
        // Floored to whole seconds.
        (2_999, 3600, 3598),
        // Never more than half of its own life.
        (TEN_MINUTES, 600, 300),
        (0, 3600, 3600),
    ] {
        let mut credential = filled(threshold, expires);
        assert_eq!(value(&credential.get(at(due - 1))), "first");
        assert_eq!(calls(&mut credential), 0, "{threshold} {expires}");
        // Meanwhile the last one is still good, unless it has expired.
        let access = credential.get(at(due));
        assert_eq!(calls(&mut credential), 1, "{threshold} {expires}");
        assert_eq!(access == Access::Wait, due == expires);
        credential.resolved(at(due), Ok(grant("second", Some(expires + 3600))));
        assert_eq!(value(&credential.get(at(due))), "second");
    }
}

#[test]
fn one_that_could_expire_on_the_way_waits_for_the_next() {
    let mut credential = filled(TEN_MINUTES, 3600);
    assert_eq!(value(&credential.get(at(3569))), "first");
    assert_eq!(credential.get(at(3570)), Access::Wait);
    // As long as there is one to come soon.
    credential.resolved(at(3570), Err(Unresolved::Failed));
    credential.timeout(at(3570), true);
    credential.resolved(at(3570), Err(Unresolved::Failed));
    assert_eq!(value(&credential.get(at(3570))), "first");
}

#[test]
fn in_use_it_is_renewed_ahead_without_being_asked_for() {
    let mut credential = filled(TEN_MINUTES, 3600);
    assert_eq!(credential.poll_timeout(at(10), false), None);
    assert_eq!(credential.poll_timeout(at(10), true), Some(at(3000).at));
    credential.timeout(at(2999), true);
    assert_eq!(calls(&mut credential), 0);
    credential.timeout(at(3000), true);
    assert_eq!(calls(&mut credential), 1);
}

#[test]
fn after_a_sleep_the_wall_clock_counts() {
    let mut credential = filled(TEN_MINUTES, 3600);
    // The monotonic clock stood still.
    let woken = Now { at: Millis(5000), unix: at(4000).unix };
    assert_eq!(credential.get(woken), Access::Wait);
    assert_eq!(calls(&mut credential), 1);
}

#[test]
fn a_resolver_that_throws_is_asked_again_as_often_as_it_may() {
    let mut credential = renewable(TEN_MINUTES);
    assert_eq!(credential.get(at(0)), Access::Wait);
    for attempt in 1..=3 {
        assert_eq!(credential.poll(), Some(Action::Resolve { attempt }));
        credential.resolved(at(5), Err(Unresolved::Failed));
        if attempt < 3 {
            assert_eq!(credential.get(at(5)), Access::Wait);
            assert_eq!(credential.poll(), None);
            let due = credential.poll_timeout(at(5), false).expect("the next try");
            credential.timeout(Now { at: due, ..at(6) }, false);
        }
    }
    assert_eq!(credential.poll(), Some(Action::Changed));
    // No call again until somebody wants to try again.
    for _ in 0..100 {
        assert_eq!(credential.get(at(7)), Access::Failed(Error::Unavailable));
    }
    assert_eq!(credential.poll(), None);
    credential.try_again();
    assert_eq!(credential.get(at(8)), Access::Wait);
    assert_eq!(credential.poll(), Some(Action::Resolve { attempt: 1 }));
}

#[test]
fn a_resolver_that_hangs_counts_as_one_that_throws_and_its_late_answer_as_none() {
    let mut credential = renewable(TEN_MINUTES);
    assert_eq!(credential.get(at(0)), Access::Wait);
    assert_eq!(credential.poll_timeout(at(0), false), Some(Millis(0) + PATIENCE));
    credential.timeout(at(29), false);
    assert_eq!(calls(&mut credential), 1);
    credential.timeout(at(30), false);
    credential.resolved(at(30), Ok(grant("late", Some(3600))));
    assert_eq!(credential.get(at(30)), Access::Wait);
    credential.timeout(at(30), false);
    assert_eq!(credential.poll(), Some(Action::Resolve { attempt: 2 }));
}

#[test]
fn nonsense_is_an_error_that_names_it_and_is_not_asked_for_again() {
    let mut credential = renewable(TEN_MINUTES);
    assert_eq!(credential.get(at(0)), Access::Wait);
    assert_eq!(calls(&mut credential), 1);
    let wrong = "uploadTokenResolver gave no expires_at".to_owned();
    credential.resolved(at(0), Err(Unresolved::Incomplete(wrong.clone())));
    assert_eq!(credential.poll(), Some(Action::Changed));
    assert_eq!(credential.get(at(0)), Access::Failed(Error::Incomplete(wrong)));
    assert_eq!(calls(&mut credential), 0);
}

#[test]
fn what_has_expired_when_it_comes_counts_as_a_failure() {
    for expires in [0, 9, 10] {
        let mut credential = renewable(TEN_MINUTES);
        assert_eq!(credential.get(at(10)), Access::Wait);
        credential.resolved(at(10), Ok(grant("stale", Some(expires))));
        assert_eq!(credential.get(at(10)), Access::Wait);
        assert_eq!(calls(&mut credential), 1);
    }
}

#[test]
fn the_last_good_value_stays_in_use_while_it_is_good() {
    let mut credential = filled(TEN_MINUTES, 3600);
    assert_eq!(value(&credential.get(at(3000))), "first");
    credential.resolved(at(3000), Err(Unresolved::Incomplete("nothing".to_owned())));
    // Not for each need a call: it rests for a while.
    for _ in 0..100 {
        assert_eq!(value(&credential.get(at(3001))), "first");
    }
    assert_eq!(calls(&mut credential), 1);
    assert_eq!(credential.poll_timeout(at(3001), true), Some(at(3030).at));
    credential.timeout(at(3030), true);
    assert_eq!(calls(&mut credential), 1);
    credential.resolved(at(3030), Err(Unresolved::Incomplete("nothing".to_owned())));
    // Once it has expired there is no rest for who needs one.
    assert_eq!(credential.get(at(3600)), Access::Wait);
    assert_eq!(calls(&mut credential), 1);
}

#[test]
fn a_refused_value_is_dropped_but_not_the_one_that_came_after_it() {
    let mut credential = filled(TEN_MINUTES, 3600);
    credential.refused(&Secret::new("first"));
    assert_eq!(credential.get(at(1)), Access::Wait);
    credential.resolved(at(1), Ok(grant("second", Some(3600))));
    // A second request that was sent with the first one.
    credential.refused(&Secret::new("first"));
    assert_eq!(value(&credential.get(at(2))), "second");
    assert_eq!(calls(&mut credential), 1);
}

#[test]
fn what_is_bound_to_an_upload_is_made_anew_for_the_next() {
    let mut credential = filled(TEN_MINUTES, 3600);
    credential.forget();
    assert_eq!(credential.get(at(1)), Access::Wait);
    let mut fixed = given(None);
    fixed.forget();
    assert_eq!(value(&fixed.get(at(1))), "static");
}

#[test]
fn nothing_shows_a_value() {
    let shown = format!("{:?}", filled(TEN_MINUTES, 3600));
    assert!(!shown.contains("first") && !shown.contains("static"), "{shown}");
}

proptest! {
    /// Whatever happens in whatever order: no two calls at a time, and never a value that has expired.
    #[test]
    fn one_call_at_a_time_and_no_stale_value(steps in prop::collection::vec((0..5_u8, 0..700_u64), 1..80)) {
        let mut credential = renewable(TEN_MINUTES);
        let (mut now, mut out, mut made) = (0, false, 0);
        for (step, wait) in steps {
            now += wait;
            match step {
                0 | 1 => if let Access::Ready(grant) = credential.get(at(now)) {
                    prop_assert!(grant.expires.expect("it has one") > at(now).unix);
                },
                2 if out => {
                    made += 1;
                    credential.resolved(at(now), Ok(grant(&made.to_string(), Some(now + wait))));
                    out = false;
                }
                3 if out => {
                    credential.resolved(at(now), Err(Unresolved::Failed));
                    out = false;
                }
                _ => {
                    // A call given up for its silence is none any more.
                    out = out && credential.poll_timeout(at(now), true).is_some_and(|due| due > at(now).at);
                    credential.timeout(at(now), true);
                }
            }
            for action in std::iter::from_fn(|| credential.poll()) {
                if matches!(action, Action::Resolve { .. }) {
                    prop_assert!(!out, "two calls at a time");
                    out = true;
                }
            }
        }
    }
}
