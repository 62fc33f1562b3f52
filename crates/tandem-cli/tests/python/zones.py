"""Adds up every time of every table and view, in a session of each of the given zones; prints the sums."""

import json
import sys

import duckdb


def times(connection, relation):
    columns = connection.sql(f"DESCRIBE {relation}").fetchall()
    return [name for name, kind, *_ in columns if kind.startswith("TIMESTAMP")]


def sums(path, zone):
    connection = duckdb.connect(path, read_only=True)
    connection.execute(f"SET TimeZone = '{zone}'")
    found = {}
    for (relation,) in connection.sql("SELECT table_name FROM information_schema.tables ORDER BY ALL").fetchall():
        for column in times(connection, relation):
            total = connection.sql(f"SELECT sum(epoch_us({column}))::VARCHAR FROM {relation}").fetchone()[0]
            found[f"{relation}.{column}"] = total
    return found


path, *zones = sys.argv[1:]
print(json.dumps([sums(path, zone) for zone in zones]))
