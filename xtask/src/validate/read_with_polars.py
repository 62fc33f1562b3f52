"""Adds the glucose readings up with Polars: out of a DuckDB file, and out of exported Parquet."""

import json
import pathlib
import sys

import duckdb
import polars

database, folder = sys.argv[1:]
connection = duckdb.connect(database, read_only=True)
readings = polars.read_database("SELECT * FROM cgm_readings", connection)
files = list(pathlib.Path(folder).glob("cgm_readings*.parquet"))
print(json.dumps({
    "version": f"polars {polars.__version__}",
    "columns": readings.width,
    "database": readings["cgm_reading"].sum(),
    "parquet": polars.read_parquet(files)["cgm_reading"].sum(),
}))
