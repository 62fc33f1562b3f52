//! Services that cut, refuse, or ignore what they are asked: all events still arrive, and it is reported.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use pipeline::{DayRange, PumpListing, Source, SourceErrorKind as Kind, SourcePage};
use serde_json::json;
use tandem_source::EventSelection;

use crate::cloud::{Reply, Request, Route};
use crate::setup::{Setup, daily, day, days, each_day, event, pump, sequence, window};

/// The pump of these tests has one event a day but for ten days in March.
fn has_event(day: NaiveDate) -> bool {
    history().contains(day) && !days("2026-03-03", "2026-03-12").contains(day)
}

fn history() -> DayRange {
    days("2026-01-01", "2026-05-31")
}

fn subject() -> PumpListing {
    pump("2026-01-01", "2026-05-31")
}

fn have(days: DayRange) -> impl DoubleEndedIterator<Item = NaiveDate> {
    each_day(days).filter(|day| has_event(*day))
}

fn sequences(page: &SourcePage) -> BTreeSet<u32> {
    page.events.iter().map(|event| event.key.sequence_number).collect()
}

struct Row {
    name: &'static str,
    service: fn(&Request) -> Reply,
    days: DayRange,
    /// Questions asked in all.
    asked: usize,
    reported: &'static [&'static str],
}

async fn check(row: &Row) {
    let setup = Setup::new().await;
    setup.cloud.set_logs(row.service);
    let page = setup.source().events(&subject(), row.days).await.expect(row.name);
    let expected: BTreeSet<_> = have(row.days).map(sequence).collect();
    let got = sequences(&page);
    assert!(got.is_superset(&expected), "{}: {} of {}", row.name, got.intersection(&expected).count(), expected.len());
    assert_eq!(page.notices.len(), row.reported.len(), "{}: {:?}", row.name, page.notices);
    for words in row.reported {
        assert!(
            page.notices.iter().any(|notice| notice.contains(words)),
            "{}: {words} not in {:?}",
            row.name,
            page.notices
        );
    }
    assert_eq!(setup.cloud.count(Route::PumpLogs), row.asked, "{}: questions", row.name);
}

const CUT: &str = "left out a part";
const EMPTY: &str = "answered with nothing for days that have events";
const REFUSED: &str = "refused to answer for that many days";
const OUTSIDE: &str = "from outside the days asked for";

