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

CREATE TABLE sink_documents (
    sink          VARCHAR NOT NULL,
    identifier    VARCHAR NOT NULL,
    kind          VARCHAR NOT NULL,
    day           INTEGER NOT NULL,
    date_ms       BIGINT NOT NULL,
    content_hash  VARCHAR,
    pushed        TIMESTAMPTZ NOT NULL
);

CREATE TABLE sink_days (
    sink    VARCHAR NOT NULL,
    kind    VARCHAR NOT NULL,
    day     INTEGER NOT NULL,
    digest  VARCHAR NOT NULL
);
