# Three months at a glance, in R without packages: `tandem query` answers, R counts and draws.
#
#     Rscript three_months.R ~/.local/share/tandem/tandem.db
#
# With the packages DBI and duckdb, dbGetQuery(dbConnect(duckdb::duckdb(), path, read_only = TRUE), question) takes the place of ask().

path <- commandArgs(trailingOnly = TRUE)[1]
tandem <- Sys.getenv("TANDEM", "tandem")

# The answer as a data frame. Times come as text: local_time has no zone, and R must not give it one.
ask <- function(question) {
  answer <- system2(tandem, c("query", "--db", shQuote(path), "--format", "csv", shQuote(question)), stdout = TRUE)
  if (!is.null(attr(answer, "status"))) stop("tandem cannot answer: ", question)
  read.csv(text = answer)
}

# Glucose by month: mean and time in range.
readings <- ask("
  SELECT strftime(local_time, '%Y-%m') AS month, hour(local_time) AS hour, cgm_reading, interval_seconds
  FROM person_readings
  WHERE local_time >= (SELECT max(local_time) FROM person_readings) - INTERVAL 90 DAY")
share_in_range <- function(r) 100 * sum(r$interval_seconds[r$cgm_reading >= 70 & r$cgm_reading <= 180]) / sum(r$interval_seconds)
by_month <- split(readings, readings$month)
months <- data.frame(
  month = names(by_month),
  mean_mgdl = sapply(by_month, function(r) round(weighted.mean(r$cgm_reading, r$interval_seconds), 1)),
  in_range_percent = sapply(by_month, function(r) round(share_in_range(r), 1)),
  readings = sapply(by_month, nrow),
  row.names = NULL)
print(months)

# The usual day: quartiles by hour, into a file.
quartiles <- sapply(split(readings$cgm_reading, readings$hour), quantile, probs = c(0.25, 0.5, 0.75))
print(round(quartiles))
pdf("usual_day.pdf", width = 8, height = 4)
matplot(as.integer(colnames(quartiles)), t(quartiles), type = "l", lty = c(2, 1, 2), col = "black", xlab = "hour", ylab = "mg/dL")
abline(h = c(70, 180), col = "grey")
invisible(dev.off())

# Do larger meals rise higher?
meals <- ask("SELECT carbs_grams, peak - glucose_before AS rise FROM meals WHERE peak IS NOT NULL AND glucose_before IS NOT NULL")
if (nrow(meals) > 2) print(round(coef(lm(rise ~ carbs_grams, meals)), 2))

# What came of changed settings?
print(ask("SELECT day, setting, change, mean_before_mgdl, mean_after_mgdl FROM settings_effects WHERE is_comparable"))
