-- One row per report of insulin on board before (206) and after (207) a bolus, and of what a bolus added to it (195). Both of the
-- pump's models are logged; which one it used is given as in other events (selectedIob), which is not verified for these.

CREATE TABLE iob_snapshots (
    local_time          TIMESTAMP NOT NULL,
    moment              VARCHAR NOT NULL,
    iob_units           DOUBLE,
    delivered_units     DOUBLE,
    bolus_id            INTEGER,
    mudaliar_iob_units  DOUBLE,
    swan_iob_units      DOUBLE,
    action_minutes      DOUBLE,
    timestamp           TIMESTAMP NOT NULL,
    timestamp_utc       TIMESTAMPTZ NOT NULL,
    utc_offset_seconds  BIGINT NOT NULL,
    utc_source          VARCHAR NOT NULL,
    pump_id             INTEGER NOT NULL,
    id                  BIGINT PRIMARY KEY,
    events_id           BIGINT NOT NULL
);
COMMENT ON TABLE iob_snapshots IS 'Insulin on board before and after boluses, by both of the pumps models. Known from records captured over Bluetooth; whether the service sends these events is not verified';
COMMENT ON COLUMN iob_snapshots.local_time IS 'When, as a correct clock would have shown the person; differs from timestamp only where the pump''s clock was wrong';
COMMENT ON COLUMN iob_snapshots.moment IS 'before_bolus, after_bolus, or bolus_added (what a bolus added)';
COMMENT ON COLUMN iob_snapshots.iob_units IS 'Insulin on board by the model in use, in units; NULL for bolus_added';
COMMENT ON COLUMN iob_snapshots.delivered_units IS 'What the bolus delivered, in units; NULL but for bolus_added';
COMMENT ON COLUMN iob_snapshots.bolus_id IS 'The pumps number of the bolus: boluses.bolus_id; NULL for bolus_added';
COMMENT ON COLUMN iob_snapshots.mudaliar_iob_units IS 'Insulin on board by the model that follows the set duration of insulin action, in units';
COMMENT ON COLUMN iob_snapshots.swan_iob_units IS 'Insulin on board by the model of the algorithm, over six hours, in units';
COMMENT ON COLUMN iob_snapshots.action_minutes IS 'Duration of insulin action, in minutes; NULL but for bolus_added';
COMMENT ON COLUMN iob_snapshots.timestamp IS 'When, pump''s wall clock';
COMMENT ON COLUMN iob_snapshots.timestamp_utc IS 'When, as an instant';
COMMENT ON COLUMN iob_snapshots.utc_offset_seconds IS 'timestamp minus timestamp_utc, in seconds';
COMMENT ON COLUMN iob_snapshots.utc_source IS 'How the instant was found, as in events.utc_source';
COMMENT ON COLUMN iob_snapshots.pump_id IS 'The pump: pumps.id';
COMMENT ON COLUMN iob_snapshots.id IS 'Identity, equal to events_id';
COMMENT ON COLUMN iob_snapshots.events_id IS 'The event: events.id';

INSERT INTO iob_snapshots BY NAME
WITH decoded AS (
    SELECT e.*, f AS field
    FROM iob_facts f JOIN events e USING (id)
    WHERE pump_id = ?1 AND id >= ?2
)
SELECT id, id AS events_id, pump_id, timestamp, timestamp_utc, utc_offset_seconds, utc_source,
       CASE event_id WHEN 206 THEN 'before_bolus' WHEN 207 THEN 'after_bolus' ELSE 'bolus_added' END AS moment,
       round(CASE WHEN event_id <> 195 THEN CASE field.selectedIob WHEN 0 THEN field.mudaliarIob WHEN 1 THEN field.swan6hrIob END END, 5) AS iob_units,
       round(field.insulinDelivered, 5) AS delivered_units, field.bolusId AS bolus_id,
       round(field.mudaliarIob, 5) AS mudaliar_iob_units, round(field.swan6hrIob, 5) AS swan_iob_units,
       -- 0xFFFFFFFF stands where nothing was delivered.
       nullif(field.insulinDurationMillis, 4294967295) / 60000.0 AS action_minutes
FROM decoded;
