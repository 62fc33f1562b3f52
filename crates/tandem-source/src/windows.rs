//! Getting all events of some days out of a service that may cut, refuse or ignore what it is asked.
//!
//! What the service does beyond its limits is not known: it may answer a part, nothing, or 400. So every answer is
//! held against what the account says about the pump's data. Days missing at an edge of an answer are asked for again
//! by themselves: if they bring something, the answer was cut, and windows are shorter from then on; if not, the pump
//! simply logged nothing, at the price of one question. An empty answer is believed unless it has a day on which the
//! account says there was an event.

use chrono::{Days, NaiveDate};
use pipeline::{AssignmentId, DayRange, PumpListing, SourcePage};

use crate::EventSelection;
use crate::error::Failure;
use crate::events::{Events, Spread};
use crate::refusal::About;
use crate::source::TandemSource;

/// Reads the days of one page.
pub(crate) struct Windows<'a> {
    source: &'a TandemSource,
    assignment: AssignmentId,
    /// The oldest day on which the account says there are events.
    oldest: Option<NaiveDate>,
    /// The newest one; days that are still to come are not believed.
    newest: Option<NaiveDate>,
    queue: Vec<Window>,
    page: SourcePage,
}

#[derive(Clone, Copy)]
struct Window {
    days: DayRange,
    reason: Reason,
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum Reason {
    /// The caller wants them.
    Asked,
    /// The same question a second time, after a refusal that did not say what it was about.
    Repeated,
    /// They were missing in the answer for these days.
    Missing { from: DayRange },
    /// There should be something on this day, and the answer for these days was empty.
    Expected { on: DayRange },
    /// As `Expected`, with the list that the web application sends.
    ExpectedFromWebApp { on: DayRange },
    /// Whatever it brings is taken as it is.
    Final,
}

impl<'a> Windows<'a> {
    pub(crate) fn new(source: &'a TandemSource, pump: &PumpListing) -> Result<Self, Failure> {
        let assignment = pump.assignment_id.clone().ok_or_else(|| Failure::Configuration {
            reason: "this pump is known from an archive only; Tandem Source cannot be asked for it".to_owned(),
        })?;
        let tomorrow = source.now().date_naive() + Days::new(1);
        let believed = |day: &NaiveDate| *day <= tomorrow;
        Ok(Self {
            source,
            assignment,
            oldest: pump.first_event.map(|event| event.date()).filter(believed),
            newest: pump.last_event.map(|event| event.date()).filter(believed),
            queue: Vec::new(),
            page: SourcePage::default(),
        })
    }

    pub(crate) async fn read(mut self, days: DayRange) -> Result<SourcePage, Failure> {
        let findings = self.source.findings();
        self.queue_all(days.windows(self.source.longest_window_now()), Reason::Asked);
        while let Some(window) = self.queue.pop() {
            if let Err(failure) = self.read_window(window).await {
                self.source.forget(findings);
                return Err(failure);
            }
        }
        Ok(self.page)
    }

    async fn read_window(&mut self, window: Window) -> Result<(), Failure> {
        let selection = match window.reason {
            Reason::ExpectedFromWebApp { .. } => EventSelection::WebApp,
            _ => self.source.selection().current(),
        };
        match self.source.ask(&self.assignment, window.days, selection).await {
            Ok(events) => {
                self.look_at(window, selection, events.spread);
                self.take(events);
                Ok(())
            }
            Err(Failure::Refused { refusal, .. }) if self.ask_otherwise(window, selection, refusal.about()) => Ok(()),
            Err(failure) => Err(failure),
        }
    }

    // ---- refusals -------------------------------------------------------------------------------------------------

    /// Queues another way to ask for what was refused; false when there is none.
    fn ask_otherwise(&mut self, window: Window, selection: EventSelection, about: About) -> bool {
        let doubtful = self.source.selection().is_doubtful();
        match about {
            // A question that was only asked to find out; its refusal is the answer.
            _ if matches!(window.reason, Reason::ExpectedFromWebApp { .. }) => true,
            About::Keys => false,
            About::EventCodesKey => self.fall_back(window, selection, EventSelection::Unfiltered),
            About::EventCodes => self.fall_back(window, selection, EventSelection::WebApp),
            About::Unclear if window.reason == Reason::Asked => {
                self.queue.push(Window { reason: Reason::Repeated, ..window });
                true
            }
            About::Unclear if doubtful => self.fall_back(window, selection, EventSelection::WebApp),
            About::Range | About::Unclear => self.halve(window),
        }
    }

    fn fall_back(&mut self, window: Window, refused: EventSelection, instead: EventSelection) -> bool {
        if !self.source.selection().fall_back(refused, instead) {
            return false;
        }
        self.tell(match instead {
            EventSelection::Unfiltered => {
                "Tandem Source no longer takes a list of event types; asked for events without one instead"
            }
            _ => {
                "Tandem Source did not take the question for all event types; asked for those of its own web \
                 application instead, so rarer types may be missing"
            }
        });
        self.queue.push(window);
        true
    }

