//! When which event reached the service: uploads by phone every hour, late, out of order, after ten days, or by cable.

use std::ops::Range;
use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use pump_events::PumpTime;

use crate::history::{Dice, History};

/// One upload of one pump.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    /// True time of the upload.
    pub at: DateTime<Utc>,
    /// Index of the pump in the history.
    pub pump: usize,
    /// The events it brought, as indices into the pump's events. Never empty; uploads of a pump do not overlap.
    pub events: Range<usize>,
    /// How it was sent (`lastUploadClientType`).
    pub client: Client,
}

/// What sent an upload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Client {
    /// The phone's app.
    Phone,
    /// A computer by cable.
    Computer,
}

/// How a person's uploads go.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct UploadHabits {
    /// Minutes between uploads when all is well.
    pub every_minutes: i64,
    /// Chance of an upload that comes hours late.
    pub late: f64,
    /// Chance of an upload whose older part comes later than its newer part.
    pub out_of_order: f64,
    /// Days after a pump's first upload at which the phone stops for ten days; the newest day comes first when it is back.
    pub backlog_after_days: Option<u32>,
    /// The second pump of a history is uploaded by cable only, every three weeks.
    pub second_pump_by_cable: bool,
}

impl UploadHabits {
    /// An upload every hour, never late.
    #[must_use]
    pub const fn hourly() -> Self {
        Self { every_minutes: 60, late: 0.0, out_of_order: 0.0, backlog_after_days: None, second_pump_by_cable: false }
    }

    /// Late uploads, uploads out of order, a backlog of ten days, a second pump by cable.
    #[must_use]
    pub const fn unreliable() -> Self {
        Self {
            every_minutes: 60,
            late: 0.06,
            out_of_order: 0.04,
            backlog_after_days: Some(40),
            second_pump_by_cable: true,
        }
    }
}

/// All uploads in order, and how many of them have happened. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Timeline {
    plan: Arc<Plan>,
    happened: usize,
}

#[derive(Debug)]
struct Plan {
    uploads: Vec<Upload>,
    /// For each upload, the least and greatest wall-clock time of its events.
    bounds: Vec<(PumpTime, PumpTime)>,
    /// For each pump and event, the index of its upload.
    upload_of: Vec<Vec<u32>>,
}

impl Timeline {
    /// Uploads by `habits`, none of which has happened yet.
    #[must_use]
    pub fn new(history: &History, habits: UploadHabits, seed: u64) -> Self {
        let mut uploads: Vec<Upload> =
            (0..history.pumps.len()).flat_map(|pump| PumpUploads::new(history, pump, habits, seed).plan()).collect();
        uploads.sort_by_key(|upload| upload.at);
        Self::from_uploads(history, uploads)
    }

    /// Everything in one upload per pump, a minute after the pump's last event; it has happened.
    #[must_use]
    pub fn complete(history: &History) -> Self {
        let last = |pump: usize| history.truth.pumps[pump].instants.last().copied();
        let uploads = (0..history.pumps.len()).filter_map(|pump| {
            let at = last(pump)? + Duration::minutes(1);
            Some(Upload { at, pump, events: 0..history.pumps[pump].events.len(), client: Client::Computer })
        });
        let mut timeline = Self::from_uploads(history, uploads.collect());
        timeline.advance(usize::MAX);
        timeline
    }

    /// A timeline of one's own. Events in no upload never reach the service.
    #[must_use]
    pub fn from_uploads(history: &History, uploads: Vec<Upload>) -> Self {
        let mut upload_of: Vec<Vec<u32>> = history.pumps.iter().map(|pump| vec![u32::MAX; pump.events.len()]).collect();
        for (index, upload) in uploads.iter().enumerate() {
            upload_of[upload.pump][upload.events.clone()].fill(index as u32);
        }
        let bounds = uploads.iter().map(|upload| bounds(history, upload)).collect();
        Self { plan: Arc::new(Plan { uploads, bounds, upload_of }), happened: 0 }
    }

    /// All uploads, past and future.
    #[must_use]
    pub fn uploads(&self) -> &[Upload] {
        &self.plan.uploads
    }

    /// How many uploads have happened.
    #[must_use]
    pub fn happened(&self) -> usize {
        self.happened
    }

    /// Lets the next `count` uploads happen; returns how many there were.
    pub fn advance(&mut self, count: usize) -> usize {
        let before = self.happened;
        self.happened = before.saturating_add(count).min(self.plan.uploads.len());
        self.happened - before
    }

