//! Which types of events to ask for, and what to ask for when the service does not like the question.
//!
//! Whether the service filters by `eventCodes` is not settled: in July 2026 it sent everything whatever was asked;
//! since October 2026 it refuses query keys that it does not know, and a repeated `eventCodes` brings nothing. What is
//! known to work now is one `eventCodes` with a comma-separated list. Hence:
//!
//! * The default is such a list of **every code known**: the dictionary's and the web application's. It has the form
//!   that works, and brings everything if the service filters and if it does not. No list can name codes that no one
//!   knows; [`EventSelection::Unfiltered`] is for those who would rather try that.
//! * If the service does not know the *key* any more, the question is asked without it: everything, or a refusal.
//! * If it does not like the *list* (or does not say what it dislikes, twice), it gets the one list that its own web
//!   application sends. A list that brings nothing where there must be something counts as disliked.
//! * A choice without a list that is refused is asked with the web application's.
//!
//! Each step is taken once, is reported, and holds until the program ends; a day in between would be one more
//! refused question per window.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use pump_events::Dictionary;

/// Which types of events are asked for.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum EventSelection {
    /// A list of every type that this program knows, the web application's among them.
    #[default]
    AllKnown,
    /// The list that Tandem's own web application sends.
    WebApp,
    /// No list at all. Worked until September 2026; not tried since the service became strict.
    Unfiltered,
}

/// The list of the web application in autumn 2026, in its order.
pub const WEB_APP_CODES: [u32; 64] = [
    229, 5, 28, 4, 26, 562, 563, 566, 99, 279, 3, 16, 59, 21, 55, 20, 280, 64, 65, 66, 61, 33, 371, 171, 369, 460, 172,
    370, 461, 372, 480, 399, 256, 213, 406, 477, 394, 212, 404, 214, 405, 486, 447, 313, 60, 14, 69, 57, 6, 90, 230,
    140, 12, 11, 53, 559, 558, 565, 564, 13, 63, 203, 307, 191,
];

impl EventSelection {
    /// The value of `eventCodes`; `None` leaves the key out.
    #[must_use]
    pub fn codes(self) -> Option<String> {
        match self {
            Self::AllKnown => Some(listed(known_codes())),
            Self::WebApp => Some(listed(WEB_APP_CODES)),
            Self::Unfiltered => None,
        }
    }
}

fn known_codes() -> BTreeSet<u32> {
    Dictionary::events().map(|layout| layout.code.0).chain(WEB_APP_CODES).collect()
}

fn listed(codes: impl IntoIterator<Item = u32>) -> String {
    codes.into_iter().map(|code| code.to_string()).collect::<Vec<_>>().join(",")
}

/// The selection in force: the configured one until the service refuses it.
#[derive(Debug)]
pub(crate) struct Effective(Mutex<State>);

#[derive(Clone, Copy, Debug)]
pub(crate) struct State {
    selection: EventSelection,
    standing: SelectionState,
}

/// What experience says about the selection in force.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum SelectionState {
    /// Nothing yet.
    Untested,
    /// The service refused another list just the same.
    Unblamed,
    /// It has brought nothing, but there was nothing to be had.
    Unprovable,
    /// It works.
    Proven,
    /// It stands in for one that was refused, and has no substitute itself.
    Substitute,
}

impl Effective {
    pub(crate) fn new(selection: EventSelection) -> Self {
        Self(Mutex::new(State { selection, standing: SelectionState::Untested }))
    }

    pub(crate) fn current(&self) -> EventSelection {
        self.lock().selection
    }

    /// To be called when `selection` has brought events.
    pub(crate) fn prove(&self, selection: EventSelection) {
        let mut state = self.lock();
        if state.selection == selection && state.standing != SelectionState::Substitute {
            state.standing = SelectionState::Proven;
        }
    }

    /// True when the list may be what the service dislikes.
    pub(crate) fn is_doubtful(&self) -> bool {
        let State { selection, standing } = *self.lock();
        selection != EventSelection::WebApp && matches!(standing, SelectionState::Untested | SelectionState::Unprovable)
    }

    /// To be called when another list was refused as well.
    pub(crate) fn mark_unblamed(&self) {
        let mut state = self.lock();
        state.standing = match state.standing {
            SelectionState::Untested => SelectionState::Unblamed,
            SelectionState::Unprovable => SelectionState::Proven,
            settled => settled,
        };
    }

    /// True while a list has brought nothing, and that could be its own fault.
    pub(crate) fn wants_proof(&self) -> bool {
        let State { selection, standing } = *self.lock();
        selection == EventSelection::AllKnown && matches!(standing, SelectionState::Untested | SelectionState::Unblamed)
    }

    /// To be called when nothing can tell whether the list is at fault.
    pub(crate) fn give_up_proof(&self) {
        let mut state = self.lock();
        state.standing = match state.standing {
            SelectionState::Untested => SelectionState::Unprovable,
            SelectionState::Unblamed => SelectionState::Proven,
            settled => settled,
        };
    }

    /// Gives up `refused` for `instead`. False when that has been tried and there is nothing left.
    pub(crate) fn fall_back(&self, refused: EventSelection, instead: EventSelection) -> bool {
        let mut state = self.lock();
        if state.selection != refused {
            return true;
        }
        if state.standing == SelectionState::Substitute || refused == instead {
            return false;
        }
        *state = State { selection: instead, standing: SelectionState::Substitute };
        true
    }

    pub(crate) fn state(&self) -> State {
        *self.lock()
    }

    pub(crate) fn restore(&self, state: State) {
        *self.lock() = state;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_list_holds_the_web_applications() {
        let all: BTreeSet<_> = known_codes();
        assert!(WEB_APP_CODES.iter().all(|code| all.contains(code)));
        assert!(all.len() > WEB_APP_CODES.len());
        let text = EventSelection::AllKnown.codes().expect("a list");
        assert!(text.len() < 4_000, "the address stays well below the 8 KiB that servers take");
        assert!(EventSelection::WebApp.codes().expect("a list").starts_with("229,5,28,4,26,562,"));
        assert_eq!(EventSelection::Unfiltered.codes(), None);
    }

    #[test]
    fn falls_back_once() {
        use EventSelection::{AllKnown, Unfiltered, WebApp};
        let effective = Effective::new(AllKnown);
        assert!(effective.is_doubtful());
        effective.prove(AllKnown);
        assert!(!effective.is_doubtful());
        assert!(effective.fall_back(AllKnown, WebApp));
        assert!(effective.fall_back(AllKnown, WebApp), "another request in flight was refused, too");
        assert_eq!(effective.current(), WebApp);
        assert!(!effective.fall_back(WebApp, Unfiltered));
        assert!(!effective.is_doubtful());
    }
}
