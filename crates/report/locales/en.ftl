# The texts of reports and of the explorer, in English. Both catalogues have the same keys; a test compares them.

month-1 = January
month-short-1 = Jan
month-2 = February
month-short-2 = Feb
month-3 = March
month-short-3 = Mar
month-4 = April
month-short-4 = Apr
month-5 = May
month-short-5 = May
month-6 = June
month-short-6 = Jun
month-7 = July
month-short-7 = Jul
month-8 = August
month-short-8 = Aug
month-9 = September
month-short-9 = Sep
month-10 = October
month-short-10 = Oct
month-11 = November
month-short-11 = Nov
month-12 = December
month-short-12 = Dec
weekday-1 = Monday
weekday-short-1 = Mon
weekday-2 = Tuesday
weekday-short-2 = Tue
weekday-3 = Wednesday
weekday-short-3 = Wed
weekday-4 = Thursday
weekday-short-4 = Thu
weekday-5 = Friday
weekday-short-5 = Fri
weekday-6 = Saturday
weekday-short-6 = Sat
weekday-7 = Sunday
weekday-short-7 = Sun
# Dates and counts
date-with-weekday = { $weekday } { $day } { $month } { $year }
date-short = { $day } { $month }
date-whole = { $day } { $month } { $year }
window-within-month = { $day }–{ $last }
window-within-year = { $day } { $month } – { $last }
window-of-years = { $first } – { $last }
window-empty = { $date }, an empty window
duration-minutes = { $minutes } min
duration-hours = { $hours } h { $minutes } min
days =
    { $count ->
        [one] { $count } day
       *[other] { $count } days
    }
days-exact = { $days } days
readings =
    { $count ->
        [one] { $count } reading
       *[other] { $count } readings
    }
boluses =
    { $count ->
        [one] { $count } bolus
       *[other] { $count } boluses
    }
alarms =
    { $count ->
        [one] { $count } alarm
       *[other] { $count } alarms
    }
changes =
    { $count ->
        [one] { $count } change
       *[other] { $count } changes
    }
lows =
    { $count ->
        [one] { $count } low
       *[other] { $count } lows
    }
highs =
    { $count ->
        [one] { $count } high
       *[other] { $count } highs
    }
every-days = every { $days } days
last-days =
    { $count ->
        [one] last day
       *[other] last { $count } days
    }
by-day = by day
by-week = by week
by-month = by month
by-hour = by hour of day

# The head of the page
title = Glucose and insulin
skip = Skip to the report
parts = Parts of the report
name = Name
born = Born
born-short = born
pump = Pump
time-zone = Time zone
made = Made
part-summary = Summary
part-glucose = Glucose
part-pump = Insulin and pump
part-settings = Pump settings
part-episodes = Episodes
part-days = Days
page-number = Page { $page } of { $pages }
margin-note = Evidence, not advice · tandem
evidence = Definition and data
before = before { $value }
before-colon = before: { $value }
goal = goal { $goal }
goal-below = goal below { $goal }
goal-up-to = goal up to { $goal }
none = none
automatic = automatic
no-data = no data
unknown = unknown
no-days = There are no days in this window.
no-readings = no readings
nothing-on-record = nothing on record
nothing-on-day = Nothing on record on this day.
about-the-data = About the data
note-empty-window = The window is empty: there is nothing to report.
note-no-readings = No CGM readings in this window. Glucose figures are left empty.
note-no-insulin = No insulin on record in this window. Pump figures are left empty.
note-few-readings = Few data: { $time } of sensor time ({ $readings }), { $wear } % of the window. Fourteen days with at least 70 % wear are recommended before relying on these figures.
note-missing-insulin = Insulin is on record for { $with } of { $days }. Averages leave the other days out.
note-unknown-basal = The basal rate is unknown on { $count }. Totals of these days are unknown, too.
note-overlapping-pumps = Two pumps logged basal at the same time on { $count }. Such days are incomplete and excluded from the averages.
note-unknown-boluses = The pump logged an impossible amount for { $count }. What was delivered is unknown and counts in no total.
wear-of = wear { $wear }
insulin-days = { $days } with insulin on record, { $complete } complete
closing-evidence = Evidence, not advice.
closing-no-advice = This page shows what the pump and the sensor recorded. It recommends no dose and no setting; talk about changes with the care team.
audience = type 1 and type 2 diabetes
closing-sources = Ranges and goals for { $audience }: international consensus, Battelino et al. 2019. The ambulatory profile follows published methods; it is not the licensed AGP report of any institute. Made on this computer by tandem from the records of the pump; nothing on this page is loaded from elsewhere.

