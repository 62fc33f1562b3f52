//! A day in the person's life: what happens when, before the pump has its say.

use chrono::{Datelike, NaiveDate, TimeZone, Weekday};

use super::clock::{DAY, HOUR, MINUTE, UtcSeconds};
use super::dice::Dice;
use super::scenario::Behaviours;
use super::travel::Whereabouts;
use super::truth::{BolusKind, SuspendReason};

/// Something the person does or that befalls the pump.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum UserAction {
    /// Eats. The bolus for it is an action of its own.
    Eat { grams: f64 },
    /// Asks for a bolus.
    Bolus(BolusRequest),
    /// Takes a correction if glucose is high and little insulin on board.
    CorrectIfHigh,
    /// Enters a finger-stick value.
    MeasureBlood,
    /// Starts exercise, which the pump knows of or not.
    Exercise { minutes: i64, announced: bool },
    /// Sets a temporary rate.
    TempRate { percent: u16, minutes: u16, cancelled_after: Option<u16> },
    /// Delivery stops.
    Suspend { reason: SuspendReason, seconds: i64 },
    /// New cartridge, tubing and cannula.
    ChangeSite,
    /// Control-IQ switched off for a while.
    OpenLoop { seconds: i64 },
    /// The pump on its charger.
    Charge { minutes: i64 },
    /// An alert of the pump: its id and how long until it clears.
    Alert { id: u32, minutes: i64 },
}

/// A bolus as the person wants it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct BolusRequest {
    pub(crate) kind: BolusKind,
    pub(crate) carbs: u16,
    pub(crate) by_phone: bool,
    pub(crate) fate: Fate,
}

/// What becomes of a bolus once it is asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Fate {
    /// Runs to its end.
    Runs,
    /// Cancelled after this share of its time.
    Cancelled(f64),
    /// Stopped by an occlusion after this share of its time.
    Occlusion(f64),
    /// The pump refuses it.
    Rejected,
}

/// The actions of one local day, by true time. Depends on seed and date only.
pub(crate) fn actions(
    seed: u64,
    date: NaiveDate,
    whereabouts: &Whereabouts,
    behaviours: Behaviours,
) -> Vec<(UtcSeconds, UserAction)> {
    let mut day = Day {
        midnight: midnight(date, whereabouts),
        weekend: matches!(date.weekday(), Weekday::Sat | Weekday::Sun),
        number: i64::from(date.num_days_from_ce()),
        seed,
        behaviours,
        actions: vec![],
    };
    day.plan();
    day.actions.sort_by_key(|(at, _)| *at);
    day.actions
}

/// The true time of a local midnight (of the first valid minute after it where a zone skips it).
pub(crate) fn midnight(date: NaiveDate, whereabouts: &Whereabouts) -> UtcSeconds {
    let noon_guess = i64::from(date.num_days_from_ce() - 719_163) * DAY + 17 * HOUR;
    let zone = whereabouts.zone(noon_guess);
    let naive = date.and_hms_opt(0, 0, 0).expect("every day has a midnight on paper");
    let earliest = zone.from_local_datetime(&naive).earliest();
    earliest
        .map_or_else(|| naive.and_utc().timestamp() - super::travel::zone_offset(zone, noon_guess), |at| at.timestamp())
}

struct Day {
    midnight: UtcSeconds,
    weekend: bool,
    number: i64,
    seed: u64,
    behaviours: Behaviours,
    actions: Vec<(UtcSeconds, UserAction)>,
}

impl Day {
    fn plan(&mut self) {
        self.charge();
        if self.behaviours.meals {
            self.meals();
            self.corrections();
        }
        if self.behaviours.modes {
            self.exercise();
        }
        if self.behaviours.temp_rates {
            self.temp_rate();
        }
        if self.behaviours.suspensions {
            self.suspensions();
        }
        if self.behaviours.site_changes {
            self.site_change();
        }
        if self.behaviours.open_loop_spells {
            self.open_loop();
        }
        if self.behaviours.alarms {
            self.alerts();
        }
    }

    fn dice(&self, label: &str) -> Dice {
        Dice::new(self.seed, label, self.number)
    }

    fn at(&mut self, minute_of_day: f64, action: UserAction) {
        self.actions.push((self.midnight + (minute_of_day * 60.0) as i64, action));
    }

    /// More often when the scenario asks for rare events.
    fn rare(&self, probability: f64) -> f64 {
        if self.behaviours.rare_events { probability * 4.0 } else { probability }
    }

    fn charge(&mut self) {
        let mut dice = self.dice("charge");
        let (minute, minutes) = (dice.between(395.0, 430.0), dice.whole(35, 70));
        self.at(minute, UserAction::Charge { minutes });
    }

    fn meals(&mut self) {
        let mut dice = self.dice("meals");
        let late = if self.weekend { 75.0 } else { 0.0 };
        self.meal(&mut dice, (435.0 + late, 25.0), (46.0, 14.0), false);
        self.meal(&mut dice, (750.0 + late / 3.0, 30.0), (62.0, 18.0), false);
        self.meal(&mut dice, (1130.0, 40.0), (74.0, 22.0), true);
        if dice.chance(0.55) {
            self.meal(&mut dice, (945.0, 40.0), (20.0, 6.0), false);
        }
        if dice.chance(0.3) {
            self.meal(&mut dice, (1290.0, 30.0), (18.0, 6.0), false);
        }
    }