#[tokio::test]
async fn whole_windows() {
    let may = days("2026-05-01", "2026-05-28");
    let rows = [
        Row { name: "good", service: |request| daily(have(window(request))), days: may, asked: 1, reported: &[] },
        Row {
            name: "shuffled and doubled",
            service: |request| daily(have(window(request)).rev().chain(have(window(request)))),
            days: may,
            asked: 1,
            reported: &[],
        },
        Row {
            name: "a longer segment is asked for in pieces",
            service: |request| daily(have(window(request))),
            days: days("2026-03-20", "2026-05-31"),
            asked: 3,
            reported: &[],
        },
        Row {
            name: "a gap at the edge is asked for once more",
            service: |request| daily(have(window(request))),
            days: days("2026-03-03", "2026-03-30"),
            asked: 2,
            reported: &[],
        },
        Row {
            name: "days after the last event are not",
            service: |request| daily(have(window(request))),
            days: days("2026-05-20", "2026-06-10"),
            asked: 1,
            reported: &[],
        },
        Row {
            name: "days before the first event are not",
            service: |request| daily(have(window(request))),
            days: days("2025-12-20", "2026-01-10"),
            asked: 1,
            reported: &[],
        },
        Row {
            name: "only the newest ten days",
            service: |request| daily(newest(window(request), 10)),
            days: may,
            asked: 5,
            reported: &[CUT],
        },
        Row {
            name: "only the oldest ten days",
            service: |request| daily(each_day(window(request)).filter(|day| has_event(*day)).take(10)),
            days: may,
            asked: 5,
            reported: &[CUT],
        },
        Row {
            name: "nothing beyond ten days",
            service: |request| {
                let days = window(request);
                daily(have(days).filter(move |_| days.days() <= 10))
            },
            days: days("2026-05-04", "2026-05-31"),
            asked: 8,
            reported: &[EMPTY],
        },
        Row {
            name: "400 beyond ten days",
            service: |request| match window(request) {
                days if days.days() > 10 => Reply::json(400, r#"{"issues":[{"code":"custom","path":["endDate"]}]}"#),
                days => daily(have(days)),
            },
            days: may,
            asked: 6,
            reported: &[REFUSED],
        },
        Row {
            name: "vague 400 beyond ten days",
            service: |request| match window(request) {
                days if days.days() > 10 => Reply::json(400, r#"{"message":"Check input parameters."}"#),
                days => daily(have(days)),
            },
            days: may,
            asked: 8,
            reported: &[REFUSED],
        },
        Row { name: "dates ignored", service: |_| daily(have(history())), days: may, asked: 1, reported: &[OUTSIDE] },
        Row {
            name: "clock changes of the whole life are no news",
            service: |request| {
                let events: Vec<_> = have(window(request)).map(|day| event(day, 3)).collect();
                let changes = [event(day("2020-01-12"), 14), event(day("2025-11-02"), 13)];
                Reply::json(200, json!({ "events": events, "clockChanges": changes }))
            },
            days: may,
            asked: 1,
            reported: &[],
        },
    ];
    for row in &rows {
        check(row).await;
    }
}

fn newest(days: DayRange, count: usize) -> impl Iterator<Item = NaiveDate> {
    have(days).rev().take(count)
}

#[tokio::test]
async fn what_was_learned_holds_for_the_next_question() {
    let setup = Setup::new().await;
    setup.cloud.set_logs(|request| daily(newest(window(request), 14)));
    let source = setup.source();
    source.events(&subject(), days("2026-05-01", "2026-05-28")).await.expect("events");
    let before = setup.cloud.count(Route::PumpLogs);
    let page = source.events(&subject(), days("2026-04-01", "2026-04-28")).await.expect("events");
    assert_eq!(page.events.len(), 28);
    assert_eq!((setup.cloud.count(Route::PumpLogs) - before, page.notices.len()), (2, 0));
}

#[tokio::test]
async fn bogus_dates_cost_little() {
    let rows = [
        ("2020-01-02", "2066-05-24", "2020-01-01", "2020-01-28", 3),
        ("2020-01-02", "2066-05-24", "2026-05-01", "2026-05-28", 3),
        ("2008-01-01", "2026-11-25", "2026-11-01", "2026-11-20", 3),
    ];
    for (first, last, from, to, asked) in rows {
        let setup = Setup::new().await;
        let source = setup.source();
        let page = source.events(&pump(first, last), days(from, to)).await.expect("an empty page");
        assert!(page.events.is_empty() && page.notices.is_empty(), "{page:?}");
        assert_eq!(setup.cloud.count(Route::PumpLogs), asked, "{first} {last}");
        source.events(&pump(first, last), days("2026-04-01", "2026-04-28")).await.expect("an empty page");
        assert_eq!(setup.cloud.count(Route::PumpLogs), asked + 1, "{first} {last}: looked into once");
    }
}

/// A service that refuses some selections, by `eventCodes`.
async fn check_selection(
    name: &str,
    selection: EventSelection,
    service: fn(&Request) -> Reply,
    codes: &[Option<usize>],
    reported: &[&str],
) {
    let setup = Setup::new().await;
    setup.cloud.set_logs(service);
    let mut config = setup.config();
    config.events = selection;
    let source = tandem_source::TandemSource::new(config).expect("good settings");
    let page = source.events(&subject(), days("2026-05-01", "2026-05-03")).await.expect(name);
    let notices = page.notices.concat();
    assert!(
        reported.iter().all(|words| notices.contains(words)) && page.notices.len() == reported.len(),
        "{name}: {notices}"
    );
    let second = source.events(&subject(), days("2026-04-01", "2026-04-03")).await.expect(name);
    assert_eq!((page.events.len().min(3), second.events.len()), (3, 3), "{name}");
    assert_eq!(second.notices, [""; 0], "{name}: reported once");
    let asked: Vec<_> = setup.cloud.requests(Route::PumpLogs).iter().map(listed).collect();
    assert_eq!(asked, codes, "{name}: lengths of the lists");
}

/// How many codes a request lists.
fn listed(request: &Request) -> Option<usize> {
    request.value("eventCodes").map(|codes| codes.split(',').count())
}

fn good(request: &Request) -> Reply {
    daily(have(window(request)))
}

#[tokio::test]
async fn selections_fall_back_once() {
    use EventSelection::{AllKnown, Unfiltered, WebApp};
    let all = EventSelection::AllKnown.codes().map(|codes| codes.split(',').count());
    let web = Some(64);
    let instead = "those of its own web application instead";
    check_selection("all", AllKnown, good, &[all, all], &[]).await;
    check_selection("web application", WebApp, good, &[web, web], &[]).await;
    check_selection("no list", Unfiltered, good, &[None, None], &[]).await;
    let strict = |request: &Request| match listed(request) {
        Some(64) => good(request),
        _ => Reply::json(400, r#"{"issues":[{"code":"invalid_type","path":["eventCodes"]}]}"#),
    };
    check_selection("list refused", AllKnown, strict, &[all, web, web], &[instead]).await;
    check_selection("list wanted", Unfiltered, strict, &[None, web, web], &[instead]).await;
    let vague = |request: &Request| match listed(request) {
        Some(64) => good(request),
        _ => Reply::json(400, "{}"),
    };
    check_selection("refused without a reason", AllKnown, vague, &[all, all, web, web], &[instead]).await;
    let renamed = |request: &Request| match listed(request) {
        None => good(request),
        _ => Reply::json(400, r#"{"code":"unrecognized_keys","keys":["eventCodes"]}"#),
    };
    let without = "asked for events without one";
    check_selection("key renamed", AllKnown, renamed, &[all, None, None], &[without]).await;
    let silent = |request: &Request| match listed(request) {
        Some(64) => daily(have(window(request))),
        _ => daily(std::iter::empty()),
    };
    check_selection("list brings nothing", AllKnown, silent, &[all, all, web, web, web], &[instead]).await;
}

#[tokio::test]
async fn one_refusal_without_a_reason_is_not_held_against_the_list() {
    let setup = Setup::new().await;
    setup.cloud.set_logs(good);
    setup.cloud.script(Route::PumpLogs, [Reply::json(400, "{}")]);
    let page = setup.source().events(&subject(), days("2026-05-01", "2026-05-03")).await.expect("events");
    assert_eq!((page.events.len(), page.notices.len()), (3, 0));
}

#[tokio::test]
async fn a_service_that_refuses_everything_is_an_error_that_teaches_nothing() {
    let setup = Setup::new().await;
    let source = setup.source();
    setup.cloud.set_logs(|_| Reply::json(400, "{}"));
    let error = source.events(&subject(), days("2026-05-01", "2026-05-28")).await.expect_err("refused");
    assert_eq!(error.kind, Kind::ServiceChanged);
    let asked = setup.cloud.count(Route::PumpLogs);
    assert!(asked <= 8, "{asked} questions");
    setup.cloud.set_logs(good);
    let page = source.events(&subject(), days("2026-05-01", "2026-05-28")).await.expect("events");
    assert_eq!((page.events.len(), setup.cloud.count(Route::PumpLogs)), (28, asked + 1));
    assert!(listed(setup.cloud.requests(Route::PumpLogs).last().expect("a request")) > Some(64));
}