# Summary
summary-changes = What changed
summary-patterns = Strongest patterns
summary-missing = Missing data
change-nothing-before = There are no data from before to compare with.
change-against = Compared with { $window }:
change-in-range =
    { $direction ->
        [up] Time in range rose from { $before } to { $now }.
        [down] Time in range fell from { $before } to { $now }.
       *[same] Time in range stayed at { $now }.
    }
change-below =
    { $direction ->
        [up] Time below range rose from { $before } to { $now }.
        [down] Time below range fell from { $before } to { $now }.
       *[same] Time below range stayed at { $now }.
    }
change-very-high =
    { $direction ->
        [up] Very high glucose rose from { $before } to { $now } of the time.
        [down] Very high glucose fell from { $before } to { $now } of the time.
       *[same] Very high glucose stayed at { $now } of the time.
    }
change-gmi =
    { $direction ->
        [up] The GMI rose from { $before } to { $now }.
        [down] The GMI fell from { $before } to { $now }.
       *[same] The GMI stayed at { $now }.
    }
change-insulin =
    { $direction ->
        [up] Insulin per day rose from { $before } to { $now }.
        [down] Insulin per day fell from { $before } to { $now }.
       *[same] Insulin per day stayed at { $now }.
    }
change-carbs =
    { $direction ->
        [up] Carbohydrates entered per day rose from { $before } to { $now }.
        [down] Carbohydrates entered per day fell from { $before } to { $now }.
       *[same] Carbohydrates entered per day stayed at { $now }.
    }
pattern-none = No pattern stands out.
pattern-high = Between { $from } and { $to }, { $share } % of the readings are above { $threshold }; over the whole day { $whole } %.
pattern-lows = { $count } of { $all } lows begin between { $from } and { $to }.
pattern-weekdays = { $worst }s have the least time in range ({ $low } %), { $best }s the most ({ $high } %).
pattern-longest-high = The longest high lasted { $time }, from { $at } on { $date }, up to { $peak }.
pattern-lowest = The lowest reading was { $glucose }, at { $at } on { $date }.
missing-nothing = Nothing: readings and insulin are complete.
missing-gaps =
    Readings cover { $wear } of the time. { $count ->
        [one] One gap of { $longest }.
       *[other] { $count } gaps of an hour or more, { $all } together; the longest { $longest }.
    }
missing-glucose-days =
    { $count ->
        [one] One day
       *[other] { $count } days
    } without any reading: { $days }.
missing-insulin-days =
    { $count ->
        [one] One day
       *[other] { $count } days
    } with less than 18 hours of basal on record, left out of the averages: { $days }.
missing-settings = The pump's settings are not on record.

