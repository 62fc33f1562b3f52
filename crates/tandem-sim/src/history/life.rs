//! The course of events: a queue of events by true time, worked off for one pump after the other.
//!
//! What an event does to the log and to the truth lies with its subject: [`super::basal`], [`super::bolus`],
//! [`super::cgm`], [`super::alarms`], [`super::upkeep`].

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use chrono::NaiveDate;

use super::History;
use super::body::{Body, Physiology};
use super::clock::{DAY, HOUR, UtcSeconds, date};
use super::day::{UserAction, actions, midnight};
use super::dice::Dice;
use super::pump::Pump;
use super::scenario::{PumpPlan, Scenario};
use super::settings;
use super::travel::{Whereabouts, zone_offset};
use super::truth::{SuspendReason, Truth, UserMode};

/// Everything that can fall due.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum SimEvent {
    Person(UserAction),
    BasalTick,
    GlucoseTick { session: usize },
    SensorJoins { session: usize },
    SensorStops { session: usize },
    ClockSet { change: usize },
    ClosingTotal,
    NewDay,
    DailyStatus,
    DailyBasal,
    BolusStarts { id: u16 },
    BolusEnds { id: u16 },
    ExtendedStep { id: u16 },
    Resume { suspension: usize },
    SuspendedTooLong { suspension: usize },
    TempRateEnds { id: u16, completed: bool },
    ExerciseEnds,
    LoopCloses,
    ChargerOff,
    Acknowledge { alarm: usize },
    Clear { alarm: usize },
    SettingsChange { index: usize },
    Retire,
}

#[derive(Clone, Copy, Debug)]
struct Due {
    at: UtcSeconds,
    order: u64,
    what: SimEvent,
}

impl PartialEq for Due {
    fn eq(&self, other: &Self) -> bool {
        (self.at, self.order) == (other.at, other.order)
    }
}

impl Eq for Due {}

impl PartialOrd for Due {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Due {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.at, self.order).cmp(&(other.at, other.order))
    }
}

/// What will happen, soonest first; in the order of scheduling within a second.
#[derive(Debug, Default)]
pub(crate) struct Agenda {
    queue: BinaryHeap<Reverse<Due>>,
    scheduled: u64,
}

impl Agenda {
    pub(crate) fn schedule(&mut self, at: UtcSeconds, what: SimEvent) {
        self.queue.push(Reverse(Due { at, order: self.scheduled, what }));
        self.scheduled += 1;
    }

    fn next_before(&mut self, end: UtcSeconds) -> Option<(UtcSeconds, SimEvent)> {
        let Reverse(due) = self.queue.pop()?;
        (due.at < end).then_some((due.at, due.what))
    }
}

/// One pump in the hands of one person.
pub(crate) struct Life<'a> {
    pub(crate) scenario: &'a Scenario,
    pub(crate) whereabouts: &'a Whereabouts,
    pub(crate) body: &'a mut Body,
    pub(crate) pump: Pump,
    pub(crate) agenda: Agenda,
    pub(crate) dice: Dice,
}

/// Basal events come every five minutes.
pub(crate) const TICK: i64 = 300;

impl Scenario {
    /// Runs the simulation: about three million events a second.
    ///
    /// # Panics
    ///
    /// For a scenario outside the years 2008 to 2100, which the pump's clock does not hold.
    #[must_use]
    pub fn simulate(&self) -> History {
        simulate(self)
    }
}

fn simulate(scenario: &Scenario) -> History {
    let start = midnight(scenario.start, &Whereabouts::new(scenario.zone, 0, vec![]));
    let whereabouts = Whereabouts::new(scenario.zone, start, scenario.trips.clone());
    let end = midnight(scenario.end(), &whereabouts);
    let physiology =
        Physiology { sensitivity_mgdl_per_unit: 45.0, grams_per_unit: 10.0, basal_need_units_per_hour: 0.9 };
    let mut body = Body::new(physiology, start, Dice::new(scenario.seed, "body", 0));
    let mut history = History { zone: scenario.zone, pumps: vec![], truth: Truth::default() };
    for (index, plan) in scenario.pumps.iter().enumerate() {
        let from = first_use(start, plan);
        let to = scenario.pumps.get(index + 1).map_or(end, |next| first_use(start, next) - HOUR / 2);
        if from < to.min(end) {
            let mut life = Life::new(scenario, &whereabouts, &mut body, index, (from, to.min(end)));
            life.live();
            let (pump, truth) = life.pump.settle();
            history.pumps.push(pump);
            history.truth.pumps.push(truth);
        }
    }
    history
}

