//! Documents for other programs, made from domain tables: what `export --profile nightscout` writes and `push nightscout` sends.
//!
//! One SQL text per kind. It answers `key` (what tells the documents of one pump apart), `pump_id`, `moment` (an instant),
//! `utc_offset_seconds` (of the clock that the person lives by) and the members of its own; the members that every document has are added here. Nothing in a document may
//! depend on this database: the same history gives the same documents in every database.

use duckdb::Connection;
use pipeline::StoreError;
use sha2::{Digest as _, Sha256};

use crate::error::DuckdbContext as _;

/// A kind of document.
#[derive(Debug)]
pub struct DocumentKind {
    /// Its name, as in the log of what a destination holds.
    pub name: &'static str,
    /// The collection of the destination that it belongs to.
    pub collection: &'static str,
    /// True where the last document before the first instant that is wanted is still in force then.
    pub(crate) stays_in_force: bool,
    sql: &'static str,
}

macro_rules! kind {
    ($name:literal, $collection:literal) => {
        kind!($name, $collection, false)
    };
    ($name:literal, $collection:literal, $stays_in_force:literal) => {
        DocumentKind {
            name: $name,
            collection: $collection,
            stays_in_force: $stays_in_force,
            sql: include_str!(concat!("documents/", $name, ".sql")),
        }
    };
}

/// The documents of a Nightscout site, those first that others are read with.
pub const NIGHTSCOUT: [DocumentKind; 13] = [
    kind!("profiles", "profile", true),
    kind!("profile_switches", "treatments", true),
    kind!("entries", "entries"),
    kind!("temp_basals", "treatments"),
    kind!("boluses", "treatments"),
    kind!("carbs", "treatments"),
    kind!("bg_checks", "treatments"),
    kind!("site_changes", "treatments"),
    kind!("sensor_starts", "treatments"),
    kind!("suspensions", "treatments"),
    kind!("user_modes", "treatments"),
    kind!("battery_changes", "treatments"),
    kind!("device_statuses", "devicestatus"),
];

/// What is left out unless it is asked for.
pub const NIGHTSCOUT_ALARMS: DocumentKind = kind!("alarms", "treatments");

const SETTINGS_CHANGES: &str = include_str!("documents/settings_changes.sql");

/// Sequence group and number: with the pump's name they are the event in every database.
const KEY: &str = "(id % 281474976710656 // 4294967296) || '-' || (id % 4294967296)";

/// What the clock that the person lived by was ahead of UTC, in seconds. That of the pump may have been wrong.
const OFFSET: &str = "((epoch_us(local_time) - epoch_us(timestamp_utc)) // 1000000)";
/// The same of a row with a beginning and an end.
const OFFSET_OF_SPAN: &str = "((epoch_us(local_time) - epoch_us(started_utc)) // 1000000)";

/// Which documents are wanted.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct DocumentScope {
    /// From this instant on, in milliseconds since 1970.
    pub from_ms: Option<i64>,
    /// Before this instant, in milliseconds since 1970.
    pub until_ms: Option<i64>,
    /// On days from this one on, on the clock of the documents' own offset, in days since 1970.
    pub first_day: Option<i64>,
    /// Up to this day, likewise.
    pub last_day: Option<i64>,
    /// Of this pump: `pumps.id`.
    pub pump: Option<i64>,
}

/// The pumps' names in identifiers. They are the same in every database and do not give the serial number away.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PumpNames(Vec<(i64, String)>);

impl PumpNames {
    /// Reads them.
    pub(crate) fn read(connection: &Connection) -> Result<Self, StoreError> {
        let list = "SELECT id, serial_number, (SELECT min(lower(assignment_id)) FROM pump_assignments WHERE pump_id = id) FROM pumps ORDER BY id";
        let reading = "cannot read the pumps";
        let mut statement = connection.prepare(list).context(reading)?;
        let rows = statement.query_map([], |row| Ok((row.get::<_, i64>(0)?, row.get(1)?, row.get(2)?)));
        let rows = rows.and_then(Iterator::collect::<Result<Vec<(i64, Option<String>, Option<String>)>, _>>);
        let named = |(id, serial, assignment)| (id, pump_name(id, serial, assignment));
        Ok(Self(rows.context(reading)?.into_iter().map(named).collect()))
    }

    /// What the identifiers of this database's documents begin with.
    #[must_use]
    pub fn prefixes(&self) -> Vec<String> {
        self.0.iter().map(|(_, name)| format!("tandem-{name}-")).collect()
    }

    /// The kind in an identifier of this database's documents.
    pub(crate) fn kind_of<'a>(&self, identifier: &'a str) -> Option<&'a str> {
        let rest = self.prefixes().iter().find_map(|prefix| identifier.strip_prefix(prefix.as_str()))?;
        rest.split('-').next()
    }

    /// The names in one text: others make other documents.
    pub(crate) fn digest(&self) -> String {
        self.as_sql()
    }

    fn as_sql(&self) -> String {
        let mut rows: Vec<_> = self.0.iter().map(|(id, name)| format!("({id}, '{name}')")).collect();
        // VALUES cannot be empty; no pump has this number.
        rows.push("(0, '')".to_owned());
        format!("(VALUES {}) AS names(pump_id, pump_name)", rows.join(", "))
    }
}