# Glucose
figure-ranges = Time in ranges
figure-key = Key figures
figure-profile = Ambulatory glucose profile
figure-small = Daily glucose
figure-trend-weeks = Time in ranges by week
figure-trend-months = Time in ranges by month
figure-calendar = Time in range by day
figure-week-map = Time in range by weekday and hour
nothing-readings = No CGM readings in this window.
range-very-high = Very high
range-high = High
range-in = In range
range-low = Low
range-very-low = Very low
above-edge = above { $edge }
below-edge = below { $edge }
head-range = Range
head-share = Share
head-together = Together
tile-mean = Mean glucose
tile-gmi = GMI
tile-cv = Variability (CV)
tile-tight = In tight range
tile-gri = Risk index (GRI)
tile-wear = Sensor wear
tile-own-target = In own target
gri-zone = zone { $zone }
profile-too-few = Less than a day of readings: no profile is drawn.
profile-empty = Glucose by time of day, without readings.
profile-said = Glucose by time of day. The median is lowest with { $lowest } at { $lowesttime } and highest with { $highest } at { $highesttime }.
median = median
numbers-by-hour = Numbers by hour
numbers-by-day = Numbers by day
hour = Hour
head-readings = Readings
percent-in-range = { $share } % in range
percent-below = { $share } % below
percent-above = { $share } % above
chart-trend = Time in ranges; time in range from { $lowest } % to { $highest } %
calendar-said = { $year }: { $count } of { $all } days with at least 70 % in range

# Insulin and pump
figure-insulin = Insulin
figure-boluses = Boluses
figure-carbs = Carbohydrates
figure-modes = Control-IQ and activities
figure-changes = Sites and sensors
figure-alarms = Alarms by hour
nothing-insulin = No insulin on record in this window.
nothing-boluses = No boluses on record in this window.
nothing-carbs = No carbohydrates on record in this window.
nothing-changes = No site or sensor changes on record in this window.
nothing-alarms = No alarms on record in this window.
chart-insulin = Units of insulin a day, up to { $top } U; the numbers are in the table below
chart-boluses = Boluses a day, by hand and automatic, up to { $top }
chart-carbs = Grams of carbohydrates entered a day, up to { $top }
legend-basal = basal
legend-meal = meal and other bolus
legend-correction = correction
legend-automatic = automatic correction
legend-by-hand = bolus by hand
legend-automatic-boluses = automatic bolus
legend-carbs = grams entered
legend-extended = its extended part
legend-basal-loop = basal by Control-IQ
legend-basal-manual = basal by profile or temporary rate
legend-suspended = suspended
legend-alarm = alarm or alert
head-day = Day
head-basal = Basal U
head-meal = Meal U
head-correction = Correction U
head-automatic = Automatic U
head-other = Other U
head-total = Total U
head-boluses = Boluses
head-carbs = Carbs g
head-basal-hours = Basal h
head-part = Part
head-when = When
head-how-often = How often
head-name = Name
head-times = Times
lane-cannula = Cannula
lane-tubing = Tubing
lane-cartridge = Cartridge
lane-sensor = Sensor
kind-alerts = alerts
kind-cgm-alerts = CGM alerts
kind-alarms = alarms
kind-malfunctions = malfunctions
alarms-by-name = Alarms by name
tile-tdd = Total daily dose
tile-basal = Basal share
tile-meal = Meal boluses
tile-auto = Automatic corrections
tile-boluses = Boluses by hand
tile-carbs = Carbohydrates
tile-tdd-note = { $units } over { $days } with any insulin
tile-basal-note = basal { $basal }, bolus { $bolus }
tile-boluses-note = { $automatic } automatic a day, { $overridden } overridden in all
tile-meal-note = and { $units } U corrections
tile-auto-note = { $share } % of all insulin
unit-u = U
unit-percent = %
unit-u-a-day = U a day
unit-a-day = a day
unit-g-a-day = g a day
unit-u-per-h = U/h
unit-g-per-u = g/U
unit-per-u = { $unit } per U
mode-control-iq = Control-IQ
mode-sleep = Sleep
mode-exercise = Exercise
mode-of-control = { $part } of { $whole } with a pump in control
mode-of = { $part } of { $whole } on record
suspended-in-all = Delivery was suspended for { $time } in all.

