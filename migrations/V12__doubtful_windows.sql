-- Answers that cannot be what the service has: they are asked for again.

ALTER TABLE fetch_windows ADD COLUMN doubt VARCHAR;
