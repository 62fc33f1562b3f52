-- Whose history the file holds. It cannot be rebuilt from the events.
CREATE TABLE accounts (
    account_id  VARCHAR PRIMARY KEY,
    first_seen  TIMESTAMPTZ NOT NULL
);
