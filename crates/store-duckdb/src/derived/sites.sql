CREATE VIEW sites AS
WITH ends AS (SELECT pump_id, max(timestamp_utc) AS newest_utc FROM events GROUP BY pump_id),
placed AS (
    SELECT *, lead(timestamp_utc) OVER (PARTITION BY pump_id ORDER BY id) AS ended_utc FROM site_changes WHERE kind = 'cannula_filled'
)
SELECT id, events_id, pump_id, local_time, timestamp_utc AS started_utc, ended_utc,
       minutes_between(timestamp_utc, coalesce(ended_utc, newest_utc)) / 1440 AS days, units AS fill_units
FROM placed JOIN ends USING (pump_id);
COMMENT ON VIEW sites IS 'Infusion sites, each from the filling of its cannula to the next one';
COMMENT ON COLUMN sites.id IS 'Identity: site_changes.id';
COMMENT ON COLUMN sites.events_id IS 'The event: events.id';
COMMENT ON COLUMN sites.pump_id IS 'The pump: pumps.id';
COMMENT ON COLUMN sites.local_time IS 'When the cannula was filled, as a correct clock would have shown the person';
COMMENT ON COLUMN sites.started_utc IS 'When the cannula was filled, as an instant';
COMMENT ON COLUMN sites.ended_utc IS 'When the next one was filled, as an instant; NULL for the last';
COMMENT ON COLUMN sites.days IS 'How long it was worn, in days; the last one up to the newest event of its pump';
COMMENT ON COLUMN sites.fill_units IS 'Insulin that filled the cannula, in units';
