//! The identity of pumps and events inside one store.

use crate::EventKey;

/// A pump's number in one store: 1, 2, … in the order the pumps became known. At most 32,767.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Ord, PartialOrd, Hash)]
pub struct PumpId(pub u16);

/// An event's identity in one store: pump, sequence group and sequence number packed into one positive number.
///
/// Packing is injective, so a primary key over this number *is* the uniqueness of (pump, group, number); and it is
/// ordered, so that "later in this pump's log" is "greater". The same history gives the same ids, in whatever order
/// it arrives and however often it is rebuilt.
///
/// ```
/// use pipeline::{EventId, PumpId, EventKey};
/// let key = EventKey { sequence_group: 0, sequence_number: 441_311 };
/// let id = EventId::new(PumpId(2), key);
/// assert_eq!(id.number(), 2 * EventId::PUMP_STEP + 441_311);
/// assert_eq!((id.pump(), id.key()), (PumpId(2), key));
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq, Ord, PartialOrd, Hash)]
pub struct EventId(i64);

impl EventId {
    /// Distance between the ids of one event number in two sequence groups.
    pub(crate) const GROUP_STEP: i64 = 1 << 32;
    /// Distance between the ids of one event number of two pumps.
    pub const PUMP_STEP: i64 = 1 << 48;

    /// Packs an identity.
    #[must_use]
    pub fn new(pump: PumpId, key: EventKey) -> Self {
        let pump = i64::from(pump.0 & 0x7fff) * Self::PUMP_STEP;
        Self(pump + i64::from(key.sequence_group) * Self::GROUP_STEP + i64::from(key.sequence_number))
    }

    /// Takes back a number that [`EventId::number`] gave.
    #[must_use]
    pub const fn from_number(number: i64) -> Self {
        Self(number)
    }

    /// The packed number, as stored.
    #[must_use]
    pub const fn number(self) -> i64 {
        self.0
    }

    /// The smallest id that an event of `pump` can have.
    #[must_use]
    pub fn first_of(pump: PumpId) -> Self {
        Self::new(pump, EventKey { sequence_group: 0, sequence_number: 0 })
    }

    /// The pump.
    #[must_use]
    pub fn pump(self) -> PumpId {
        PumpId((self.0 / Self::PUMP_STEP) as u16)
    }

    /// Sequence group and number.
    #[must_use]
    pub fn key(self) -> EventKey {
        EventKey {
            sequence_group: (self.0 % Self::PUMP_STEP / Self::GROUP_STEP) as u16,
            sequence_number: (self.0 % Self::GROUP_STEP) as u32,
        }
    }
}