/// The service's identifier of a pump is in every archive and cannot be guessed. A serial number alone can: there are few, so
/// that trying them all is made costly.
fn pump_name(id: i64, serial: Option<String>, assignment: Option<String>) -> String {
    const ROUNDS: u32 = 1 << 16;
    let digest = match (assignment, serial) {
        (Some(assignment), _) => Sha256::digest(format!("tandem assignment {assignment}")),
        (None, Some(serial)) => {
            let first = Sha256::digest(format!("tandem serial {serial}"));
            (0..ROUNDS).fold(first, |digest, _| Sha256::digest(digest))
        }
        (None, None) => Sha256::digest(format!("tandem pump {id}")),
    };
    hex::encode(&digest[..6])
}

impl DocumentKind {
    /// A query for the rows that the documents are made from.
    pub(crate) fn rows(&self, scope: &DocumentScope) -> String {
        let rows = format!("FROM (\n{}\n) WHERE moment IS NOT NULL", self.filled(scope));
        let mut conditions = Vec::new();
        if let Some(from) = scope.from_ms {
            let in_force =
                format!("coalesce((SELECT max(epoch_ms(moment)) {rows} AND epoch_ms(moment) <= {from}), {from})");
            conditions.push(if self.stays_in_force {
                format!("epoch_ms(moment) >= {in_force}")
            } else {
                format!("moment >= {}", instant(from))
            });
        }
        conditions.extend(scope.until_ms.map(|until| format!("moment < {}", instant(until))));
        let day = "(epoch_us(moment) + utc_offset_seconds * 1000000) // 86400000000";
        conditions.extend(scope.first_day.map(|first| format!("{day} >= {first}")));
        conditions.extend(scope.last_day.map(|last| format!("{day} <= {last}")));
        conditions.extend(scope.pump.map(|pump| format!("pump_id = {pump}")));
        conditions.into_iter().fold(rows, |rows, condition| format!("{rows} AND {condition}"))
    }

    /// A query for the documents: a column per member, NULL where a document has none, in order of time.
    #[must_use]
    pub fn documents(&self, names: &PumpNames, scope: &DocumentScope) -> String {
        let iso = iso("moment");
        let times = match self.collection {
            "entries" => format!("{iso} AS dateString"),
            _ => format!("{iso} AS created_at"),
        };
        format!(
            "SELECT 'tandem-' || pump_name || '-{}-' || key AS identifier, epoch_ms(moment) AS date,
                    greatest(-840, least(840, round(utc_offset_seconds / 900.0)::BIGINT * 15)) AS utcOffset, epoch_ms(moment) AS mills, {times},
                    'tandem' AS app, 'tandem' AS device, 'tandem' AS enteredBy, documents.* EXCLUDE (key, pump_id, moment, utc_offset_seconds)
             FROM ({}) AS documents JOIN {} USING (pump_id) ORDER BY date, identifier",
            self.name,
            self.rows(scope),
            names.as_sql()
        )
    }

    /// The text, with its parts put in.
    fn filled(&self, scope: &DocumentScope) -> String {
        let sql = self
            .sql
            .replace("{settings_changes}", SETTINGS_CHANGES)
            .replace("{key}", KEY)
            .replace("{offset}", OFFSET)
            .replace("{offset:started}", OFFSET_OF_SPAN)
            .replace("{when}", &whole_days(scope));
        sql.replace("{iso:moment}", &iso("moment"))
            .replace("{iso:to_timestamp(from_seconds)}", &iso("to_timestamp(from_seconds)"))
    }
}

/// A query for all documents of one collection of a Nightscout site, in order of time.
#[must_use]
pub fn nightscout_documents(collection: &str, names: &PumpNames, scope: &DocumentScope) -> String {
    let kinds = NIGHTSCOUT.iter().filter(|kind| kind.collection == collection);
    let queries: Vec<_> = kinds.map(|kind| format!("(FROM ({}))", kind.documents(names, scope))).collect();
    format!("FROM ({}) ORDER BY date, identifier", queries.join(" UNION ALL BY NAME "))
}

/// A condition for rows of the days, in UTC, that the scope touches.
fn whole_days(scope: &DocumentScope) -> String {
    const DAY_MS: i64 = 86_400_000;
    let first = scope.from_ms.map(|from| format!("timestamp_utc >= {}", instant(from.div_euclid(DAY_MS) * DAY_MS)));
    let after = scope
        .until_ms
        .map(|until| format!("timestamp_utc < {}", instant((until + DAY_MS - 1).div_euclid(DAY_MS) * DAY_MS)));
    let both: Vec<_> = first.into_iter().chain(after).collect();
    if both.is_empty() { "true".to_owned() } else { both.join(" AND ") }
}

fn instant(milliseconds: i64) -> String {
    format!("to_timestamp({milliseconds} / 1000)")
}

/// A digest of every text here: documents made from others may differ.
pub(crate) fn texts_digest() -> String {
    let texts = NIGHTSCOUT.iter().chain([&NIGHTSCOUT_ALARMS]).map(|kind| kind.sql);
    let texts = texts.chain([SETTINGS_CHANGES, KEY, OFFSET, OFFSET_OF_SPAN]);
    hex::encode(&texts.fold(Sha256::new(), sha2::Digest::chain_update).finalize()[..8])
}

/// An instant as ISO 8601 in UTC.
fn iso(column: &str) -> String {
    format!("strftime(make_timestamp(epoch_us({column})), '%Y-%m-%dT%H:%M:%S.%gZ')")
}

/// The documents of a query, each as a JSON object without members that have no value.
pub(crate) fn as_objects(documents: &str) -> String {
    // A patch with a null takes the member out.
    format!(
        "SELECT identifier, date, json_merge_patch('{{}}', to_json(document))::VARCHAR AS content FROM ({documents}) AS document"
    )
}