    fn halve(&mut self, window: Window) -> bool {
        let days = window.days.days();
        if days == 1 {
            return false;
        }
        self.shorten(days / 2);
        self.tell("Tandem Source refused to answer for so many days; asked for fewer at a time");
        self.queue_all(window.days.windows(days.div_ceil(2)), window.reason);
        true
    }

    // ---- answers --------------------------------------------------------------------------------------------------

    fn look_at(&mut self, window: Window, selection: EventSelection, spread: Spread) {
        if spread.outside > 0 {
            self.tell(&format!(
                "Tandem Source sent {} events from outside the days asked for ({}); it may ignore the dates",
                spread.outside, window.days
            ));
        }
        match spread.inside {
            Some(inside) => self.look_at_some(window, selection, inside),
            None => self.look_at_none(window, selection),
        }
    }

    fn look_at_some(&mut self, window: Window, selection: EventSelection, inside: DayRange) {
        self.source.selection().prove(selection);
        match window.reason {
            Reason::Final => return,
            Reason::Missing { from } => self.answer_was_cut(from, window.days),
            Reason::Expected { on } => {
                self.shorten(on.days() / 2);
                self.tell("Tandem Source answered with nothing for days that have events; asked for fewer at a time");
                return self.queue_all(on.windows(on.days().div_ceil(2)), Reason::Asked);
            }
            Reason::ExpectedFromWebApp { on } => {
                let window = Window { days: on, reason: Reason::Asked };
                self.fall_back(window, self.source.selection().current(), EventSelection::WebApp);
                return;
            }
            Reason::Asked | Reason::Repeated => {}
        }
        self.queue_missing(window.days, inside);
    }

    /// Queues the days before and after those that have events, if the pump has events beyond them.
    fn queue_missing(&mut self, days: DayRange, inside: DayRange) {
        let reason = Reason::Missing { from: days };
        let before = inside.first().pred_opt().and_then(|last| DayRange::new(days.first(), last));
        let after = inside.last().succ_opt().and_then(|first| DayRange::new(first, days.last()));
        let older = self.oldest.is_some_and(|oldest| oldest < inside.first());
        let newer = self.newest.is_some_and(|newest| newest > inside.last());
        self.queue.extend(before.filter(|_| older).map(|days| Window { days, reason }));
        self.queue.extend(after.filter(|_| newer).map(|days| Window { days, reason }));
    }

    /// `missing` brought what the answer for `whole` should have had: the day at the cut may be half a day, too.
    fn answer_was_cut(&mut self, whole: DayRange, missing: DayRange) {
        self.tell(
            "Tandem Source left out a part of the days asked for; asked for that part again, and for fewer days \
                   at a time from now on",
        );
        self.shorten(whole.days() / 2);
        let edges = [missing.last().succ_opt(), missing.first().pred_opt()].into_iter().flatten();
        for day in edges.filter(|day| whole.contains(*day)) {
            self.queue.extend(DayRange::new(day, day).map(|days| Window { days, reason: Reason::Final }));
        }
    }

    fn look_at_none(&mut self, window: Window, selection: EventSelection) {
        let known = [self.newest, self.oldest].into_iter().flatten().find(|day| window.days.contains(*day));
        let Some(day) = known.and_then(|day| DayRange::new(day, day)) else { return };
        let doubtful = self.source.selection().is_doubtful() && selection == EventSelection::AllKnown;
        let reason = match window.reason {
            Reason::Asked | Reason::Repeated | Reason::Missing { .. } if window.days.days() > 1 => {
                Reason::Expected { on: window.days }
            }
            Reason::Expected { on } if doubtful => Reason::ExpectedFromWebApp { on },
            Reason::Asked | Reason::Repeated if doubtful => Reason::ExpectedFromWebApp { on: window.days },
            _ => return,
        };
        self.queue.push(Window { days: day, reason });
    }

    fn take(&mut self, events: Events) {
        self.page.bytes += events.bytes;
        if self.page.events.is_empty() {
            self.page.events = events.batch;
            return;
        }
        events.batch.iter().for_each(|event| self.page.events.push(event));
        events.batch.rejected().iter().for_each(|event| self.page.events.reject(event.clone()));
    }

    // ---- bookkeeping ----------------------------------------------------------------------------------------------

    fn queue_all(&mut self, windows: impl Iterator<Item = DayRange>, reason: Reason) {
        let windows: Vec<_> = windows.map(|days| Window { days, reason }).collect();
        self.queue.extend(windows.into_iter().rev());
    }

    fn shorten(&self, days: u32) {
        self.source.shorten_windows(days.max(1));
    }

    fn tell(&mut self, notice: &str) {
        if !self.page.notices.iter().any(|told| told == notice) {
            self.page.notices.push(notice.to_owned());
        }
    }
}
