# Three months at a glance, in Python. Run it with the path of a database, in a shell or cell by cell (each `# %%` is a cell):
#
#     pip install duckdb polars
#     python three_months.py ~/.local/share/tandem/tandem.db

# %% Open the database, read-only: `tandem` can go on writing.
import sys

import duckdb
import polars

database = duckdb.connect(sys.argv[1] if len(sys.argv) > 1 else "tandem.db", read_only=True)
# Instants are shown in UTC; days and hours come from local_time, which has no zone.
database.execute("SET TimeZone = 'UTC'")


def ask(question):
    """The answer as a data frame."""
    answer = database.execute(question)
    return polars.DataFrame(answer.fetchall(), schema=[column[0] for column in answer.description], orient="row")


# %% Glucose by month: mean, time in range, readings.
months = ask("""
    SELECT strftime(local_time, '%Y-%m') AS month, round(sum(cgm_reading * interval_seconds) / sum(interval_seconds), 1) AS mean_mgdl,
           round(time_in_range(cgm_reading, interval_seconds), 1) AS in_range_percent, count(*) AS readings
    FROM person_readings
    WHERE local_time >= (SELECT max(local_time) FROM person_readings) - INTERVAL 90 DAY
    GROUP BY month ORDER BY month
""")
print("Glucose by month\n", months)

# %% Each reading with what was going on. From here on, polars does the work.
context = ask("""
    SELECT cgm_reading, interval_seconds, automation, user_mode, hours_since_site_change, iob_units
    FROM cgm_context
    WHERE local_time >= (SELECT max(local_time) FROM cgm_context) - INTERVAL 90 DAY
""")
site_days = (
    context.drop_nulls("hours_since_site_change")
    .with_columns(site_day=(polars.col("hours_since_site_change") / 24).floor().cast(polars.Int64) + 1)
    .group_by("site_day")
    .agg(polars.col("cgm_reading").mean().round(1).alias("mean_mgdl"), polars.len().alias("readings"))
    .sort("site_day")
)
print("Glucose by day of the infusion site\n", site_days)

# %% Meals: the larger, the higher?
meals = ask("SELECT carbs_grams, peak - glucose_before AS rise FROM meals WHERE peak IS NOT NULL AND glucose_before IS NOT NULL")
rises = (
    meals.with_columns(grams=(polars.col("carbs_grams") // 20 * 20).cast(polars.Int64))
    .group_by("grams")
    .agg(polars.col("rise").mean().round().alias("mean_rise_mgdl"), polars.len().alias("meals"))
    .sort("grams")
)
print("Rise after meals, by grams of carbs (0 is 0 to 19)\n", rises)

# %% Insulin on complete days.
insulin = ask("""
    SELECT count(*) AS days, round(avg(total_units), 1) AS total, round(avg(basal_units), 1) AS basal, round(avg(bolus_units), 1) AS bolus
    FROM insulin_daily WHERE is_complete
""")
print("Insulin per complete day\n", insulin)
