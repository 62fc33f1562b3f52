-- A digest of the texts of each batch, by which `verify` notices that a raw event was edited. Batches of earlier versions have none.

ALTER TABLE raw_batches ADD COLUMN digest UBIGINT;
