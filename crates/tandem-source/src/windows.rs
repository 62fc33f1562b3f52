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
use crate::events::{DateCoverage, Events};
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
    /// The same, with the list that the web application sends.
    OtherList,
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
        self.queue.push(Window { days, reason: Reason::Asked });
        while let Some(window) = self.queue.pop() {
            if let Err(failure) = self.read_window(window).await {
                self.source.forget(findings);
                return Err(failure);
            }
        }
        Ok(self.page)
    }

    async fn read_window(&mut self, window: Window) -> Result<(), Failure> {
        let longest = self.source.longest_window_now();
        if window.days.days() > longest {
            self.queue_pieces(window.days, longest, window.reason);
            return Ok(());
        }
        let selection = match window.reason {
            Reason::OtherList | Reason::ExpectedFromWebApp { .. } => EventSelection::WebApp,
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
            About::Unclear | About::Range if window.reason == Reason::OtherList => {
                self.source.selection().mark_unblamed();
                self.halve(Window { reason: Reason::Asked, ..window })
            }
            _ if window.reason == Reason::OtherList => false,
            // A question that was only asked to find out; its refusal is the answer.
            _ if matches!(window.reason, Reason::ExpectedFromWebApp { .. }) => true,
            About::Keys => false,
            About::EventCodesKey => self.fall_back(window, selection, EventSelection::Unfiltered),
            About::EventCodes => self.fall_back(window, selection, EventSelection::WebApp),
            About::Unclear if doubtful => {
                let first = window.reason != Reason::Repeated;
                self.queue.push(Window { reason: if first { Reason::Repeated } else { Reason::OtherList }, ..window });
                true
            }
            About::Range | About::Unclear => self.halve(window),
        }
    }

    fn fall_back(&mut self, window: Window, refused: EventSelection, instead: EventSelection) -> bool {
        if !self.replace_selection(refused, instead) {
            return false;
        }
        self.queue.push(window);
        true
    }

    fn replace_selection(&mut self, refused: EventSelection, instead: EventSelection) -> bool {
        if !self.source.selection().fall_back(refused, instead) {
            return false;
        }
        self.notify(match instead {
            EventSelection::Unfiltered => {
                "Tandem Source no longer takes a list of event types; asked for events without one instead"
            }
            _ => {
                "Tandem Source did not take the question for all event types; asked for those of its own web \
                 application instead, so rarer types may be missing"
            }
        });
        true
    }

    fn halve(&mut self, window: Window) -> bool {
        if window.days.days() == 1 {
            return false;
        }
        self.shorten(window.days);
        self.notify("Tandem Source refused to answer for that many days; asked for fewer at a time");
        self.queue.push(window);
        true
    }

    // ---- answers --------------------------------------------------------------------------------------------------

    fn look_at(&mut self, window: Window, selection: EventSelection, spread: DateCoverage) {
        if window.reason == Reason::OtherList {
            self.replace_selection(self.source.selection().current(), selection);
        }
        if spread.outside > 0 {
            self.notify(&format!(
                "Tandem Source sent {} events from outside the days asked for ({}); it may ignore the dates",
                spread.outside, window.days
            ));
        }
        match spread.inside {
            Some(inside) => self.look_at_some(window, selection, inside),
            None => self.look_at_none(window),
        }
    }

    fn look_at_some(&mut self, window: Window, selection: EventSelection, inside: DayRange) {
        self.source.selection().prove(selection);
        match window.reason {
            Reason::Final => return,
            Reason::Missing { from } => self.answer_was_cut(from, window.days),
            Reason::Expected { on } => return self.answer_was_empty(on, window.days.first()),
            Reason::ExpectedFromWebApp { on } => {
                let window = Window { days: on, reason: Reason::Asked };
                self.fall_back(window, self.source.selection().current(), EventSelection::WebApp);
                return;
            }
            Reason::Asked | Reason::Repeated | Reason::OtherList => {}
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
        self.notify(
            "Tandem Source left out a part of the days asked for; asked for that part again, and for fewer days at a \
             time from now on",
        );
        self.shorten(whole);
        let edges = [missing.last().succ_opt(), missing.first().pred_opt()].into_iter().flatten();
        for day in edges.filter(|day| whole.contains(*day)) {
            self.queue.extend(DayRange::new(day, day).map(|days| Window { days, reason: Reason::Final }));
        }
    }

    /// `day` has events, and the answer for all of `whole` was empty. If `whole` has that day it was too long; no other
    /// length is believed before the piece with that day has been answered, so that piece comes first.
    fn answer_was_empty(&mut self, whole: DayRange, day: NaiveDate) {
        if !whole.contains(day) {
            return;
        }
        self.shorten(whole);
        self.notify("Tandem Source answered with nothing for days that have events; asked for fewer at a time");
        self.queue_pieces(whole, self.source.longest_window_now(), Reason::Asked);
        let with_day = self.queue.iter().rposition(|window| window.days.contains(day));
        if let Some(window) = with_day.map(|position| self.queue.remove(position)) {
            self.queue.push(window);
        }
    }

    /// Finds out whether nothing means nothing: with a day that has events, and with a list that brings events.
    fn look_at_none(&mut self, window: Window) {
        let selection = self.source.selection();
        let (on, day) = match window.reason {
            Reason::Asked | Reason::Repeated | Reason::OtherList | Reason::Missing { .. } => {
                let known = || [self.newest, self.oldest].into_iter().flatten();
                let inside = known().find(|day| window.days.contains(*day));
                let anywhere = known().next().filter(|_| selection.wants_proof());
                (window.days, inside.or(anywhere))
            }
            Reason::Expected { on } => (on, Some(window.days.first())),
            Reason::ExpectedFromWebApp { .. } => return selection.give_up_proof(),
            Reason::Final => return,
        };
        let Some(day) = day.and_then(|day| DayRange::new(day, day)) else { return };
        let reason = match window.reason {
            _ if day != window.days => Reason::Expected { on },
            _ if selection.wants_proof() => Reason::ExpectedFromWebApp { on },
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

    fn queue_pieces(&mut self, days: DayRange, longest: u32, reason: Reason) {
        let pieces: Vec<_> = days.windows(longest).map(|days| Window { days, reason }).collect();
        self.queue.extend(pieces.into_iter().rev());
    }

    /// From now on windows are half as long as `days`, which were too many.
    fn shorten(&self, days: DayRange) {
        self.source.shorten_windows((days.days() / 2).max(1));
    }

    fn notify(&mut self, notice: &str) {
        if !self.page.notices.iter().any(|reported| reported == notice) {
            self.page.notices.push(notice.to_owned());
        }
    }
}
