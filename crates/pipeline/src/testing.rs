//! For tests of stores and of programs that embed the pipeline: a conformance suite for the store contracts, a scripted
//! source, and a store that fails on demand. Behind the feature `testing`.

mod conformance;
mod failing;
mod scripted;

pub use conformance::check_store;
pub use failing::FailingStore;
pub use scripted::ScriptedSource;

use pump_events::{Event, EventCode, PumpTime, encode_json};

use crate::{AssignmentId, EventKey, PumpListing, RawBatch, RawEvent, SerialNumber};

/// The assignment that [`basal_event`] names.
pub const ASSIGNMENT: &str = "7f0c9d1e-0000-4000-8000-000000000001";

/// The text of a basal delivery (event 279) as the service writes it.
///
/// # Panics
/// Never: the dictionary has event 279 with these fields.
#[must_use]
pub fn basal_event(sequence_number: u32, pump_time: PumpTime, commanded_rate: u16) -> String {
    let event = Event::build(EventCode(279))
        .sequence_number(sequence_number)
        .pump_time(pump_time)
        .set("commandedRate", u32::from(commanded_rate))
        .and_then(|event| event.set("profileBasalRate", 800_u32))
        .and_then(|event| event.set("commandedRateSource", 1_u32))
        .expect("the dictionary has these fields")
        .finish();
    encode_json(&event, ASSIGNMENT)
}

/// A pump of which an account tells nothing but its names.
#[must_use]
pub fn listing(serial_number: &str, assignment_id: Option<&str>) -> PumpListing {
    PumpListing {
        serial_number: SerialNumber::new(serial_number),
        assignment_id: assignment_id.map(AssignmentId::new),
        model_name: None,
        model_number: None,
        part_number: None,
        software_version: None,
        algorithm: None,
        last_upload: None,
        first_event: None,
        last_event: None,
        settings: None,
    }
}

/// A batch of the given texts.
///
/// # Panics
/// When a text is no event with an identity.
#[must_use]
pub fn batch_of<'a>(texts: impl IntoIterator<Item = &'a str>) -> RawBatch {
    let mut batch = RawBatch::default();
    for data in texts {
        let event = pump_events::decode_raw(data).expect("an event of the test");
        let header = event.header();
        let key = EventKey { sequence_group: header.sequence_group, sequence_number: header.sequence_number };
        batch.push(RawEvent { key, code: header.code, pump_time: header.pump_time, data });
    }
    batch
}