fn first_use(start: UtcSeconds, plan: &PumpPlan) -> UtcSeconds {
    let noon = if plan.first_day == 0 { 0 } else { 12 * HOUR };
    start + i64::from(plan.first_day) * DAY + noon
}

impl<'a> Life<'a> {
    fn new(
        scenario: &'a Scenario,
        whereabouts: &'a Whereabouts,
        body: &'a mut Body,
        index: usize,
        (from, to): (UtcSeconds, UtcSeconds),
    ) -> Self {
        let dice = |label| Dice::new(scenario.seed, label, index as i64);
        let plan = &scenario.pumps[index];
        let clock = whereabouts.clock_plan(from, to, scenario.clock_habits(plan), dice("clock"));
        let clock_truth = whereabouts.clock_truth(&clock, to);
        let mut pump = Pump::new(scenario.seed, index, plan, clock, (from, to), index + 1 < scenario.pumps.len());
        pump.truth.clock = clock_truth;
        if !scenario.carb_ratio_changes.is_empty() {
            pump.settings = settings::with_carb_ratio_changes(from, &scenario.carb_ratio_changes);
        }
        Self { scenario, whereabouts, body, pump, agenda: Agenda::default(), dice: dice("life") }
    }

    fn live(&mut self) {
        self.schedule_routine();
        self.schedule_deeds();
        self.schedule_sensors();
        while let Some((at, what)) = self.agenda.next_before(self.pump.end) {
            self.pass_to(at);
            self.happen(at, what);
        }
        self.pass_to(self.pump.end);
    }

    /// Lets the body live on with the basal rate that is running.
    fn pass_to(&mut self, at: UtcSeconds) {
        let zone = self.whereabouts.zone(at);
        let hour = (at + zone_offset(zone, at)).rem_euclid(DAY) as f64 / 3600.0;
        self.body.advance(at, f64::from(self.pump.basal.rate) / 1000.0, hour);
        self.pump.count_basal_to(at);
    }

    fn schedule_routine(&mut self) {
        let (start, end) = (self.pump.start, self.pump.end);
        self.log_first_use(start);
        self.agenda.schedule(start + 20, SimEvent::BasalTick);
        self.agenda.schedule(start + 381, SimEvent::DailyBasal);
        for (second_of_day, what) in
            [(0, SimEvent::NewDay), (6, SimEvent::DailyStatus), (DAY - 107, SimEvent::ClosingTotal)]
        {
            for at in self.pump.log.plan().strikes(second_of_day, end) {
                self.agenda.schedule(at, what);
            }
        }
        for (change, clock_change) in self.pump.log.plan().changes().iter().enumerate() {
            self.agenda.schedule(clock_change.at - 189, SimEvent::ClosingTotal);
            self.agenda.schedule(clock_change.at, SimEvent::ClockSet { change });
        }
        for index in 1..self.pump.settings.len() {
            self.agenda.schedule(self.pump.settings[index].from_utc_seconds, SimEvent::SettingsChange { index });
        }
        if self.pump.replaced {
            self.agenda.schedule(end - 600, SimEvent::Retire);
        }
    }

    fn schedule_deeds(&mut self) {
        let (start, end) = (self.pump.start, self.pump.end);
        let first = date(start - DAY);
        let days = (end - start) / DAY + 3;
        for date in NaiveDate::iter_days(&first).take(days as usize) {
            for (at, action) in actions(self.scenario.seed, date, self.whereabouts, self.scenario.behaviours) {
                if (start + HOUR..end - HOUR / 4).contains(&at) {
                    self.agenda.schedule(at, SimEvent::Person(action));
                }
            }
        }
    }

