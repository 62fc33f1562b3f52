//! What is worth saying about the pumps' clocks.

use duckdb::{Connection, Row};
use pipeline::clock_model::{ClockNotice, ClockSegment, UtcSource, ZoneHistory, notices};
use pipeline::{EventId, PumpId, StoreError, StoreErrorKind};

use crate::Reader;
use crate::error::DuckdbContext as _;
use crate::events::read_zones;

/// The notices of all pumps, and the zones that they refer to.
#[derive(Clone, Debug, Default)]
pub struct ClockNotices {
    /// By pump, oldest first.
    pub notices: Vec<(PumpId, ClockNotice)>,
    /// The configured zones.
    pub zones: ZoneHistory,
}

impl ClockNotices {
    /// Reads the clocks by which events are dated, and weighs them.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot be read.
    pub fn read(reader: &Reader) -> Result<Self, StoreError> {
        let connection = reader.connection();
        let zones = read_zones(connection)?;
        let segments = read_segments(connection)?;
        let notices_of = |segments: &[(PumpId, ClockSegment)]| {
            let pump = segments[0].0;
            let segments: Vec<_> = segments.iter().map(|(_, segment)| *segment).collect();
            notices(&segments).into_iter().map(move |notice| (pump, notice))
        };
        let notices = segments.chunk_by(|one, other| one.0 == other.0).flat_map(notices_of).collect();
        Ok(Self { notices, zones })
    }
}

/// The clocks of all pumps, by pump.
fn read_segments(connection: &Connection) -> Result<Vec<(PumpId, ClockSegment)>, StoreError> {
    let list =
        "SELECT pump_id, first_events_id, from_wall, utc_offset_seconds, local_offset_seconds, utc_source FROM clock_segments
                ORDER BY pump_id, first_events_id, from_wall";
    let doing = "cannot read the pumps' clocks";
    let mut statement = connection.prepare(list).context(doing)?;
    let mut rows = statement.query([]).context(doing)?;
    let mut segments = Vec::new();
    while let Some(row) = rows.next().context(doing)? {
        let source: String = row.get(5).context(doing)?;
        let source = UtcSource::ALL.into_iter().find(|known| known.as_str() == source).ok_or_else(|| {
            let message = format!("the database names a source of instants `{source}` that does not exist");
            StoreError::new(StoreErrorKind::Corrupt, message)
        })?;
        segments.push(read_segment(row, source).context(doing)?);
    }
    Ok(segments)
}

fn read_segment(row: &Row<'_>, source: UtcSource) -> duckdb::Result<(PumpId, ClockSegment)> {
    let segment = ClockSegment {
        first: EventId::from_number(row.get(1)?),
        from_wall: row.get(2)?,
        offset_seconds: row.get(3)?,
        local_offset_seconds: row.get(4)?,
        source,
    };
    Ok((PumpId(row.get(0)?), segment))
}