# Settings
figure-in-effect = Settings in effect
figure-setting-changes = Changes in this period
settings-since = { $pump } · known from { $at }
nothing-settings = No pump settings on record.
no-setting-changes = No setting changed in this period, as far as the uploads show.
profile-active = active profile
profile-basal = { $units } U basal in 24 h
head-from = From
head-setting = Setting
head-before = Before
head-after = After
segment-basal = Basal
segment-carb-ratio = Carb ratio
segment-correction = Correction factor
segment-target = Target
group-control-iq = Control-IQ
group-sleep = Sleep schedules
group-limits = Limits
group-cgm-alerts = CGM alerts
group-pump = Pump
group-reminders = Reminders
setting-active = in use
setting-insulinDuration = insulin duration
setting-maxBolus = maximum bolus
setting-carbEntry = bolus entry
setting-controlIqSettings-closedLoop = Control-IQ
setting-controlIqSettings-weight = Weight
setting-controlIqSettings-weightUnit = Unit of weight
setting-controlIqSettings-totalDailyInsulin = Total daily insulin
setting-controlIqSettings-sleepSchedule0 = Sleep schedule 1
setting-controlIqSettings-sleepSchedule1 = Sleep schedule 2
setting-controlIqSettings-sleepSchedule2 = Sleep schedule 3
setting-controlIqSettings-sleepSchedule3 = Sleep schedule 4
setting-basalLimitSettings-basalLimit = Basal limit (U/h)
setting-globalMaxBolusSettings-maxBolus = Maximum bolus
setting-cgmSettings-highGlucoseAlertEnabled = High alert
setting-cgmSettings-highGlucoseAlertMgPerDl = High alert at
setting-cgmSettings-highGlucoseAlertDurationMin = High alert again after
setting-cgmSettings-lowGlucoseAlertEnabled = Low alert
setting-cgmSettings-lowGlucoseAlertMgPerDl = Low alert at
setting-cgmSettings-lowGlucoseAlertDurationMin = Low alert again after
setting-cgmSettings-riseRateAlertEnabled = Rise alert
setting-cgmSettings-riseRateAlertLevel = Rise alert level
setting-cgmSettings-fallRateAlertEnabled = Fall alert
setting-cgmSettings-fallRateAlertLevel = Fall alert level
setting-cgmSettings-sensorTimeoutEnabled = Out of range alert
setting-cgmSettings-sensorTimeoutMinutes = Out of range after
setting-pumpSettings-lowInsulinThreshold = Low insulin alert at
setting-pumpSettings-cannulaPrimeSize = Cannula fill
setting-pumpSettings-autoShutdownEnabled = Auto-off
setting-pumpSettings-autoShutdownDuration = Auto-off after
setting-reminders-lowBgReminder-enabled = Low glucose reminder
setting-reminders-lowBgReminder-frequencyMinutes = Low glucose reminder after
setting-reminders-highBgReminder-enabled = High glucose reminder
setting-reminders-highBgReminder-frequencyMinutes = High glucose reminder after
setting-reminders-afterBolusReminder-enabled = After-bolus reminder
setting-reminders-afterBolusReminder-frequencyMinutes = After-bolus reminder after
setting-reminders-siteChangeReminder-enabled = Site reminder
setting-reminders-siteChangeDays = Site reminder after
setting-localizationSettings-glucoseUom = Unit of glucose
value-MilligramsPerDeciliter = mg/dL
value-MillimolesPerLiter = mmol/L
value-UnitsAsCarbs = grams
value-Pounds = lb
value-Kilograms = kg
switch-on = on
switch-off = off

# Episodes
figure-counts = How many
figure-list = One by one
episode-low = Low, below { $edge }
episode-very-low = Very low, below { $edge }
episode-extended-low = Extended low, over 2 h below { $edge }
episode-high = High, above { $edge }
episode-very-high = Very high, above { $edge }
episode-extended-high = Extended high, 90 min above { $edge }
also-low = low
also-very-low = very low
also-extended-low = extended low
also-high = high
also-very-high = very high
also-extended-high = extended high
head-kind = Kind
head-count = Count
head-per-week = Per week
head-before-per-week = Before, per week
head-mean-length = Mean length
head-mean-glucose = Mean glucose
head-length = Length
head-lowest = Lowest
head-highest = Highest
head-mean = Mean
head-also = Also
more-episodes = and { $count } more, which are not listed here

