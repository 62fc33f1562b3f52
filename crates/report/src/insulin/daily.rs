//! Insulin per wall-clock date.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::rows::{BasalSegment, Bolus, InsulinRows};
use crate::vocabulary::{BasalSource, BolusOrigin};
use crate::{
    statistics::ratio,
    time::{Timestamp, Window, minutes_between, pieces_by_date},
    time_set::TimeSet,
};

/// With at least this much basal on record a day counts as a complete therapy day (Tandem Source).
const COMPLETE_DAY_HOURS: f64 = 18.0;
/// Pumps that log basal at once for longer than this are not a change of pumps, whose clocks differ by some minutes: which
/// of them the person wore is not known.
const MAX_PUMP_CHANGE_HOURS: f64 = 5.0 / 60.0;

/// Basal units by source.
pub type BasalBySource = BTreeMap<BasalSource, f64>;

/// Bolus units by what they were for. The parts add up to the day's bolus.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct BolusByClass {
    /// Corrections Control-IQ gave.
    pub auto_correction: f64,
    /// Corrections the person gave, without food.
    pub correction_only: f64,
    /// For food, without a correction.
    pub meal_only: f64,
    /// The food part of boluses for food and correction.
    pub meal_with_correction_food: f64,
    /// The correction part of those.
    pub meal_with_correction_correction: f64,
    /// Neither was entered: quick boluses and amounts typed in.
    pub other: f64,
}

impl BolusByClass {
    /// Units for food.
    #[must_use]
    pub fn meal(&self) -> f64 {
        self.meal_only + self.meal_with_correction_food
    }

    /// Corrections the person gave.
    #[must_use]
    pub fn user_correction(&self) -> f64 {
        self.correction_only + self.meal_with_correction_correction
    }

    fn add(&mut self, bolus: &Bolus) {
        let (food, correction) = (bolus.requested_food_units, bolus.requested_correction_units);
        let units = bolus.delivered_units.unwrap_or_default();
        if bolus.origin == BolusOrigin::Automatic {
            self.auto_correction += units;
        } else if food > 0.0 && correction > 0.0 {
            let food_part = units * food / (food + correction);
            self.meal_with_correction_food += food_part;
            self.meal_with_correction_correction += units - food_part;
        } else if food > 0.0 || bolus.carbs_grams > 0.0 {
            self.meal_only += units;
        } else if correction > 0.0 {
            self.correction_only += units;
        } else {
            self.other += units;
        }
    }
}

/// The insulin of one wall-clock date.
#[derive(Debug, Clone, PartialEq)]
pub struct InsulinDay {
    /// The date.
    pub date: NaiveDate,
    /// Basal units delivered in the hours on record. `None` where no basal rate of the day is known.
    pub basal_units: Option<f64>,
    /// Hours with basal on record, suspensions included. Hours that several pumps logged count once.
    pub basal_hours: f64,
    /// Hours of basal that more than one pump logged.
    pub overlapping_basal_hours: f64,
    /// Of these, hours Control-IQ drove.
    pub automated_basal_hours: f64,
    /// Basal units by source.
    pub basal_by_source: BasalBySource,
    /// Bolus units of boluses that started on this date.
    pub bolus_units: f64,
    /// Bolus units that went in on this date, extended parts spread evenly.
    pub bolus_units_spread: f64,
    /// Bolus units by class.
    pub bolus_by_class: BolusByClass,
    /// Boluses that started on this date and delivered something.
    pub bolus_count: usize,
    /// Of these, automatic ones.
    pub auto_bolus_count: usize,
    /// Of these, ones whose amount the person changed.
    pub overridden_count: usize,
    /// Boluses that started on this date and of which it is not known what they delivered; the units of the day lack them.
    pub unknown_bolus_count: usize,
    /// Carbohydrates entered, in grams.
    pub carbs_grams: f64,
    /// Whether there is anything on record: basal time or a bolus.
    pub has_data: bool,
}

impl InsulinDay {
    fn empty(date: NaiveDate) -> Self {
        Self {
            date,
            basal_units: None,
            basal_hours: 0.0,
            overlapping_basal_hours: 0.0,
            automated_basal_hours: 0.0,
            basal_by_source: BasalBySource::new(),
            bolus_units: 0.0,
            bolus_units_spread: 0.0,
            bolus_by_class: BolusByClass::default(),
            bolus_count: 0,
            auto_bolus_count: 0,
            overridden_count: 0,
            unknown_bolus_count: 0,
            carbs_grams: 0.0,
            has_data: false,
        }
    }

    /// Total daily dose: basal plus boluses that started on this date. `None` where the basal is not known.
    #[must_use]
    pub fn total_units(&self) -> Option<f64> {
        Some(self.basal_units? + self.bolus_units)
    }

    /// Basal as % of the total. `None` where it is not known, and without insulin.
    #[must_use]
    pub fn basal_percent(&self) -> Option<f64> {
        ratio(100.0 * self.basal_units?, self.total_units()?)
    }

    /// Boluses the person gave.
    #[must_use]
    pub fn user_bolus_count(&self) -> usize {
        self.bolus_count - self.auto_bolus_count
    }