    fn happen(&mut self, at: UtcSeconds, what: SimEvent) {
        match what {
            SimEvent::Person(action) => self.act(at, action),
            SimEvent::BasalTick => self.basal_tick(at),
            SimEvent::GlucoseTick { session } => self.glucose_tick(at, session),
            SimEvent::SensorJoins { session } => self.sensor_joins(at, session),
            SimEvent::SensorStops { session } => self.sensor_stops(at, session),
            SimEvent::ClockSet { change } => self.clock_set(change),
            SimEvent::ClosingTotal => self.log_daily_basal(at, true),
            SimEvent::NewDay => self.new_day(at),
            SimEvent::DailyStatus => self.daily_status(at),
            SimEvent::DailyBasal => self.daily_basal(at),
            SimEvent::BolusStarts { id } => self.bolus_starts(at, id),
            SimEvent::BolusEnds { id } => self.bolus_ends(at, id),
            SimEvent::ExtendedStep { id } => self.extended_step(at, id),
            SimEvent::Resume { suspension } => self.resume(at, suspension),
            SimEvent::SuspendedTooLong { suspension } => self.suspended_too_long(at, suspension),
            SimEvent::TempRateEnds { id, completed } => self.temp_rate_ends(at, id, completed),
            SimEvent::ExerciseEnds => self.exercise_ends(at),
            SimEvent::LoopCloses => self.pump.loop_wanted = true,
            SimEvent::ChargerOff => self.charger_off(at),
            SimEvent::Acknowledge { alarm } => self.acknowledge(at, alarm),
            SimEvent::Clear { alarm } => self.clear(at, alarm),
            SimEvent::SettingsChange { index } => self.settings_change(at, index),
            SimEvent::Retire => self.retire(at),
        }
    }

    fn act(&mut self, at: UtcSeconds, action: UserAction) {
        match action {
            UserAction::Eat { grams } => self.body.eat(grams),
            UserAction::Bolus(request) => self.request_bolus(at, request),
            UserAction::CorrectIfHigh => self.correct_if_high(at),
            UserAction::MeasureBlood => self.measure_blood(at),
            UserAction::Exercise { minutes, announced } => self.exercise(at, minutes, announced),
            UserAction::TempRate { percent, minutes, cancelled_after } => {
                self.temp_rate(at, (percent, minutes), cancelled_after);
            }
            UserAction::Suspend { reason, seconds } => self.suspend(at, reason, Some(seconds)),
            UserAction::ChangeSite => self.change_site(at),
            UserAction::OpenLoop { seconds } => self.open_loop(at, seconds),
            UserAction::Charge { minutes } => self.charger_on(at, minutes),
            UserAction::Alert { id, minutes } => self.passing_alert(at, id, minutes),
        }
    }

    fn exercise(&mut self, at: UtcSeconds, minutes: i64, announced: bool) {
        self.body.effort = 1.0;
        self.agenda.schedule(at + minutes * 60, SimEvent::ExerciseEnds);
        if announced && self.pump.mode.is_none() {
            self.change_mode(at, Some(UserMode::Exercising), minutes as u16);
        }
    }

    fn exercise_ends(&mut self, at: UtcSeconds) {
        self.body.effort = 0.0;
        if self.pump.mode.is_some_and(|(mode, _)| mode == UserMode::Exercising) {
            self.change_mode(at, None, 0);
        }
    }

    fn open_loop(&mut self, at: UtcSeconds, seconds: i64) {
        self.pump.loop_wanted = false;
        self.agenda.schedule(at + seconds, SimEvent::LoopCloses);
    }

    /// The pump is taken out of use: delivery stops for good.
    fn retire(&mut self, at: UtcSeconds) {
        if !self.pump.is_suspended() {
            let reason =
                if self.scenario.behaviours.rare_events { SuspendReason::Malfunction } else { SuspendReason::User };
            self.suspend(at, reason, None);
        }
        self.pump.retired = true;
    }
}
