//! How a pump-logs answer is written: order, repeats, keys, compression. The work is done off the async threads.

use std::io::Write;
use std::sync::Arc;

use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use flate2::Compression;
use flate2::write::GzEncoder;
use pump_events::Event;
use serde_json::json;

use super::config::{Behaviour, EstimatedDateTime, Order};
use super::pages;
use super::state::Shared;
use crate::history::Dice;
use crate::writers::event_json;

/// The events of an answer, as indices into the pump's log.
#[derive(Debug, Default)]
pub(super) struct Answer {
    pub(super) events: Vec<usize>,
    pub(super) clock_changes: Vec<usize>,
}

/// Writes the answer.
pub(super) async fn respond(
    shared: Arc<Shared>,
    behaviour: Behaviour,
    pump: usize,
    answer: Answer,
    dice: Dice,
    headers: &HeaderMap,
) -> Response {
    let accepts = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let compress = behaviour.gzip && accepts.contains("gzip");
    let written = tokio::task::spawn_blocking(move || {
        let body = write_body(&shared, &behaviour, pump, answer, dice);
        if compress { gzip(&body) } else { Ok(body) }
    });
    match written.await {
        Ok(Ok(body)) if compress => ([(header::CONTENT_ENCODING, "gzip")], pages::json_text(body)).into_response(),
        Ok(Ok(body)) => pages::json_text(body),
        _ => pages::json_body(StatusCode::INTERNAL_SERVER_ERROR, &json!({"message": "Internal Server Error"})),
    }
}

fn gzip(body: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(body.len() / 8), Compression::fast());
    encoder.write_all(body)?;
    encoder.finish()
}

fn write_body(shared: &Shared, behaviour: &Behaviour, pump: usize, answer: Answer, mut dice: Dice) -> Vec<u8> {
    let mut events = answer.events;
    arrange(&mut events, behaviour, &mut dice);
    let mut body = Vec::with_capacity(events.len() * 400 + 64);
    body.push(b'{');
    for (key, indices) in [("events", &events), ("clockChanges", &answer.clock_changes)] {
        if indices.is_empty() && behaviour.omit_empty_keys {
            continue;
        }
        if body.len() > 1 {
            body.push(b',');
        }
        body.extend_from_slice(format!("\"{key}\":[").as_bytes());
        write_events(&mut body, shared, behaviour, pump, indices);
        body.push(b']');
    }
    body.push(b'}');
    body
}

fn arrange(events: &mut Vec<usize>, behaviour: &Behaviour, dice: &mut Dice) {
    let again = (events.len() as f64 * behaviour.duplicates) as usize;
    for _ in 0..again {
        let index = dice.whole(0, events.len() as i64 - 1) as usize;
        events.push(events[index]);
    }
    if behaviour.order == Order::Shuffled {
        dice.shuffle(events);
    }
}

fn write_events(body: &mut Vec<u8>, shared: &Shared, behaviour: &Behaviour, pump: usize, indices: &[usize]) {
    let known = &shared.history.pumps[pump];
    for (position, index) in indices.iter().enumerate() {
        if position > 0 {
            body.push(b',');
        }
        let reset = behaviour.sequence_reset_at.filter(|first| pump == 0 && index >= first);
        let text = match reset {
            Some(first) => event_json(&renumbered(&known.events[*index], index - first), &known.assignment_id),
            None => event_json(&known.events[*index], &known.assignment_id),
        };
        let keep = if behaviour.estimated == EstimatedDateTime::PumpTime { text.len() } else { estimated_at(&text) };
        body.extend_from_slice(&text.as_bytes()[..keep]);
        if behaviour.estimated == EstimatedDateTime::TrueUtc {
            let instant = shared.history.truth.pumps[pump].instants[*index];
            body.extend_from_slice(
                format!(",\"estimatedDateTime\":\"{}\"", instant.format("%Y-%m-%dT%H:%M:%SZ")).as_bytes(),
            );
        }
        if keep < text.len() {
            body.push(b'}');
        }
    }
}

/// Where the last key begins.
fn estimated_at(text: &str) -> usize {
    text.rfind(",\"estimatedDateTime\":").unwrap_or(text.len())
}

/// The event as a pump would number it after its log was reset.
fn renumbered(event: &Event, number: usize) -> Event {
    let header = event.header();
    Event::build(header.code)
        .pump_time(header.pump_time)
        .sequence_group(1)
        .sequence_number(number as u32)
        .payload(*event.payload())
        .finish()
}
