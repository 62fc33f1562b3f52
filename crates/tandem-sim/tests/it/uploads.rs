//! Timelines: what is on the service when.

use std::collections::BTreeSet;

use chrono::Duration;
use tandem_sim::history::{History, Scenario};
use tandem_sim::timeline::{Client, Timeline, UploadHabits};

fn history() -> History {
    let mut scenario = Scenario::torture(6).days(110);
    scenario.pumps_mut()[1].first_day = 70;
    scenario.simulate()
}

#[test]
fn every_event_arrives_once_and_never_before_it_happened() {
    let history = history();
    for habits in [UploadHabits::hourly(), UploadHabits::unreliable()] {
        let timeline = Timeline::new(&history, habits, 4);
        let mut arrived: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); history.pumps.len()];
        for upload in timeline.uploads() {
            let last = history.truth.pumps[upload.pump].instants[upload.events.end - 1];
            assert!(last <= upload.at, "{upload:?} brings {last}");
            for event in upload.events.clone() {
                assert!(arrived[upload.pump].insert(event), "{upload:?} repeats {event}");
            }
        }
        for (pump, arrived) in history.pumps.iter().zip(&arrived) {
            assert_eq!(arrived.len(), pump.events.len());
        }
        assert!(timeline.uploads().is_sorted_by_key(|upload| upload.at));
    }
}

#[test]
fn unreliable_uploads_are_late_out_of_order_and_have_a_backlog_behind_the_newest_event() {
    let history = history();
    let timeline = Timeline::new(&history, UploadHabits::unreliable(), 4);
    let first_pump: Vec<_> = timeline.uploads().iter().filter(|upload| upload.pump == 0).collect();
    let longest_pause = first_pump.windows(2).map(|pair| pair[1].at - pair[0].at).max().unwrap();
    assert!(longest_pause >= Duration::days(9), "{longest_pause}");
    let backwards = first_pump.windows(2).filter(|pair| pair[1].events.start < pair[0].events.start);
    let (mut count, mut largest) = (0, 0);
    for pair in backwards {
        count += 1;
        largest = largest.max(pair[1].events.len());
    }
    assert!(count > 20, "{count} uploads out of order");
    assert!(largest > 20_000, "the backlog behind the newest event has {largest} events");
    let cable: Vec<_> = timeline.uploads().iter().filter(|upload| upload.pump == 1).collect();
    assert!(cable.iter().all(|upload| upload.client == Client::Computer));
    assert!(cable[0].events.len() > 20 * 2_900, "a cable upload brings weeks at once");
}

#[test]
fn boluses_straddle_uploads() {
    let history = history();
    let timeline = Timeline::new(&history, UploadHabits::hourly(), 4);
    let first = history.pumps[0].events[0].header().sequence_number;
    let mut split = 0;
    for bolus in &history.truth.pumps[0].boluses {
        let upload_of = |sequence: u32| {
            let event = (sequence - first) as usize;
            timeline.uploads().iter().position(|upload| upload.pump == 0 && upload.events.contains(&event))
        };
        split += usize::from(upload_of(bolus.sequences[0]) != upload_of(*bolus.sequences.last().unwrap()));
    }
    assert!(split > 5, "{split}");
}

#[test]
fn stepping_makes_events_visible() {
    let history = Scenario::quiet(2).simulate();
    let mut timeline = Timeline::new(&history, UploadHabits::hourly(), 1);
    let visible =
        |timeline: &Timeline| (0..history.pumps[0].events.len()).filter(|event| timeline.is_visible(0, *event)).count();
    assert_eq!((visible(&timeline), timeline.last_upload(0)), (0, None));
    assert_eq!(timeline.event_dates(0), None);
    assert_eq!(timeline.advance(2), 2);
    let two = timeline.uploads()[1].clone();
    assert_eq!((visible(&timeline), timeline.last_upload(0)), (two.events.end, Some(&two)));
    let noon = history.truth.pumps[0].instants[0] + Duration::hours(12);
    assert!(timeline.advance_to(noon) > 5);
    assert_eq!(timeline.advance_to(noon), 0);
    timeline.advance(usize::MAX);
    assert_eq!(visible(&timeline), history.pumps[0].events.len());
    assert_eq!(timeline.advance(1), 0);
}
