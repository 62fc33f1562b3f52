//! What `tandem verify` looks for, by name.

/// What `verify` looks for.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Check {
    /// Raw events that were stored and are not there.
    LostRawEvents,
    /// Numbers of a pump's log that are missing between two events.
    SequenceHoles,
    /// Days that are to be read again though they should have settled.
    UnsettledDays,
    /// Days whose last answer cannot have been complete, or came in another format.
    DoubtfulAnswers,
    /// Raw events that are not decoded.
    UndecodedEvents,
    /// Events that were decoded more than once.
    RepeatedEvents,
    /// Decoded events whose raw event is gone.
    EventsWithoutRaw,
    /// Decoded events whose type or time is not that of their raw event.
    EventsUnlikeRaw,
    /// Batches with a raw event that is not as it arrived.
    AlteredRawEvents,
    /// Decoded events whose values are not those of their raw event.
    AlteredEvents,
    /// Clocks of pumps that do not follow from the log, the other evidence and the zones.
    OutdatedClocks,
    /// Decoded events whose instant or local time is not that of their pump's clock.
    MisdatedEvents,
    /// Pumps whose domain rows are behind their events; their rows are not compared.
    PendingDerivations,
    /// Events without the domain row that they should have.
    MissingRows,
    /// Domain rows that no event accounts for.
    UnaccountedRows,
    /// Domain rows that are not what the events say.
    AlteredRows,
    /// Domain rows whose first event is gone.
    RowsWithoutEvent,
    /// Segments of which only one can be at a time, and that overlap.
    OverlappingSpans,
    /// One measurement more than once.
    DuplicateMeasurements,
    /// Readings that do not count, because the person has another one for the same time.
    UncountedReadings,
    /// Numbers that the pump logged and that cannot have been.
    ImplausibleValues,
    /// Domain rows with a number that cannot be.
    ImplausibleRows,
    /// Days whose basal is not known.
    UnknownInsulin,
    /// Days on which several pumps logged basal at once.
    OverlappingPumps,
    /// Carbs of one bolus more than once.
    RepeatedCarbs,
    /// Histories of several people in one file.
    OtherAccounts,
    /// Basal of a day against the pump's own total.
    DailyTotals,
    /// Delivered units of a bolus against the pump's own report.
    BolusTotals,
    /// Boluses whose end never came.
    UnfinishedBoluses,
    /// The service's estimated time against the pump's clock.
    EstimatedTimes,
}

impl Check {
    /// The check's name, as printed.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::LostRawEvents => "lost_raw_events",
            Self::SequenceHoles => "sequence_holes",
            Self::UnsettledDays => "unsettled_days",
            Self::DoubtfulAnswers => "doubtful_answers",
            Self::UndecodedEvents => "undecoded_events",
            Self::RepeatedEvents => "repeated_events",
            Self::EventsWithoutRaw => "events_without_raw",
            Self::EventsUnlikeRaw => "events_unlike_raw",
            Self::AlteredRawEvents => "altered_raw_events",
            Self::AlteredEvents => "altered_events",
            Self::OutdatedClocks => "outdated_clocks",
            Self::MisdatedEvents => "misdated_events",
            Self::PendingDerivations => "pending_derivations",
            Self::MissingRows => "missing_rows",
            Self::UnaccountedRows => "unaccounted_rows",
            Self::AlteredRows => "altered_rows",
            Self::RowsWithoutEvent => "rows_without_event",
            Self::OverlappingSpans => "overlapping_spans",
            Self::DuplicateMeasurements => "duplicate_measurements",
            Self::UncountedReadings => "uncounted_readings",
            Self::ImplausibleValues => "implausible_values",
            Self::ImplausibleRows => "implausible_rows",
            Self::UnknownInsulin => "unknown_insulin",
            Self::OverlappingPumps => "overlapping_pumps",
            Self::RepeatedCarbs => "repeated_carbs",
            Self::OtherAccounts => "other_accounts",
            Self::DailyTotals => "daily_totals",
            Self::BolusTotals => "bolus_totals",
            Self::UnfinishedBoluses => "unfinished_boluses",
            Self::EstimatedTimes => "estimated_times",
        }
    }
}
