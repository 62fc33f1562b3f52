-- Answers that cannot be what the service has: they are asked for again.

ALTER TABLE fetch_windows ADD COLUMN doubt VARCHAR;

-- Events that someone deleted from raw_events and that arrived again: they are not new.

ALTER TABLE raw_batches ADD COLUMN recovered BIGINT DEFAULT 0;