    /// A meal and, nearly always, its bolus: with carbs misjudged, a little early or late.
    fn meal(&mut self, dice: &mut Dice, minute: (f64, f64), grams: (f64, f64), dinner: bool) {
        let eaten = dice.normal(grams.0, grams.1).max(8.0);
        let minute = dice.normal(minute.0, minute.1);
        self.at(minute, UserAction::Eat { grams: eaten });
        let guessed = (eaten * dice.normal(0.92, 0.24)).clamp(5.0, 160.0).round() as u16;
        let (forgotten, late) = (dice.chance(0.04), dice.chance(0.10));
        let delay = if late { dice.between(15.0, 45.0) } else { dice.between(-16.0, 3.0) };
        let request = self.choose_bolus(dice, guessed, dinner);
        if !forgotten {
            self.at(minute + delay, UserAction::Bolus(request));
        }
        if dice.chance(0.2) {
            self.at(minute + delay - 1.5, UserAction::MeasureBlood);
        }
    }

    fn choose_bolus(&self, dice: &mut Dice, carbs: u16, dinner: bool) -> BolusRequest {
        let by_phone = dice.chance(0.5);
        let (unusual, kind_roll, fate) = (dice.chance(0.2), dice.between(0.0, 1.0), self.fate(dice));
        let kind = match kind_roll {
            _ if !self.behaviours.unusual_boluses || !unusual => BolusKind::FoodAndCorrection,
            roll if roll < 0.5 || dinner => BolusKind::Extended,
            roll if roll < 0.75 => BolusKind::Quick,
            _ => BolusKind::Override,
        };
        BolusRequest { kind, carbs, by_phone, fate }
    }

    fn fate(&self, dice: &mut Dice) -> Fate {
        let (roll, share, nothing) = (dice.between(0.0, 1.0), dice.between(0.1, 0.9), dice.chance(0.25));
        let rare = self.rare(0.004);
        match roll {
            _ if !self.behaviours.unusual_boluses => Fate::Runs,
            roll if roll < 0.025 => Fate::Cancelled(if nothing { 0.0 } else { share }),
            roll if roll < 0.025 + rare && self.behaviours.alarms => Fate::Occlusion(share),
            roll if roll < 0.025 + 2.0 * rare => Fate::Rejected,
            _ => Fate::Runs,
        }
    }

    fn corrections(&mut self) {
        let mut dice = self.dice("corrections");
        for minute in [630.0, 930.0, 1290.0] {
            let minute = dice.normal(minute, 25.0);
            self.at(minute, UserAction::CorrectIfHigh);
        }
    }

    fn exercise(&mut self) {
        let mut dice = self.dice("exercise");
        let (minute, minutes, announced) = (dice.normal(1030.0, 35.0), dice.whole(25, 65), dice.chance(0.7));
        if dice.chance(0.4) {
            self.at(minute, UserAction::Exercise { minutes, announced });
            self.at(minute + 12.0, UserAction::Eat { grams: 14.0 });
        }
    }

    fn temp_rate(&mut self) {
        let mut dice = self.dice("temp rate");
        let percent = [0, 50, 70, 80, 120, 150][dice.whole(0, 5) as usize];
        let minutes = (dice.whole(2, 12) * 15) as u16;
        let cancelled_after = dice.chance(0.3).then_some(minutes / 2);
        let minute = dice.between(500.0, 1300.0);
        if dice.chance(0.08) {
            self.at(minute, UserAction::TempRate { percent, minutes, cancelled_after });
        }
    }

    fn suspensions(&mut self) {
        let mut dice = self.dice("suspensions");
        let shower = dice.between(380.0, 430.0);
        if dice.chance(0.25) {
            let seconds = dice.whole(8 * MINUTE, 26 * MINUTE);
            self.at(shower - 30.0, UserAction::Suspend { reason: SuspendReason::User, seconds });
        }
        for (reason, probability, most) in [
            (SuspendReason::Alarm, 0.012, 40 * MINUTE),
            (SuspendReason::Malfunction, 0.003, 90 * MINUTE),
            (SuspendReason::LowGlucose, 0.012, 35 * MINUTE),
        ] {
            let (minute, seconds) = (dice.between(10.0, 1420.0), dice.whole(6 * MINUTE, most));
            if dice.chance(self.rare(probability)) {
                self.at(minute, UserAction::Suspend { reason, seconds });
            }
        }
    }

    fn site_change(&mut self) {
        let mut dice = self.dice("site");
        let minute = dice.between(1150.0, 1260.0);
        if self.number % 3 == 0 {
            self.at(minute, UserAction::ChangeSite);
        }
    }

    fn open_loop(&mut self) {
        let mut dice = self.dice("open loop");
        let (minute, seconds) = (dice.between(300.0, 1100.0), dice.whole(HOUR, 9 * HOUR));
        if dice.chance(self.rare(0.01)) {
            self.at(minute, UserAction::OpenLoop { seconds });
        }
    }

    /// Alerts that come without a cause in the simulation: incomplete dialogs, a weak battery, connection lost.
    fn alerts(&mut self) {
        let mut dice = self.dice("alerts");
        for (id, probability, minutes) in [(11, 0.15, 1), (16, 0.08, 2), (2, 0.12, 500), (48, 0.1, 30), (25, 0.05, 15)]
        {
            let minute = dice.between(420.0, 1380.0);
            if dice.chance(probability) {
                self.at(minute, UserAction::Alert { id, minutes });
            }
        }
    }
}
