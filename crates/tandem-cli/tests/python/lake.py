"""Reads every table of a lake with the readers that are named; prints rows and sums as each of them sees it."""

import json
import pathlib
import sys

import duckdb


def numbers(files):
    columns = duckdb.sql(f"DESCRIBE FROM read_parquet('{files}')").fetchall()
    return [name for name, kind, *_ in columns if kind in ("INTEGER", "BIGINT", "DOUBLE")]


def by_duckdb(folder, files, columns):
    sums = ", ".join(f"sum({column})::DOUBLE" for column in columns)
    query = f"SELECT count(*), count(DISTINCT month), {sums} FROM read_parquet('{files}', hive_partitioning = true)"
    return duckdb.sql(query).fetchall()[0]


def by_polars(folder, files, columns):
    import polars

    table = polars.scan_parquet(files, hive_partitioning=True)
    sums = [polars.col(column).cast(polars.Float64).sum() for column in columns]
    return table.select(polars.len(), polars.col("month").n_unique().alias("months"), *sums).collect().row(0)


def by_pyarrow(folder, files, columns):
    import pyarrow.compute
    import pyarrow.dataset

    table = pyarrow.dataset.dataset(folder, format="parquet", partitioning="hive").to_table()
    sums = [pyarrow.compute.sum(table[column].cast("float64")).as_py() for column in columns]
    return [table.num_rows, len(table["month"].unique()), *sums]


READERS = {"DuckDB": by_duckdb, "Polars": by_polars, "PyArrow": by_pyarrow}


def main(lake, *names):
    seen = {}
    folders = pathlib.Path(lake).glob("table=*")
    for folder in sorted(folder for folder in folders if list(folder.glob("**/month=*"))):
        files = f"{folder}/**/*.parquet"
        columns = numbers(files)
        counts = {name: [number or 0 for number in READERS[name](folder, files, columns)] for name in names}
        seen[folder.name.removeprefix("table=")] = {"columns": columns, "readers": counts}
    print(json.dumps(seen))


main(*sys.argv[1:])