    /// Whether at least 18 hours of basal are on record, as Tandem Source asks of a day that enters its averages, and of one pump at
    /// any time.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.basal_hours >= COMPLETE_DAY_HOURS && !self.pumps_overlap()
    }

    /// Whether several pumps logged basal at once, for longer than a change of pumps takes. The day's units are then those of
    /// all of them together.
    #[must_use]
    pub fn pumps_overlap(&self) -> bool {
        self.overlapping_basal_hours > MAX_PUMP_CHANGE_HOURS
    }

    /// Whether the day has data that may enter an average.
    #[must_use]
    pub fn counts_in_averages(&self) -> bool {
        self.has_data && !self.pumps_overlap()
    }

    fn add_basal(&mut self, from: Timestamp, to: Timestamp, segment: &BasalSegment) {
        let hours = minutes_between(from, to) / 60.0;
        let units = hours * segment.units_per_hour;
        self.has_data = true;
        *self.basal_units.get_or_insert_default() += units;
        *self.basal_by_source.entry(segment.source.clone()).or_default() += units;
    }

    fn add_bolus(&mut self, bolus: &Bolus) {
        self.has_data = true;
        let delivered = bolus.delivered_units.is_some_and(|units| units > 0.0);
        self.bolus_units += bolus.delivered_units.unwrap_or_default();
        self.bolus_by_class.add(bolus);
        self.bolus_count += usize::from(delivered);
        self.auto_bolus_count += usize::from(delivered && bolus.origin == BolusOrigin::Automatic);
        self.overridden_count += usize::from(delivered && bolus.overridden);
        self.unknown_bolus_count += usize::from(bolus.delivered_units.is_none());
    }

    fn set_basal_hours(&mut self, pieces: &[Piece]) {
        let hours =
            |pieces: &mut dyn Iterator<Item = &Piece>| TimeSet::new(pieces.map(|p| (p.from, p.to))).minutes() / 60.0;
        let logged: f64 = pieces.iter().map(|piece| minutes_between(piece.from, piece.to) / 60.0).sum();
        self.basal_hours = hours(&mut pieces.iter());
        self.automated_basal_hours = hours(&mut pieces.iter().filter(|piece| piece.is_automated));
        self.overlapping_basal_hours = logged - self.basal_hours;
    }
}

/// What one date has of a segment of basal.
struct Piece {
    from: Timestamp,
    to: Timestamp,
    is_automated: bool,
}

/// One entry per wall-clock date of the window, oldest first.
#[must_use]
pub fn daily(rows: &InsulinRows, window: &Window) -> Vec<InsulinDay> {
    let mut days: BTreeMap<NaiveDate, InsulinDay> =
        window.dates().into_iter().map(|date| (date, InsulinDay::empty(date))).collect();
    add_basal(&rows.basal, window, &mut days);
    for bolus in rows.boluses.iter().filter(|bolus| window.contains(bolus.start)) {
        if let Some(day) = days.get_mut(&bolus.start.date()) {
            day.add_bolus(bolus);
        }
    }
    for entry in rows.carbs.iter().filter(|entry| window.contains(entry.at)) {
        if let Some(day) = days.get_mut(&entry.at.date()) {
            day.carbs_grams += entry.grams;
        }
    }
    rows.boluses.iter().for_each(|bolus| spread(bolus, window, &mut days));
    days.into_values().collect()
}

fn add_basal(basal: &[BasalSegment], window: &Window, days: &mut BTreeMap<NaiveDate, InsulinDay>) {
    let mut pieces: BTreeMap<NaiveDate, Vec<Piece>> = BTreeMap::new();
    for segment in basal {
        let is_automated = matches!(segment.source, BasalSource::Algorithm | BasalSource::TempRateAndAlgorithm);
        let Some((start, end)) = window.clip(segment.start, segment.end) else { continue };
        for (from, to) in pieces_by_date(start, end) {
            if let Some(day) = days.get_mut(&from.date()) {
                day.add_basal(from, to, segment);
                pieces.entry(from.date()).or_default().push(Piece { from, to, is_automated });
            }
        }
    }
    for (date, pieces) in pieces {
        if let Some(day) = days.get_mut(&date) {
            day.set_basal_hours(&pieces);
        }
    }
}

/// Puts the first part of a bolus on the date it started and its extended part evenly up to its end.
fn spread(bolus: &Bolus, window: &Window, days: &mut BTreeMap<NaiveDate, InsulinDay>) {
    let minutes = minutes_between(bolus.start, bolus.end);
    let extended = if minutes > 0.0 { bolus.extended_units } else { 0.0 };
    let mut put = |stamp: Timestamp, units: f64| {
        if let Some(day) = days.get_mut(&stamp.date()).filter(|_| window.contains(stamp)) {
            day.bolus_units_spread += units;
        }
    };
    put(bolus.start, bolus.delivered_units.unwrap_or_default() - extended);
    if extended > 0.0 {
        for (from, to) in pieces_by_date(bolus.start, bolus.end) {
            put(from, extended * minutes_between(from, to) / minutes);
        }
    }
}
