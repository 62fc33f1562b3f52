//! `bff/pump-logs`: which events an answer holds.
//!
//! Windows are compared with the pump's wall clock, digits with digits; `clockChanges` is not windowed. How the answer is
//! written lies in [`super::answer`].

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use chrono::{Days, NaiveDateTime};
use pump_events::PumpTime;
use serde_json::json;

use super::answer::{Answer, respond};
use super::config::{Behaviour, Filter, LongWindow, NoCodes};
use super::login::own_origin;
use super::pages;
use super::requests::query_pairs;
use super::state::Shared;
use crate::history::Dice;
use crate::timeline::Timeline;
use crate::writers::is_clock_change;

/// The keys the query schema knows.
const KEYS: [&str; 4] = ["pumperId", "startDate", "endDate", "eventCodes"];
/// Longest window, in inclusive days.
const MAX_DAYS: u64 = 28;

/// Why a data call is refused before it is looked at: a foreign `Origin` or `Referer` (403), no valid token (401).
pub(super) fn refusal(shared: &Shared, headers: &HeaderMap) -> Option<Response> {
    let text = |name| headers.get(name).and_then(|value: &header::HeaderValue| value.to_str().ok());
    let allowed = [shared.account.region.source_origin().to_owned(), own_origin(headers)];
    let origin_fits = text(header::ORIGIN).is_none_or(|origin| allowed.iter().any(|known| known == origin));
    let referer_fits = text(header::REFERER).is_none_or(|referer| {
        allowed.iter().any(|known| referer == known || referer.starts_with(&format!("{known}/")))
    });
    if !origin_fits || !referer_fits {
        return Some(pages::blocked());
    }
    let token = text(header::AUTHORIZATION).and_then(|value| value.strip_prefix("Bearer "));
    let valid = token.is_some_and(|token| shared.state().is_valid_token(token, shared.now()));
    (!valid).then(pages::unauthorized)
}

/// `GET /api/reports/bff/pump-logs/{assignmentId}`.
pub(super) async fn pump_logs(
    State(shared): State<Arc<Shared>>,
    Path(assignment): Path<String>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    if let Some(refusal) = refusal(&shared, &headers) {
        return refusal;
    }
    let (behaviour, timeline, number) = {
        let state = shared.state();
        (state.behaviour.clone(), state.timeline.clone(), state.count(super::faults::Endpoint::PumpLogs))
    };
    let question = match Question::parse(&query_pairs(query.as_deref()), &shared, &behaviour) {
        Ok(question) => question,
        Err(refusal) => return *refusal,
    };
    let pump = shared.history.pumps.iter().position(|pump| pump.assignment_id == assignment);
    let answer = match pump {
        Some(pump) => select(&shared, &timeline, &behaviour, pump, &question),
        None if known_without_events(&behaviour, &assignment) => Answer::default(),
        None => return pages::json_body(StatusCode::NOT_FOUND, &json!({"message": "Not Found"})),
    };
    let dice = Dice::new(shared.seed, "answer", number as i64);
    respond(Arc::clone(&shared), behaviour, pump.unwrap_or(0), answer, dice, &headers).await
}

fn known_without_events(behaviour: &Behaviour, assignment: &str) -> bool {
    behaviour.never_used_pump && assignment == "f6631fff-f403-4ce4-9362-83eff9e2850e"
        || behaviour.pump_dated_2066 && assignment == "0b7c1b9e-5f6d-4a21-8d4e-7a2f90c6e113"
}

/// What a client asks for.
struct Question {
    /// Wall-clock seconds, inclusive; `None` when no event can be in it.
    window: Option<(PumpTime, PumpTime)>,
    /// `None` for all codes.
    codes: Option<Vec<u32>>,
}

