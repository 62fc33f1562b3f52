"""Reads a lake with Spark: rows, people and sums of numbers per table, and each person's metrics by the SQL in a file. Prints JSON."""

import json
import pathlib
import sys

from pyspark.sql import SparkSession, functions

NUMBERS = ("int", "bigint", "double")


def main(lake, sql):
    options = {"spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false", "spark.sql.shuffle.partitions": "2",
               "spark.sql.session.timeZone": "UTC"}
    builder = SparkSession.builder.master("local[1]")
    for name, value in options.items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    tables = {}
    for folder in sorted(pathlib.Path(lake).glob("table=*")):
        name = folder.name.removeprefix("table=")
        table = spark.read.parquet(str(folder))
        table.createOrReplaceTempView(name)
        columns = [column for column, kind in table.dtypes if kind in NUMBERS and column not in ("pump", "month")]
        sums = [functions.sum(functions.col(column).cast("double")).alias(column) for column in columns]
        row = table.select(functions.count("*").alias("rows"), functions.countDistinct("person").alias("people"), *sums).first()
        tables[name] = row.asDict()
    metrics = {row["person"]: row.asDict() for row in spark.sql(pathlib.Path(sql).read_text()).collect()}
    print(json.dumps({"version": spark.version, "tables": tables, "metrics": metrics}))


main(*sys.argv[1:])
