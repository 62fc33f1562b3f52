//! What is known about an instant.

/// How an instant was found.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum UtcSource {
    /// The pump's clock agrees with the configured zone at that instant.
    Zone,
    /// The pump's clock differs from the zone; its offset is carried across the clock changes it logged.
    ClockChange,
    /// The pump's clock differs from the zone; a phone's clock confirms its offset.
    Phone,
    /// The zone's offset has changed since the pump's clock was last set, and the pump logged no change: the clock is
    /// taken to run on as it was.
    Held,
    /// Another offset fits the log nearly as well: the instant is likely, not known.
    Ambiguous,
    /// The pump's clock was never set since the factory: the instant is not known, the wall clock is read in the zone.
    FactoryClock,
    /// The pump's clock lies in the future all along: the instant is not known, the wall clock is read in the zone.
    FutureClock,
    /// No zone is configured: the wall clock is read as UTC.
    NoZone,
}

impl UtcSource {
    /// Every source.
    pub const ALL: [Self; 8] = [
        Self::Zone,
        Self::ClockChange,
        Self::Phone,
        Self::Held,
        Self::Ambiguous,
        Self::FactoryClock,
        Self::FutureClock,
        Self::NoZone,
    ];

    /// The source's name, as stored in `utc_source`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Zone => "zone",
            Self::ClockChange => "clock_change",
            Self::Phone => "phone",
            Self::Held => "held",
            Self::Ambiguous => "ambiguous",
            Self::FactoryClock => "factory_clock",
            Self::FutureClock => "future_clock",
            Self::NoZone => "no_zone",
        }
    }
}