impl Question {
    fn parse(pairs: &[(String, String)], shared: &Shared, behaviour: &Behaviour) -> Result<Self, Box<Response>> {
        let foreign: Vec<String> =
            pairs.iter().map(|(key, _)| key.clone()).filter(|key| !KEYS.contains(&key.as_str())).collect();
        if !foreign.is_empty() {
            return Err(Box::new(pages::unknown_keys(&foreign)));
        }
        let values = |wanted: &str| -> Vec<&str> {
            pairs.iter().filter(|(key, _)| key == wanted).map(|(_, value)| value.as_str()).collect()
        };
        if values("pumperId").first().is_some_and(|id| *id != shared.account.pumper_id) {
            return Err(Box::new(pages::json_body(StatusCode::NOT_FOUND, &json!({"message": "Not Found"}))));
        }
        let date = |key: &'static str| {
            let text = values(key).first().copied().unwrap_or_default();
            parse_date(text).ok_or_else(|| Box::new(pages::invalid_value(key, "Invalid date")))
        };
        let window = limit(date("startDate")?, date("endDate")?, behaviour.long_window)?;
        let codes = codes(&values("eventCodes"), behaviour)?;
        // Repeated keys bring nothing, as one client observed.
        let window = if values("eventCodes").len() > 1 { None } else { window };
        Ok(Self { window, codes })
    }
}

/// `2026-05-14T00:00:00Z`, with or without `Z` and fraction.
fn parse_date(text: &str) -> Option<NaiveDateTime> {
    text.trim_end_matches('Z').parse().ok()
}

type Window = Option<(PumpTime, PumpTime)>;

fn limit(start: NaiveDateTime, end: NaiveDateTime, long: LongWindow) -> Result<Window, Box<Response>> {
    let first_allowed = end - Days::new(MAX_DAYS);
    let too_long = start < first_allowed;
    let start = match long {
        LongWindow::BadRequest if too_long => {
            return Err(Box::new(pages::invalid_value("endDate", "Date range too long")));
        }
        LongWindow::Empty if too_long => return Ok(None),
        LongWindow::CutOldest if too_long => first_allowed,
        _ => start,
    };
    let clamp =
        |date: NaiveDateTime, otherwise| PumpTime::from_naive(date).unwrap_or(PumpTime::from_seconds(otherwise));
    Ok((start <= end).then(|| (clamp(start, 0), clamp(end, 0))))
}

fn codes(values: &[&str], behaviour: &Behaviour) -> Result<Option<Vec<u32>>, Box<Response>> {
    let without = match values.first() {
        None => behaviour.missing_codes,
        Some(&"") => behaviour.empty_codes,
        Some(list) => {
            let codes: Result<Vec<u32>, _> = list.split(',').map(str::parse).collect();
            let codes = codes.map_err(|_| Box::new(pages::invalid_value("eventCodes", "Invalid event code")))?;
            return Ok((behaviour.filter == Filter::Honoured).then_some(codes));
        }
    };
    match without {
        NoCodes::Everything => Ok(None),
        NoCodes::Nothing => Ok(Some(vec![])),
        NoCodes::BadRequest => Err(Box::new(pages::invalid_value("eventCodes", "Required"))),
    }
}

fn select(shared: &Shared, timeline: &Timeline, behaviour: &Behaviour, pump: usize, question: &Question) -> Answer {
    let events = &shared.history.pumps[pump].events;
    let days = &shared.days[pump];
    let clock_changes = days.clock_changes.iter().copied().filter(|index| timeline.is_visible(pump, *index)).collect();
    let Some((start, end)) = question.window else { return Answer { events: vec![], clock_changes } };
    let wanted_days = start.seconds() / 86_400..=end.seconds() / 86_400;
    let segments = days.segments.iter().filter(|(day, _)| wanted_days.contains(day));
    let fits = |index: &usize| {
        let header = events[*index].header();
        (start..=end).contains(&header.pump_time)
            && question.codes.as_ref().is_none_or(|codes| codes.contains(&header.code.0))
            && (behaviour.clock_changes_in_events || !is_clock_change(&events[*index]))
            && timeline.is_visible(pump, *index)
    };
    Answer { events: segments.flat_map(|(_, range)| range.clone()).filter(fits).collect(), clock_changes }
}
