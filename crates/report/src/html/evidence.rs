//! What every figure rests on: its definition, and the SQL that shows the rows behind it.

use maud::{Markup, html};

use super::page::Page;

/// The evidence of one figure.
#[derive(Debug, Clone, Copy)]
pub(super) struct Topic {
    /// The key of its definition in the catalogue of messages.
    key: &'static str,
    /// SQL on tandem's database; `{from}` and `{to}` stand for the first day and the day after the last.
    sql: &'static str,
}

const READINGS: &str =
    "FROM cgm_readings WHERE counts AND local_time >= '{from}' AND local_time < '{to}' ORDER BY timestamp_utc";
const INSULIN_DAYS: &str = "FROM insulin_daily WHERE day >= '{from}' AND day < '{to}' ORDER BY day";
const BOLUSES: &str = "FROM boluses WHERE local_time >= '{from}' AND local_time < '{to}' ORDER BY timestamp_utc";

macro_rules! topics {
    ($($name:ident = $key:literal, $sql:expr;)*) => {
        $(pub(super) const $name: Topic = Topic { key: $key, sql: $sql };)*
    };
}

topics! {
    RANGES = "define-ranges", READINGS;
    KEY = "define-key", READINGS;
    MEAN = "define-mean", READINGS;
    GMI = "define-gmi", READINGS;
    CV = "define-cv", READINGS;
    TIGHT = "define-tight", READINGS;
    OWN_TARGET = "define-own-target", READINGS;
    GRI = "define-gri", READINGS;
    WEAR = "define-wear", READINGS;
    PROFILE = "define-profile", "SELECT hour(local_time) AS hour, quantile_cont(cgm_reading, [0.05, 0.25, 0.5, 0.75, 0.95]) AS percentiles, count(*) AS readings FROM cgm_readings WHERE counts AND local_time >= '{from}' AND local_time < '{to}' GROUP BY ALL ORDER BY ALL";
    SMALL_DAYS = "define-small-days", "FROM glucose_daily WHERE day >= '{from}' AND day < '{to}' ORDER BY day";
    TDD = "define-tdd", INSULIN_DAYS;
    BASAL_SHARE = "define-basal-share", INSULIN_DAYS;
    AUTO_CORRECTION = "define-auto-correction", INSULIN_DAYS;
    CONTROL_IQ = "define-control-iq", "FROM control_iq_modes WHERE local_time < '{to}' AND coalesce(ended, '{to}') > '{from}' ORDER BY started_utc";
    SLEEP = "define-sleep", "FROM user_modes WHERE mode = 'sleeping' AND local_time < '{to}' AND coalesce(ended, '{to}') > '{from}' ORDER BY started_utc";
    EXERCISE = "define-exercise", "FROM user_modes WHERE mode = 'exercising' AND local_time < '{to}' AND coalesce(ended, '{to}') > '{from}' ORDER BY started_utc";
    BOLUS_COUNTS = "define-boluses", BOLUSES;
    CARBS = "define-carbs", "FROM carb_entries WHERE local_time >= '{from}' AND local_time < '{to}' ORDER BY timestamp_utc";
    DAILY_INSULIN = "define-daily-insulin", INSULIN_DAYS;
    CHANGES = "define-changes", "FROM site_changes WHERE local_time >= '{from}' AND local_time < '{to}' ORDER BY timestamp_utc";
    ALARMS = "define-alarms", "FROM alarms WHERE local_time >= '{from}' AND local_time < '{to}' ORDER BY timestamp_utc";
    EPISODES = "define-episodes", "SELECT local_time, cgm_reading FROM cgm_readings WHERE counts AND (cgm_reading < 70 OR cgm_reading > 180) AND local_time >= '{from}' AND local_time < '{to}' ORDER BY timestamp_utc";
    DAY = "define-day", "FROM timeline WHERE local_time >= '{from}' AND local_time < '{to}' ORDER BY timestamp_utc";
    SETTINGS = "define-settings", "SELECT c.known_from, c.settings_hash, s.details FROM pump_settings_changes c JOIN pump_settings s USING (pump_id, settings_hash) WHERE c.known_from < '{to}' ORDER BY c.known_from";
    TRENDS = "define-trends", "SELECT time_bucket(INTERVAL 1 WEEK, day) AS week, avg(from_70_to_180_percent) AS in_range, avg(mean_mgdl) AS mean FROM glucose_daily WHERE day >= '{from}' AND day < '{to}' GROUP BY ALL ORDER BY ALL";
    WEEK_MAP = "define-week-map", "SELECT isodow(local_time) AS weekday, hour(local_time) AS hour, 100.0 * count(*) FILTER (cgm_reading BETWEEN 70 AND 180) / count(*) AS in_range FROM cgm_readings WHERE counts AND local_time >= '{from}' AND local_time < '{to}' GROUP BY ALL ORDER BY ALL";
    SUMMARY = "define-summary", READINGS;
}

/// The definition behind a link, and the SQL that shows the rows.
pub(super) fn render_evidence(page: &Page, topic: Topic) -> Markup {
    html! {
        p { (page.translate(topic.key)) }
        p.sql { code { "tandem query \"" (filled(page, topic.sql)) "\"" } }
    }
}

fn filled(page: &Page, sql: &str) -> String {
    let (from, to) = (page.digest.window.start.date(), page.digest.window.end.date());
    sql.replace("{from}", &from.to_string()).replace("{to}", &to.to_string())
}
