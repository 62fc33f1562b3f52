"""Makes a database of tandem-fetch in the form of the newest DuckDB, and its copy in an older form, as the hint says."""

import sys

import duckdb

newest, copy, event = sys.argv[1:]
connection = duckdb.connect(newest)
connection.execute("CREATE TABLE raw_events (id INTEGER PRIMARY KEY, created TIMESTAMP NOT NULL, raw_event_data JSON NOT NULL)")
connection.execute("INSERT INTO raw_events VALUES (1, now(), ?)", [event])
connection.close()

connection = duckdb.connect()
connection.execute(f"ATTACH '{newest}' AS it (READ_ONLY); ATTACH '{copy}' AS copy (STORAGE_VERSION 'v1.4.0'); COPY FROM DATABASE it TO copy")
connection.close()
print(duckdb.__version__)
