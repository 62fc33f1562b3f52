-- Consensus metrics of each person of a lake: the same numbers under the same names as `tandem metrics --json`, which docs/metrics.md defines.
--
-- Runs in DuckDB and in Spark SQL as it is. It reads cgm_readings, basal_deliveries and boluses, with the lake's folders as columns.
-- What both engines do not share is written out: half-even rounding, seconds between two clocks, pieces of a span by day.
WITH recorded AS (
    SELECT person, CAST(local_time AS DATE) AS day, timestamp_utc, utc_source NOT IN ('factory_clock', 'future_clock') AS is_trusted FROM cgm_readings
    UNION ALL
    SELECT person, CAST(local_time AS DATE), timestamp_utc, utc_source NOT IN ('factory_clock', 'future_clock') FROM basal_deliveries
    UNION ALL
    SELECT person, CAST(local_time AS DATE), timestamp_utc, utc_source NOT IN ('factory_clock', 'future_clock') FROM boluses
), edges AS (
    -- Days of a clock that was never set count only where there are no others.
    SELECT person,
           coalesce(min_by(day, timestamp_utc) FILTER (WHERE is_trusted), min_by(day, timestamp_utc)) AS first_day,
           coalesce(max_by(day, timestamp_utc) FILTER (WHERE is_trusted), max_by(day, timestamp_utc)) AS last_day
    FROM recorded
    GROUP BY person
), windows AS (
    SELECT person, least(first_day, last_day) AS first_day, last_day FROM edges
), readings AS (
    SELECT r.person, CAST(r.cgm_reading AS DOUBLE) AS glucose, CAST(r.interval_seconds AS DOUBLE) / 60 AS minutes,
           CAST(r.local_time AS DATE) AS day, r.timestamp, r.utc_offset_seconds, r.timestamp_utc
    FROM cgm_readings r JOIN windows w ON w.person = r.person
    WHERE r.counts AND CAST(r.local_time AS DATE) >= w.first_day AND CAST(r.local_time AS DATE) <= w.last_day
), sums AS (
    SELECT person, count(*) AS n, sum(minutes) AS minutes, min(minutes) = max(minutes) AS has_one_interval, count(DISTINCT day) AS days,
           sum(minutes * glucose) / sum(minutes) AS mean,
           sum(CASE WHEN glucose < 54 THEN minutes ELSE 0 END) AS very_low,
           sum(CASE WHEN glucose >= 54 AND glucose < 70 THEN minutes ELSE 0 END) AS low,
           sum(CASE WHEN glucose >= 70 AND glucose <= 180 THEN minutes ELSE 0 END) AS in_range,
           sum(CASE WHEN glucose >= 70 AND glucose <= 140 THEN minutes ELSE 0 END) AS in_tight_range,
           sum(CASE WHEN glucose > 180 AND glucose <= 250 THEN minutes ELSE 0 END) AS high,
           sum(CASE WHEN glucose > 250 THEN minutes ELSE 0 END) AS very_high,
           max_by(timestamp, timestamp_utc) AS last_timestamp, max_by(utc_offset_seconds, timestamp_utc) AS last_offset_seconds
    FROM readings
    GROUP BY person
), squares AS (
    SELECT r.person, sum(r.minutes * (r.glucose - s.mean) * (r.glucose - s.mean)) / sum(r.minutes) AS mean_square
    FROM readings r JOIN sums s ON s.person = r.person
    GROUP BY r.person
), glucose AS (
    SELECT s.person, s.n, s.minutes, s.has_one_interval, s.days, s.mean,
           CASE WHEN s.n > 1 THEN sqrt(q.mean_square * s.n / (s.n - 1)) END AS sd,
           100 * s.very_low / s.minutes AS tbr2_lt54, 100 * s.low / s.minutes AS tbr1_54_69, 100 * (s.very_low + s.low) / s.minutes AS tbr_lt70,
           100 * s.in_range / s.minutes AS tir_70_180, 100 * s.in_tight_range / s.minutes AS titr_70_140,
           100 * s.high / s.minutes AS tar1_181_250, 100 * s.very_high / s.minutes AS tar2_gt250, 100 * (s.high + s.very_high) / s.minutes AS tar_gt180
    FROM sums s JOIN squares q ON q.person = s.person
), spans AS (
    -- How long before the person's last reading each was measured, by instants.
    SELECT r.person, r.minutes, s.last_timestamp - r.timestamp AS before_last, s.last_offset_seconds - r.utc_offset_seconds AS offset_seconds
    FROM readings r JOIN sums s ON s.person = r.person
), placed AS (
    SELECT person, minutes, CAST(extract(DAY FROM before_last) AS DOUBLE) * 86400 + CAST(extract(HOUR FROM before_last) AS DOUBLE) * 3600
           + CAST(extract(MINUTE FROM before_last) AS DOUBLE) * 60 + CAST(extract(SECOND FROM before_last) AS DOUBLE) - offset_seconds AS seconds_before_last
    FROM spans
), points AS (
    SELECT person, seconds_before_last, max(minutes) AS minutes FROM placed GROUP BY person, seconds_before_last
), distances AS (
    SELECT person, minutes,
           (seconds_before_last - lead(seconds_before_last) OVER (PARTITION BY person ORDER BY seconds_before_last DESC)) / 60 AS step
    FROM points
), steps AS (
    -- Half-even, as all roundings here.
    SELECT person, minutes, step, CASE WHEN step - floor(step) = 0.5 THEN floor(step) + floor(step) % 2 ELSE floor(step + 0.5) END AS whole_step
    FROM distances
), medians AS (
    SELECT person, median(step) AS step FROM steps WHERE step IS NOT NULL GROUP BY person
), intervals AS (
    SELECT person, greatest(CAST(CASE WHEN step - floor(step) = 0.5 THEN floor(step) + floor(step) % 2 ELSE floor(step + 0.5) END AS DOUBLE), 1) AS interval_minutes
    FROM medians
), gaps AS (
    SELECT s.person, sum(CASE WHEN s.whole_step > i.interval_minutes THEN s.whole_step - i.interval_minutes ELSE 0 END) AS missing_minutes,
           sum(CASE WHEN s.whole_step > s.minutes THEN s.whole_step - s.minutes ELSE 0 END) AS missing_of_own_minutes
    FROM steps s JOIN intervals i ON i.person = s.person
    GROUP BY s.person
), ends AS (
    SELECT person, max(seconds_before_last) / 60 AS span_minutes, max(CASE WHEN seconds_before_last = 0 THEN minutes END) AS last_minutes,
           CAST(sum(CASE WHEN seconds_before_last <= 14 * 86400 THEN 1 ELSE 0 END) AS DOUBLE) AS readings_of_14_days,
           sum(CASE WHEN seconds_before_last <= 14 * 86400 THEN minutes ELSE 0 END) AS minutes_of_14_days
    FROM placed
    GROUP BY person
), expectations AS (
    SELECT e.person, e.span_minutes, e.last_minutes, e.readings_of_14_days, e.minutes_of_14_days, i.interval_minutes, g.missing_of_own_minutes,
           g.missing_minutes / i.interval_minutes AS missing,
           CASE WHEN e.span_minutes - floor(e.span_minutes) = 0.5 THEN floor(e.span_minutes) + floor(e.span_minutes) % 2
                ELSE floor(e.span_minutes + 0.5) END / i.interval_minutes AS steps
    FROM ends e LEFT JOIN intervals i ON i.person = e.person LEFT JOIN gaps g ON g.person = e.person
), counted AS (
    SELECT person, span_minutes, last_minutes, readings_of_14_days, minutes_of_14_days, interval_minutes, missing_of_own_minutes,
           CASE WHEN missing - floor(missing) = 0.5 THEN floor(missing) + floor(missing) % 2 ELSE floor(missing + 0.5) END AS missing,
           CASE WHEN steps - floor(steps) = 0.5 THEN floor(steps) + floor(steps) % 2 ELSE floor(steps + 0.5) END + 1 AS expected
    FROM expectations
), wear AS (
    SELECT g.person,
           CASE WHEN c.interval_minutes IS NULL THEN NULL
                WHEN g.has_one_interval THEN 100 * CAST(c.expected - c.missing AS DOUBLE) / c.expected
                ELSE 100 * greatest(c.span_minutes + c.last_minutes - c.missing_of_own_minutes, 0) / (c.span_minutes + c.last_minutes) END AS active_percent,
           100 * CASE WHEN c.interval_minutes IS NULL THEN 0 WHEN g.has_one_interval THEN c.readings_of_14_days * c.interval_minutes
                      ELSE c.minutes_of_14_days END / (14 * 1440) AS active_percent_last_14_days,
           100 * CASE WHEN g.has_one_interval THEN g.n * coalesce(c.interval_minutes, 5) ELSE g.minutes END / (g.days * 1440) AS active_percent_of_calendar_days
    FROM glucose g JOIN counted c ON c.person = g.person
), deliveries AS (
    SELECT person, CAST(local_time AS DATE) AS day, CAST(commanded_basal_rate AS DOUBLE) AS rate,
           hour(local_time) * 3600 + minute(local_time) * 60 + second(local_time) AS begins,
           hour(local_time) * 3600 + minute(local_time) * 60 + second(local_time) + seconds AS ends,
           utc_offset_seconds, local_time - timestamp AS correction
    FROM basal_deliveries
    WHERE seconds > 0 AND commanded_basal_rate IS NOT NULL
), zoned AS (
    SELECT person, day, rate, begins, ends, CAST(utc_offset_seconds + extract(DAY FROM correction) * 86400 + extract(HOUR FROM correction) * 3600
           + extract(MINUTE FROM correction) * 60 + extract(SECOND FROM correction) AS DOUBLE) AS offset_seconds
    FROM deliveries
), digits AS (
    SELECT column_of_digits.digit FROM (VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)) AS column_of_digits(digit)
), numbers AS (
    SELECT a.digit + 10 * b.digit + 100 * c.digit AS days FROM digits a CROSS JOIN digits b CROSS JOIN digits c
), pieces AS (
    -- Almost all end on the day on which they begin or on the next one; a few last longer.
    SELECT person, day, rate, offset_seconds, begins, least(ends, 86400) AS ends FROM zoned
    UNION ALL
    SELECT person, day + 1, rate, offset_seconds + 86400, 86400, least(ends, 172800) FROM zoned WHERE ends > 86400
    UNION ALL
    SELECT z.person, z.day + n.days, z.rate, z.offset_seconds + 86400 * n.days, 86400 * n.days, least(z.ends, 86400 * (n.days + 1))
    FROM zoned z JOIN numbers n ON n.days >= 2 AND z.ends > 86400 * n.days
    WHERE z.ends > 172800
), reached AS (
    -- By instants, so that hours that several pumps logged count once.
    SELECT person, day, rate, begins - offset_seconds AS begins, ends - offset_seconds AS ends,
           max(ends - offset_seconds) OVER (PARTITION BY person, day ORDER BY begins - offset_seconds, ends - offset_seconds
                                            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS covered_until
    FROM pieces
), basal AS (
    SELECT person, day, sum(rate * (ends - begins)) / 3600000 AS units, sum(ends - begins) / 3600 AS logged_hours,
           sum(greatest(ends - greatest(begins, coalesce(covered_until, begins)), 0)) / 3600 AS hours
    FROM reached
    GROUP BY person, day
), complete_days AS (
    SELECT b.person, b.day, b.units
    FROM basal b JOIN windows w ON w.person = b.person
    WHERE b.day >= w.first_day AND b.day <= w.last_day AND b.hours >= 18 AND b.logged_hours - b.hours <= 5 / 60.0
), doses AS (
    SELECT person, CAST(local_time + (coalesce(started, timestamp) - timestamp) AS DATE) AS day, sum(coalesce(delivered_units, 0)) AS units
    FROM boluses
    GROUP BY person, CAST(local_time + (coalesce(started, timestamp) - timestamp) AS DATE)
), insulin AS (
    SELECT c.person, count(*) AS complete_insulin_days, sum(c.units) / count(*) AS basal_per_day, sum(coalesce(d.units, 0)) / count(*) AS bolus_per_day
    FROM complete_days c LEFT JOIN doses d ON d.person = c.person AND d.day = c.day
    GROUP BY c.person
)
SELECT w.person, coalesce(g.n, 0) AS n, g.mean, g.sd, 100 * g.sd / g.mean AS cv, 3.31 + 0.02392 * g.mean AS gmi,
       g.tbr2_lt54, g.tbr1_54_69, g.tbr_lt70, g.tir_70_180, g.titr_70_140, g.tar_gt180, g.tar1_181_250, g.tar2_gt250,
       least(3.0 * g.tbr2_lt54 + 2.4 * g.tbr1_54_69 + 1.6 * g.tar2_gt250 + 0.8 * g.tar1_181_250, 100) AS gri,
       a.active_percent, a.active_percent_last_14_days, a.active_percent_of_calendar_days,
       i.complete_insulin_days, i.basal_per_day + i.bolus_per_day AS tdd, i.basal_per_day, i.bolus_per_day
FROM windows w
LEFT JOIN glucose g ON g.person = w.person
LEFT JOIN wear a ON a.person = w.person
LEFT JOIN insulin i ON i.person = w.person
ORDER BY w.person