    /// Lets all uploads up to and including `instant` happen; returns how many there were.
    pub fn advance_to(&mut self, instant: DateTime<Utc>) -> usize {
        let until = self.plan.uploads.partition_point(|upload| upload.at <= instant);
        self.advance(until.saturating_sub(self.happened))
    }

    /// Whether an event has reached the service.
    #[must_use]
    pub fn is_visible(&self, pump: usize, event: usize) -> bool {
        (self.plan.upload_of[pump][event] as usize) < self.happened
    }

    /// The latest upload of a pump so far.
    #[must_use]
    pub fn last_upload(&self, pump: usize) -> Option<&Upload> {
        self.plan.uploads[..self.happened].iter().rev().find(|upload| upload.pump == pump)
    }

    /// The least and greatest wall-clock time among a pump's events so far.
    #[must_use]
    pub fn event_dates(&self, pump: usize) -> Option<(PumpTime, PumpTime)> {
        let uploads = self.plan.uploads[..self.happened].iter().zip(&self.plan.bounds);
        let bounds = uploads.filter(|(upload, _)| upload.pump == pump).map(|(_, bounds)| *bounds);
        bounds.reduce(|one, other| (one.0.min(other.0), one.1.max(other.1)))
    }
}

fn bounds(history: &History, upload: &Upload) -> (PumpTime, PumpTime) {
    let times = history.pumps[upload.pump].events[upload.events.clone()].iter().map(|event| event.header().pump_time);
    times.fold((PumpTime::from_seconds(u32::MAX), PumpTime::from_seconds(0)), |(least, greatest), time| {
        (least.min(time), greatest.max(time))
    })
}

/// Plans one pump's uploads.
struct PumpUploads<'a> {
    instants: &'a [DateTime<Utc>],
    pump: usize,
    habits: UploadHabits,
    dice: Dice,
    uploads: Vec<Upload>,
    sent: usize,
}

impl<'a> PumpUploads<'a> {
    fn new(history: &'a History, pump: usize, habits: UploadHabits, seed: u64) -> Self {
        let instants = &history.truth.pumps[pump].instants;
        Self { instants, pump, habits, dice: Dice::new(seed, "uploads", pump as i64), uploads: vec![], sent: 0 }
    }

    fn plan(mut self) -> Vec<Upload> {
        let (Some(first), Some(last)) = (self.instants.first().copied(), self.instants.last().copied()) else {
            return vec![];
        };
        let by_cable = self.habits.second_pump_by_cable && self.pump == 1;
        let mut at = first;
        while at < last {
            at += self.pause(first, at, by_cable);
            self.upload(at, if by_cable { Client::Computer } else { Client::Phone });
        }
        self.uploads
    }

    fn pause(&mut self, first: DateTime<Utc>, at: DateTime<Utc>, by_cable: bool) -> Duration {
        if by_cable {
            return Duration::days(21);
        }
        let usual = Duration::minutes(self.habits.every_minutes) + Duration::seconds(self.dice.whole(-170, 170));
        let stops = self.habits.backlog_after_days.map(|days| first + Duration::days(i64::from(days)));
        match stops {
            Some(stops) if at <= stops && stops < at + usual => Duration::days(10),
            _ if self.dice.chance(self.habits.late) => usual + Duration::minutes(self.dice.whole(90, 900)),
            _ => usual,
        }
    }

    /// Sends what is new; after a long pause or by chance the newer part first and the rest some hours later.
    fn upload(&mut self, at: DateTime<Utc>, client: Client) {
        let until = self.instants.partition_point(|instant| *instant <= at);
        let range = self.sent..until;
        self.sent = until;
        let long_pause = range.len() > 2_500 * 5 && client == Client::Phone;
        if range.len() > 1 && (long_pause || self.dice.chance(self.habits.out_of_order)) {
            let split = if long_pause { range.end - 2_500 } else { range.start + range.len() / 2 };
            let later = at + Duration::minutes(self.dice.whole(7, 400));
            self.push(at, split..range.end, client);
            self.push(later, range.start..split, client);
        } else {
            self.push(at, range, client);
        }
    }

    fn push(&mut self, at: DateTime<Utc>, events: Range<usize>, client: Client) {
        if !events.is_empty() {
            self.uploads.push(Upload { at, pump: self.pump, events, client });
        }
    }
}