# Days
lane-glucose = Glucose
lane-glucose-said = Glucose from { $low } to { $high } { $unit }
lane-bolus = Bolus
lane-bolus-said = { $boluses }, { $units } U in all
lane-basal = Basal
lane-basal-said = Basal as delivered, { $units } in all
lane-on-board = On board
lane-on-board-said = Insulin on board as the pump calculates it, at most { $units } U
mark-site = new site
mark-sensor = new sensor
sheets-of-last = The last { $count } days follow one by one; `tandem explore` shows every day.
day-mean = mean { $mean }
day-insulin = { $total } (basal { $basal })
day-overlap = two pumps logged basal at the same time for { $hours } h: incomplete
day-unknown-boluses = { $boluses } of unknown size
day-only-basal = only { $hours } h of basal on record
day-length = the clock changed: { $hours } hours
no-insulin-on-day = no insulin on record

# Definitions
define-ranges = Share of the time with readings in each range; the edges belong to the range nearer to target. The whole percentages add up to 100, any remainder from rounding counted as high. Goals: international consensus (Battelino et al. 2019).
define-key = Each figure has its own definition: click its name.
define-mean = Mean glucose over the time with readings in the window.
define-gmi = Glucose management indicator: 3.31 + 0.02392 × mean in mg/dL. An estimate of A1c from sensor data; it may differ from the laboratory. Bergenstal et al. 2018.
define-cv = Coefficient of variation: standard deviation ÷ mean. Up to 36 % is called stable.
define-tight = Share of time in the tight range, edges included.
define-own-target = Share of time in the target range of the configuration (`[targets]`), edges included.
define-gri = Glycemia risk index: 3.0 × very low + 2.4 × low + 1.6 × very high + 0.8 × high, from 0 to 100. Zone A up to 20, B to 40, C to 60, D to 80, E above. Klonoff et al. 2022.
define-wear = Readings there are, of those a sensor gives in the elapsed time of the window. At least 70 % of 14 days are recommended before relying on the other figures.
define-profile = All days of the window laid over one another by the time of day. Within each hour: the median (line), half of the readings (dark band, 25 to 75 %), nine in ten (pale band, 5 to 95 %), coloured by the glucose range they pass through. Hours are smoothed with their neighbours 1-4-1. An hour without readings stays empty.
define-small-days = Each day from midnight to midnight; glucose from 0 to 350 mg/dL (0 to 19.4 mmol/L). The percentage is that day's time in range. A line is broken where readings are missing.
define-tdd = Total daily dose: basal plus bolus delivered, averaged over complete days, those with at least 18 hours of basal on record and one pump at any time.
define-basal-share = Basal ÷ total of the same complete days. Under Control-IQ the basal rate also carries corrections, so the split means less than it did.
define-auto-correction = Boluses Control-IQ gave by itself, units per day and as a share of all insulin. Every day of the window with insulin on record counts.
define-control-iq = Time in closed loop ÷ time in which a pump was in control. Hours without a pump are left out.
define-sleep = Time the pump's sleep activity was on ÷ the time with basal on record.
define-exercise = Time the pump's exercise activity was on ÷ the time with basal on record.
define-boluses = Boluses per day with insulin on record, by hand and automatic. In longer periods a column is the mean of its days.
define-carbs = Carbohydrates entered, per day with insulin on record. In longer periods a column is the mean of its days.
define-daily-insulin = Units delivered per calendar day: basal, boluses for meals, corrections the person gave, corrections Control-IQ gave. A bolus belongs to the day it started; one for food and correction is split in proportion to what was requested. Pale days have less than 18 hours of basal on record, or two pumps that logged basal at the same time, and are excluded from the averages. In longer periods a column is the mean of its days with insulin on record.
define-changes = When cannula, tubing and cartridge were filled and sensors were started, as the pump logged it.
define-alarms = Alarms and alerts of the window by the hour of day they were raised, in the words the pump shows.
define-episodes = At least 15 minutes beyond a threshold, over after 15 minutes back inside; a shorter recovery belongs to it. Extended: more than two hours below the low threshold, or 90 of 120 minutes above the very high one. Very low lies inside low, very high inside high. Gaps of more than 45 minutes end an episode. Per week means per seven days of readings, so that periods of different length or wear can be compared. Battelino et al. 2023.
define-day = One day on one time axis. Glucose against the target range; boluses with dose and carbohydrates; basal as it was delivered; insulin on board as the pump calculated it; activities; alarms as marks. On the days the clock changes the axis has 23 or 25 hours.
define-settings = The pump's settings as its uploads carried them. A change is known from the upload that first shows it; when it was made in between is not known.
define-trends = The shares of each range in each week or month, each day weighing by its readings. Weeks begin on Monday.
define-week-map = Share of readings in range in each hour of the week, all weeks of the window together.
define-summary = Differences are between this period and the one of the same length before it. A part of the day is named if its readings are above range at least 20 % of the time and 8 points more often than over the whole day; weekdays if they differ by 10 points or more.
# The explorer; «name» is filled in by its script
explore-title = Explorer
explore-everything = This file contains the whole history: every reading, dose, alarm and setting. Anyone who has the file can read all of it. It works offline and sends nothing.
explore-needs-script = The explorer needs JavaScript.
explore-tools = Move and zoom
explore-earlier = Earlier
explore-later = Later
explore-6-hours = 6 h
explore-day = Day
explore-3-days = 3 days
explore-week = Week
explore-2-weeks = 2 weeks
explore-month = Month
explore-year = Year
explore-all = All
explore-date = Go to date
explore-low-before = Previous low
explore-low-after = Next low
explore-keep-a = Use view as A
explore-keep-b = Use view as B
explore-picture = Glucose, boluses, basal, insulin on board, activities and alarms over time. Arrow keys move, plus and minus zoom, L goes to the next low, G to a date.
explore-keys = Drag to move, scroll or pinch to zoom, double-click to zoom in. Keys: arrows, + and −, Page Up and Down, Home and End, L and Shift+L for lows, G for a date.
explore-said = «period»: «readings» readings, «inside» in range, «below» below; mean «mean».
explore-said-empty = «period»: no readings.
explore-now = The period in view
explore-in-view = In view
explore-compare = Two periods compared
explore-compare-how = Show a period, then choose “Use view as A”; show another and choose “Use view as B”.
explore-week-map = Time in range by weekday and hour
explore-lows = Lows in the period in view
explore-changes = Changes of the pump's settings
explore-evidence = Definitions and data
explore-evidence-text = Shares and mean are those of `tandem metrics`; the profile is the one of the report. Insulin per day is what was delivered, divided by the days with basal on record. The rows behind the period in view:
explore-evidence-event = `tandem explain ID` shows the events behind any row.
explore-mean = Mean
explore-cv = CV
explore-readings = Readings
explore-insulin-a-day = Insulin a day
explore-basal-a-day = Basal a day
explore-automatic-a-day = Automatic boluses a day
explore-carbs-a-day = Carbohydrates a day
explore-profiles-said = Glucose by time of day: median and middle half of each period
explore-low-said = down to «lowest», «minutes» min
explore-bolus = Bolus
explore-basal = Basal
explore-show-in = Show «unit»
explore-legend-profile = profile's basal rate
explore-legend-board = insulin on board
explore-legend-setting = settings changed
explore-legend-site = new site
explore-legend-sensor = new sensor
explore-lane-bolus = Bolus
explore-lane-basal = Basal
explore-lane-board = IOB
explore-lane-day = U/day

