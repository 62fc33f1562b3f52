-- What each destination of a push holds. Nothing here can be rebuilt: without it a document that is no longer wanted would stay
-- where it was pushed to.
--
-- No keys on the big table: DuckDB checks them too early for a row that is replaced within one transaction.
CREATE TABLE sinks (
    name         VARCHAR NOT NULL,
    since        TIMESTAMPTZ NOT NULL,
    last_pushed  TIMESTAMPTZ,
    stamp        VARCHAR
);
COMMENT ON TABLE sinks IS 'Destinations that documents were pushed to';
COMMENT ON COLUMN sinks.name IS 'The destination, for example nightscout https://example.org/';
COMMENT ON COLUMN sinks.since IS 'Documents from this instant on are kept there';
COMMENT ON COLUMN sinks.last_pushed IS 'When a push last finished; NULL before the first';
COMMENT ON COLUMN sinks.stamp IS 'State of the database that was pushed in full; NULL when there may be more to push';

CREATE TABLE sink_documents (
    sink          VARCHAR NOT NULL,
    identifier    VARCHAR NOT NULL,
    kind          VARCHAR NOT NULL,
    day           INTEGER NOT NULL,
    date_ms       BIGINT NOT NULL,
    content_hash  VARCHAR,
    pushed        TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE sink_documents IS 'The documents that each destination holds, one row per document';
COMMENT ON COLUMN sink_documents.sink IS 'The destination: sinks.name';
COMMENT ON COLUMN sink_documents.identifier IS 'Identifier of the document, the same in every database of this history';
COMMENT ON COLUMN sink_documents.kind IS 'Kind of the document, for example entries or boluses';
COMMENT ON COLUMN sink_documents.day IS 'UTC day of the document, in days since 1970';
COMMENT ON COLUMN sink_documents.date_ms IS 'Time of the document, in milliseconds since 1970';
COMMENT ON COLUMN sink_documents.content_hash IS 'MD5 of its content; NULL while it is not known whether it arrived';
COMMENT ON COLUMN sink_documents.pushed IS 'When it was last sent';

CREATE TABLE sink_days (
    sink    VARCHAR NOT NULL,
    kind    VARCHAR NOT NULL,
    day     INTEGER NOT NULL,
    digest  VARCHAR NOT NULL
);
COMMENT ON TABLE sink_days IS 'Days that a destination holds in full, so that unchanged days are not compared document by document';
COMMENT ON COLUMN sink_days.sink IS 'The destination: sinks.name';
COMMENT ON COLUMN sink_days.kind IS 'Kind of the documents';
COMMENT ON COLUMN sink_days.day IS 'UTC day, in days since 1970';
COMMENT ON COLUMN sink_days.digest IS 'Digest of the rows that the documents of the day were made from';
