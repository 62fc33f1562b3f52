//! Many events fast, for benchmarks: a quiet fortnight over and over, with its times, sequence numbers and bolus ids moved on.

use pump_events::{Dictionary, Epoch, Event, RECORD_LENGTH, decode_record, encode_record};

use super::clock::DAY;
use super::scenario::Scenario;

/// Days in the template.
const TEMPLATE_DAYS: u32 = 14;

/// A source of as many plausible events as wanted. They make sense one by one and day by day, but the person's life repeats
/// every fortnight.
#[derive(Clone, Debug)]
pub struct Bulk {
    template: Vec<Template>,
    bolus_ids: u32,
}

#[derive(Clone, Debug)]
struct Template {
    record: [u8; RECORD_LENGTH],
    /// Where in the record further wall-clock seconds lie (`egvTimeStamp` and the like).
    times: Vec<usize>,
    /// Where in the record a bolus id lies.
    bolus_id: Option<usize>,
}

impl Bulk {
    /// Simulates the template.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let history = Scenario::quiet(TEMPLATE_DAYS).seed(seed).simulate();
        let events = &history.pumps[0].events;
        let bolus_ids = history.truth.pumps[0].boluses.len() as u32;
        Self { template: events.iter().map(Template::new).collect(), bolus_ids }
    }

    /// Endless records in log order, from 2026-03-01 on; the wall clock is UTC.
    pub fn records(&self) -> impl Iterator<Item = [u8; RECORD_LENGTH]> + '_ {
        (0..).flat_map(move |round| self.template.iter().map(move |template| self.moved_on(template, round)))
    }

    /// Endless events in log order.
    pub fn events(&self) -> impl Iterator<Item = Event> + '_ {
        self.records().map(|record| decode_record(&record))
    }

    fn moved_on(&self, template: &Template, round: u32) -> [u8; RECORD_LENGTH] {
        let mut record = template.record;
        let seconds = round.wrapping_mul(TEMPLATE_DAYS * DAY as u32);
        add_u32(&mut record, 2, seconds);
        add_u32(&mut record, 6, round.wrapping_mul(self.template.len() as u32));
        for offset in &template.times {
            add_u32(&mut record, *offset, seconds);
        }
        if let Some(offset) = template.bolus_id {
            let id = u16::from_be_bytes([record[offset], record[offset + 1]]);
            let id = id.wrapping_add(round.wrapping_mul(self.bolus_ids) as u16);
            record[offset..offset + 2].copy_from_slice(&id.to_be_bytes());
        }
        record
    }
}

impl Template {
    fn new(event: &Event) -> Self {
        let fields = Dictionary::event(event.header().code).map_or(&[][..], |layout| &layout.fields);
        let place = |offset: u8| RECORD_LENGTH - 16 + usize::from(offset);
        let times = fields.iter().filter(|field| field.epoch == Some(Epoch::Pump)).map(|field| place(field.offset));
        let bolus_id = fields.iter().find(|field| field.name == "bolusId").map(|field| place(field.offset));
        Self { record: encode_record(event), times: times.collect(), bolus_id }
    }
}

fn add_u32(record: &mut [u8; RECORD_LENGTH], offset: usize, number: u32) {
    let bytes: [u8; 4] = std::array::from_fn(|index| record[offset + index]);
    let sum = u32::from_be_bytes(bytes).wrapping_add(number);
    record[offset..offset + 4].copy_from_slice(&sum.to_be_bytes());
}