# Alarms and alerts in the words that the pump shows, by the dictionary's names of them
alarm-fixed_low = Urgent low glucose
alarm-user_high_egv = High glucose
alarm-user_low_egv = Low glucose
alarm-calibration_request = Calibrate CGM
alarm-rise = Glucose rising
alarm-rapid_rise = Glucose rising rapidly
alarm-fall = Glucose falling
alarm-rapid_fall = Glucose falling rapidly
alarm-calib_error = Calibration error
alarm-calib_high_wedge = Calibration error, try later
alarm-sensor_failed = Sensor failed
alarm-sensor_expiring = Sensor expires soon
alarm-sensor_expired = Sensor expired: replace sensor
alarm-out_of_range = CGM out of range
alarm-calib_start_first = Enter first calibration
alarm-calib_start_second = Enter second calibration
alarm-calib_required = Calibration required
alarm-low_tx_battery = Low transmitter battery
alarm-transmitter_error = Transmitter error
alarm-sensor_expiring_soon = Sensor expires soon
alarm-urgent_low_soon = Urgent low soon
alarm-sensor_reuse = Sensor was used before
alarm-sensor_temp = Sensor temperature
alarm-connection_error = CGM connection error
alarm-check_sensor = Check sensor
alarm-egv_unusable = Glucose readings not available
alarm-grace_period_start = Sensor grace period started
alarm-grace_period_expiring_soon = Sensor grace period ends soon
alarm-liq_low = Low insulin
alarm-usb_insuff_current = Power source: insufficient current
alarm-lipo_low = Low power
alarm-lipo_very_low = Low power: charge pump
alarm-nvm = Data error
alarm-auto_off = Auto-off
alarm-basal_rate_limit = Max basal
alarm-lipo_cant_charge = Power source: battery cannot charge
alarm-basal_rate_too_low = Min basal
alarm-usb_not_recognized = Power source: USB not recognized
alarm-bad_pc_com = Connection error
alarm-incomplete_bolus = Incomplete bolus
alarm-incomplete_temp_rate = Incomplete temp rate
alarm-incomplete_cartridge = Incomplete cartridge change
alarm-incomplete_tubing = Incomplete fill tubing
alarm-incomplete_cannula = Incomplete fill cannula
alarm-incomplete_setting = Incomplete setting
alarm-liq_very_low = Very low insulin
alarm-abs_max_basal_limit = Max basal limit reached
alarm-stuck_button = Screen on/quick bolus button
alarm-cgm_support_package_error = CGM software error
alarm-fsl2_support_package_error = FreeStyle Libre 2 software error
alarm-stk_csp_req = CGM software required
alarm-usb_shutdown = USB shutdown
alarm-cgm_many_sensors = Several sensors found
alarm-cgm_graph_removal = CGM graph hidden
alarm-basal_rate_low = Basal rate low
alarm-cgm_incomplete_cal = Incomplete calibration
alarm-cgm_cal_timeout = Calibration time-out
alarm-cgm_invalid_tx_id = Invalid transmitter ID
alarm-debug_info_declared = Diagnostic information saved
alarm-open_sesame = Service mode
alarm-quick_bolus_abort = Quick bolus cancelled
alarm-many_failed_quick_bolus = Quick bolus failed several times
alarm-ap_alert = Control-IQ alert
alarm-stk_exchange_req = Software exchange required
alarm-stk_odyssey_req = Software update required
alarm-stk_invalid = Invalid software key
alarm-cgm_tx_eol = Transmitter expired
alarm-cgm_ble_sd = CGM Bluetooth error
alarm-cgm_ble_hw_watchdog = CGM Bluetooth restarted
alarm-cgm_ble_hw_timeout = CGM Bluetooth time-out
alarm-cgm_incompatible = CGM not compatible
alarm-cgm_tx_expiring_soon_1 = Transmitter expires soon
alarm-cgm_tx_expiring_soon_2 = Transmitter expires soon
alarm-cgm_tx_expiring_startup = Transmitter expires during session
alarm-tz_incomplete_setting = Incomplete Control-IQ setting
alarm-cgm_no_readings = CGM unavailable
alarm-prime_limit = Fill limit reached
alarm-tz_hyper_light = Control-IQ high
alarm-tz_hypo_light = Control-IQ low
alarm-tz_iidm = Control-IQ max insulin
alarm-ble_crash_dump = Bluetooth error
alarm-mh_paired = Mobile device paired
alarm-ble_hw_error = Bluetooth hardware error
alarm-user_set_max_basal = Basal limit
alarm-sensor = Sensor error
alarm-com_log_error_logged = Communication error
alarm-fcl_automation_off = Automation off
alarm-controller_connection_lost = Connection to controller lost
alarm-lipo_super_low = Battery almost empty
alarm-lipo_insuff_power = Not enough power
alarm-btle_pairing_timeout = Pairing code time-out
alarm-delivery_not_stopped = Delivery error
alarm-spool_move = Cartridge error
alarm-occlusion = Occlusion
alarm-no_startup_ack = Reset
alarm-obe = Pump error
alarm-p2 = Pump error
alarm-vent_not_working = Vent error
alarm-auto_off_triggered = Auto-off
alarm-liq_out = Empty cartridge
alarm-liq_ex = Cartridge error
alarm-temperature_oor = Temperature
alarm-temperature_xdcr = Temperature sensor error
alarm-fluid_change_obsolete = Cartridge change
alarm-user_date_invalid = Set date and time
alarm-lipo_temperature = Battery temperature
alarm-delivery_request_fail = Delivery error
alarm-cant_home_obsolete = Cartridge error
alarm-state_suspend = Resume pump
alarm-unicorn_do_not_use = Pump error
alarm-motor_picasso = Pump error
alarm-pressure_disagree = Pressure error
alarm-generic = Pump alarm
alarm-patm = Altitude
alarm-cart_removed = Cartridge removed
alarm-occlusion_the_younger = Occlusion
alarm-motor_cart_range_low = Cartridge error
alarm-motor_stall = Pump error
alarm-motor_vent_stall = Pump error
alarm-no_cartridge_detected = Cartridge cannot be detected
alarm-motor_hall_effect_fail = Pump error
alarm-motor_failure_mode = Pump error
alarm-motor_prime_stall_obe = Pump error
alarm-auxcpu_system_reset = Reset
alarm-software = Malfunction (software)
alarm-cpu_core = Malfunction (cpu core)
alarm-arm_msp_com = Malfunction (arm msp com)
alarm-lipo = Malfunction (lipo)
alarm-touchscreen = Malfunction (touchscreen)
alarm-display = Malfunction (display)
alarm-msp = Malfunction (msp)
alarm-motor = Malfunction (motor)
alarm-external_bins = Malfunction (external bins)
alarm-sw_init = Malfunction (sw init)
alarm-vibe = Malfunction (vibe)
alarm-periph_power = Malfunction (periph power)
alarm-datalog = Malfunction (datalog)
alarm-speaker = Malfunction (speaker)
alarm-msp_supply = Malfunction (msp supply)
alarm-cal_data = Malfunction (cal data)
alarm-btle = Malfunction (btle)
alarm-ap = Malfunction (ap)
alarm-rtc = Malfunction (rtc)
alarm-arm_ble_com = Malfunction (arm ble com)
alarm-overtravel_stall = Malfunction (overtravel stall)
alarm-undertravel_stall = Malfunction (undertravel stall)
alarm-pushoff_stall = Malfunction (pushoff stall)
alarm-hw_crypto_fail = Malfunction (hw crypto fail)
