# The texts of reports and of the explorer, in German. Both catalogues have the same keys; a test compares them.

month-1 = Januar
month-short-1 = Jan.
month-2 = Februar
month-short-2 = Feb.
month-3 = März
month-short-3 = März
month-4 = April
month-short-4 = Apr.
month-5 = Mai
month-short-5 = Mai
month-6 = Juni
month-short-6 = Juni
month-7 = Juli
month-short-7 = Juli
month-8 = August
month-short-8 = Aug.
month-9 = September
month-short-9 = Sept.
month-10 = Oktober
month-short-10 = Okt.
month-11 = November
month-short-11 = Nov.
month-12 = Dezember
month-short-12 = Dez.
weekday-1 = Montag
weekday-short-1 = Mo
weekday-2 = Dienstag
weekday-short-2 = Di
weekday-3 = Mittwoch
weekday-short-3 = Mi
weekday-4 = Donnerstag
weekday-short-4 = Do
weekday-5 = Freitag
weekday-short-5 = Fr
weekday-6 = Samstag
weekday-short-6 = Sa
weekday-7 = Sonntag
weekday-short-7 = So
# Dates and counts
date-with-weekday = { $weekday }, { $day }. { $month } { $year }
date-short = { $day }. { $month }
date-whole = { $day }. { $month } { $year }
window-within-month = { $day }.–{ $last }
window-within-year = { $day }. { $month } – { $last }
window-of-years = { $first } – { $last }
window-empty = { $date }, leerer Zeitraum
duration-minutes = { $minutes } min
duration-hours = { $hours } h { $minutes } min
days =
    { $count ->
        [one] { $count } Tag
       *[other] { $count } Tage
    }
days-exact = { $days } Tagen
readings =
    { $count ->
        [one] { $count } Messwert
       *[other] { $count } Messwerte
    }
boluses =
    { $count ->
        [one] { $count } Bolus
       *[other] { $count } Boli
    }
alarms =
    { $count ->
        [one] { $count } Alarm
       *[other] { $count } Alarme
    }
changes =
    { $count ->
        [one] { $count } Wechsel
       *[other] { $count } Wechsel
    }
lows =
    { $count ->
        [one] { $count } tiefe Phase
       *[other] { $count } tiefe Phasen
    }
highs =
    { $count ->
        [one] { $count } hohe Phase
       *[other] { $count } hohe Phasen
    }
every-days = alle { $days } Tage
last-days =
    { $count ->
        [one] letzter Tag
       *[other] letzte { $count } Tage
    }
by-day = nach Tag
by-week = nach Woche
by-month = nach Monat
by-hour = nach Tageszeit

# The head of the page
title = Glukose und Insulin
skip = Zum Bericht
parts = Teile des Berichts
name = Name
born = Geboren
born-short = geb.
pump = Pumpe
time-zone = Zeitzone
made = Erstellt
part-summary = Zusammenfassung
part-glucose = Glukose
part-pump = Insulin und Pumpe
part-settings = Pumpeneinstellungen
part-episodes = Episoden
part-days = Tage
page-number = Seite { $page } von { $pages }
margin-note = Fakten, keine Empfehlung · tandem
evidence = Definition und Daten
before = zuvor { $value }
before-colon = zuvor: { $value }
goal = Ziel { $goal }
goal-below = Ziel unter { $goal }
goal-up-to = Ziel bis { $goal }
none = keine
automatic = automatisch
no-data = keine Daten
unknown = unbekannt
no-days = In diesem Zeitraum liegen keine Tage.
no-readings = keine Messwerte
nothing-on-record = nichts aufgezeichnet
nothing-on-day = An diesem Tag ist nichts aufgezeichnet.
about-the-data = Zu den Daten
note-empty-window = Der Zeitraum ist leer: Es gibt nichts zu berichten.
note-no-readings = Keine CGM-Messwerte in diesem Zeitraum. Angaben zur Glukose bleiben leer.
note-no-insulin = Kein Insulin in diesem Zeitraum aufgezeichnet. Angaben zur Pumpe bleiben leer.
note-few-readings = Wenige Daten: Sensorzeit von { $time } ({ $readings }), { $wear } % des Zeitraums. Verlässlich sind die Angaben ab vierzehn Tagen mit mindestens 70 % Tragezeit.
note-missing-insulin = Insulin ist für { $with } von { $days } aufgezeichnet. Mittelwerte lassen die übrigen Tage aus.
note-unknown-basal = Die Basalrate ist an { $count } unbekannt. Auch die Summen dieser Tage sind unbekannt.
note-overlapping-pumps = Zwei Pumpen haben an { $count } gleichzeitig Basal aufgezeichnet. Solche Tage sind unvollständig und aus den Mittelwerten ausgeschlossen.
note-unknown-boluses = Die Pumpe hat für { $count } eine unmögliche Menge aufgezeichnet. Die abgegebene Menge ist unbekannt und zählt in keiner Summe.
wear-of = Tragezeit { $wear }
insulin-days = { $days } mit aufgezeichnetem Insulin, { $complete } vollständig
closing-evidence = Fakten, keine Empfehlung.
closing-no-advice = Diese Seite zeigt, was Pumpe und Sensor aufgezeichnet haben. Sie empfiehlt keine Dosis und keine Einstellung; Änderungen gehören mit dem Behandlungsteam besprochen.
audience = Typ-1- und Typ-2-Diabetes
closing-sources = Bereiche und Ziele für { $audience }: internationaler Konsens, Battelino et al. 2019. Das ambulante Profil folgt veröffentlichten Verfahren; es ist nicht der lizenzierte AGP-Bericht eines Instituts. Auf diesem Computer von tandem aus den Aufzeichnungen der Pumpe erstellt; nichts auf dieser Seite wird von anderswo geladen.

# Summary
summary-changes = Was sich geändert hat
summary-patterns = Die stärksten Muster
summary-missing = Fehlende Daten
change-nothing-before = Es gibt keine früheren Daten zum Vergleich.
change-against = Verglichen mit { $window }:
change-in-range =
    { $direction ->
        [up] Die Zeit im Zielbereich stieg von { $before } auf { $now }.
        [down] Die Zeit im Zielbereich sank von { $before } auf { $now }.
       *[same] Die Zeit im Zielbereich blieb bei { $now }.
    }
change-below =
    { $direction ->
        [up] Die Zeit unter dem Zielbereich stieg von { $before } auf { $now }.
        [down] Die Zeit unter dem Zielbereich sank von { $before } auf { $now }.
       *[same] Die Zeit unter dem Zielbereich blieb bei { $now }.
    }
change-very-high =
    { $direction ->
        [up] Sehr hohe Glukose nahm von { $before } auf { $now } der Zeit zu.
        [down] Sehr hohe Glukose nahm von { $before } auf { $now } der Zeit ab.
       *[same] Sehr hohe Glukose blieb bei { $now } der Zeit.
    }
change-gmi =
    { $direction ->
        [up] Der GMI stieg von { $before } auf { $now }.
        [down] Der GMI sank von { $before } auf { $now }.
       *[same] Der GMI blieb bei { $now }.
    }
change-insulin =
    { $direction ->
        [up] Das Insulin pro Tag stieg von { $before } auf { $now }.
        [down] Das Insulin pro Tag sank von { $before } auf { $now }.
       *[same] Das Insulin pro Tag blieb bei { $now }.
    }
change-carbs =
    { $direction ->
        [up] Die eingegebenen Kohlenhydrate pro Tag stiegen von { $before } auf { $now }.
        [down] Die eingegebenen Kohlenhydrate pro Tag sanken von { $before } auf { $now }.
       *[same] Die eingegebenen Kohlenhydrate pro Tag blieben bei { $now }.
    }
pattern-none = Kein Muster sticht heraus.
pattern-high = Zwischen { $from } und { $to } Uhr liegen { $share } % der Messwerte über { $threshold }; über den ganzen Tag { $whole } %.
pattern-lows = { $count } von { $all } tiefen Phasen beginnen zwischen { $from } und { $to } Uhr.
pattern-weekdays = Am { $worst } ist die Zeit im Zielbereich am kürzesten ({ $low } %), am { $best } am längsten ({ $high } %).
pattern-longest-high = Die längste hohe Phase dauerte { $time }, ab { $at } Uhr am { $date }, bis { $peak }.
pattern-lowest = Der tiefste Messwert war { $glucose }, um { $at } Uhr am { $date }.
missing-nothing = Nichts: Messwerte und Insulin sind vollständig.
missing-gaps =
    Messwerte decken { $wear } der Zeit ab. { $count ->
        [one] Eine Lücke von { $longest }.
       *[other] { $count } Lücken ab einer Stunde, zusammen { $all }; die längste { $longest }.
    }
missing-glucose-days =
    { $count ->
        [one] Ein Tag
       *[other] { $count } Tage
    } ohne Messwert: { $days }.
missing-insulin-days =
    { $count ->
        [one] Ein Tag
       *[other] { $count } Tage
    } mit weniger als 18 Stunden aufgezeichneter Basalrate, in Mittelwerten ausgelassen: { $days }.
missing-settings = Die Einstellungen der Pumpe sind nicht aufgezeichnet.

# Glucose
figure-ranges = Zeit in Bereichen
figure-key = Kennzahlen
figure-profile = Ambulantes Glukoseprofil
figure-small = Glukose Tag für Tag
figure-trend-weeks = Zeit in Bereichen nach Woche
figure-trend-months = Zeit in Bereichen nach Monat
figure-calendar = Zeit im Zielbereich nach Tag
figure-week-map = Zeit im Zielbereich nach Wochentag und Stunde
nothing-readings = Keine CGM-Messwerte in diesem Zeitraum.
range-very-high = Sehr hoch
range-high = Hoch
range-in = Im Zielbereich
range-low = Tief
range-very-low = Sehr tief
above-edge = über { $edge }
below-edge = unter { $edge }
head-range = Bereich
head-share = Anteil
head-together = Zusammen
tile-mean = Mittlere Glukose
tile-gmi = GMI
tile-cv = Variabilität (VK)
tile-tight = Im engen Bereich
tile-gri = Risikoindex (GRI)
tile-wear = Tragezeit
tile-own-target = Im eigenen Zielbereich
gri-zone = Zone { $zone }
profile-too-few = Weniger als ein Tag mit Messwerten: Es wird kein Profil gezeichnet.
profile-empty = Glukose nach Tageszeit, ohne Messwerte.
profile-said = Glukose nach Tageszeit. Der Median ist am tiefsten mit { $lowest } um { $lowesttime } Uhr und am höchsten mit { $highest } um { $highesttime } Uhr.
median = Median
numbers-by-hour = Zahlen nach Stunde
numbers-by-day = Zahlen nach Tag
hour = Stunde
head-readings = Messwerte
percent-in-range = { $share } % im Zielbereich
percent-below = { $share } % darunter
percent-above = { $share } % darüber
chart-trend = Zeit in Bereichen; im Zielbereich { $lowest } % bis { $highest } %
calendar-said = { $year }: { $count } von { $all } Tagen mit mindestens 70 % im Zielbereich

# Insulin and pump
figure-insulin = Insulin
figure-boluses = Boli
figure-carbs = Kohlenhydrate
figure-modes = Control-IQ und Aktivitäten
figure-changes = Infusionsstellen und Sensoren
figure-alarms = Alarme nach Tageszeit
nothing-insulin = Kein Insulin in diesem Zeitraum aufgezeichnet.
nothing-boluses = Keine Boli in diesem Zeitraum aufgezeichnet.
nothing-carbs = Keine Kohlenhydrate in diesem Zeitraum aufgezeichnet.
nothing-changes = Keine Wechsel von Infusionsstelle oder Sensor in diesem Zeitraum aufgezeichnet.
nothing-alarms = Keine Alarme in diesem Zeitraum aufgezeichnet.
chart-insulin = Einheiten Insulin pro Tag, bis { $top } E; die Zahlen stehen in der Tabelle darunter
chart-boluses = Boli pro Tag, von Hand und automatisch, bis { $top }
chart-carbs = Eingegebene Gramm Kohlenhydrate pro Tag, bis { $top }
legend-basal = Basal
legend-meal = Mahlzeiten und andere Boli
legend-correction = Korrektur
legend-automatic = automatische Korrektur
legend-by-hand = Bolus von Hand
legend-automatic-boluses = automatischer Bolus
legend-carbs = eingegebene Gramm
legend-extended = sein verlängerter Teil
legend-basal-loop = Basal durch Control-IQ
legend-basal-manual = Basal nach Profil oder temporärer Rate
legend-suspended = unterbrochen
legend-alarm = Alarm oder Warnung
head-day = Tag
head-basal = Basal E
head-meal = Mahlzeit E
head-correction = Korrektur E
head-automatic = Automatisch E
head-other = Sonstige E
head-total = Gesamt E
head-boluses = Boli
head-carbs = KH g
head-basal-hours = Basal h
head-part = Teil
head-when = Wann
head-how-often = Wie oft
head-name = Name
head-times = Anzahl
lane-cannula = Kanüle
lane-tubing = Schlauch
lane-cartridge = Reservoir
lane-sensor = Sensor
kind-alerts = Warnungen
kind-cgm-alerts = CGM-Warnungen
kind-alarms = Alarme
kind-malfunctions = Störungen
alarms-by-name = Alarme nach Name
tile-tdd = Tagesgesamtdosis
tile-basal = Basalanteil
tile-meal = Mahlzeitenboli
tile-auto = Automatische Korrekturen
tile-boluses = Boli von Hand
tile-carbs = Kohlenhydrate
tile-tdd-note = { $units } über { $days } mit Insulin
tile-basal-note = Basal { $basal }, Bolus { $bolus }
tile-boluses-note = { $automatic } automatisch pro Tag, { $overridden } insgesamt geändert
tile-meal-note = und { $units } E Korrekturen
tile-auto-note = { $share } % des Insulins
unit-u = E
unit-percent = %
unit-u-a-day = E pro Tag
unit-a-day = pro Tag
unit-g-a-day = g pro Tag
unit-u-per-h = E/h
unit-g-per-u = g/E
unit-per-u = { $unit } pro E
mode-control-iq = Control-IQ
mode-sleep = Schlaf
mode-exercise = Bewegung
mode-of-control = { $part } von { $whole } mit steuernder Pumpe
mode-of = { $part } von aufgezeichneten { $whole }
suspended-in-all = Die Abgabe war insgesamt { $time } unterbrochen.

# Settings
figure-in-effect = Gültige Einstellungen
figure-setting-changes = Änderungen in diesem Zeitraum
settings-since = { $pump } · bekannt seit { $at }
nothing-settings = Keine Pumpeneinstellungen aufgezeichnet.
no-setting-changes = Keine Einstellung hat sich in diesem Zeitraum geändert, soweit die Uploads es zeigen.
profile-active = aktives Profil
profile-basal = { $units } E Basal in 24 h
head-from = Von
head-setting = Einstellung
head-before = Vorher
head-after = Nachher
segment-basal = Basal
segment-carb-ratio = KH-Faktor
segment-correction = Korrekturfaktor
segment-target = Zielwert
group-control-iq = Control-IQ
group-sleep = Schlafzeiten
group-limits = Grenzen
group-cgm-alerts = CGM-Warnungen
group-pump = Pumpe
group-reminders = Erinnerungen
setting-active = in Gebrauch
setting-insulinDuration = Insulinwirkdauer
setting-maxBolus = maximaler Bolus
setting-carbEntry = Boluseingabe
setting-controlIqSettings-closedLoop = Control-IQ
setting-controlIqSettings-weight = Gewicht
setting-controlIqSettings-weightUnit = Gewichtseinheit
setting-controlIqSettings-totalDailyInsulin = Tagesgesamtinsulin
setting-controlIqSettings-sleepSchedule0 = Schlafzeit 1
setting-controlIqSettings-sleepSchedule1 = Schlafzeit 2
setting-controlIqSettings-sleepSchedule2 = Schlafzeit 3
setting-controlIqSettings-sleepSchedule3 = Schlafzeit 4
setting-basalLimitSettings-basalLimit = Basallimit (E/h)
setting-globalMaxBolusSettings-maxBolus = Maximaler Bolus
setting-cgmSettings-highGlucoseAlertEnabled = Warnung hoch
setting-cgmSettings-highGlucoseAlertMgPerDl = Warnung hoch ab
setting-cgmSettings-highGlucoseAlertDurationMin = Warnung hoch erneut nach
setting-cgmSettings-lowGlucoseAlertEnabled = Warnung tief
setting-cgmSettings-lowGlucoseAlertMgPerDl = Warnung tief ab
setting-cgmSettings-lowGlucoseAlertDurationMin = Warnung tief erneut nach
setting-cgmSettings-riseRateAlertEnabled = Warnung Anstieg
setting-cgmSettings-riseRateAlertLevel = Warnung Anstieg, Stufe
setting-cgmSettings-fallRateAlertEnabled = Warnung Abfall
setting-cgmSettings-fallRateAlertLevel = Warnung Abfall, Stufe
setting-cgmSettings-sensorTimeoutEnabled = Warnung außer Reichweite
setting-cgmSettings-sensorTimeoutMinutes = Außer Reichweite nach
setting-pumpSettings-lowInsulinThreshold = Warnung Insulin niedrig ab
setting-pumpSettings-cannulaPrimeSize = Kanülenfüllung
setting-pumpSettings-autoShutdownEnabled = Automatische Abschaltung
setting-pumpSettings-autoShutdownDuration = Automatische Abschaltung nach
setting-reminders-lowBgReminder-enabled = Erinnerung Glukose tief
setting-reminders-lowBgReminder-frequencyMinutes = Erinnerung Glukose tief nach
setting-reminders-highBgReminder-enabled = Erinnerung Glukose hoch
setting-reminders-highBgReminder-frequencyMinutes = Erinnerung Glukose hoch nach
setting-reminders-afterBolusReminder-enabled = Erinnerung nach Bolus
setting-reminders-afterBolusReminder-frequencyMinutes = Erinnerung nach Bolus nach
setting-reminders-siteChangeReminder-enabled = Erinnerung Stellenwechsel
setting-reminders-siteChangeDays = Erinnerung Stellenwechsel nach
setting-localizationSettings-glucoseUom = Glukoseeinheit
value-MilligramsPerDeciliter = mg/dL
value-MillimolesPerLiter = mmol/L
value-UnitsAsCarbs = Gramm
value-Pounds = lb
value-Kilograms = kg
switch-on = ein
switch-off = aus

# Episodes
figure-counts = Wie viele
figure-list = Einzeln
episode-low = Tief, unter { $edge }
episode-very-low = Sehr tief, unter { $edge }
episode-extended-low = Lange tief, über 2 h unter { $edge }
episode-high = Hoch, über { $edge }
episode-very-high = Sehr hoch, über { $edge }
episode-extended-high = Lange hoch, 90 min über { $edge }
also-low = tief
also-very-low = sehr tief
also-extended-low = lange tief
also-high = hoch
also-very-high = sehr hoch
also-extended-high = lange hoch
head-kind = Art
head-count = Anzahl
head-per-week = Pro Woche
head-before-per-week = Vorher, pro Woche
head-mean-length = Mittlere Dauer
head-mean-glucose = Mittlere Glukose
head-length = Dauer
head-lowest = Tiefster
head-highest = Höchster
head-mean = Mittel
head-also = Auch
more-episodes = und { $count } weitere, die hier nicht aufgeführt sind

# Days
lane-glucose = Glukose
lane-glucose-said = Glukose von { $low } bis { $high } { $unit }
lane-bolus = Bolus
lane-bolus-said = { $boluses }, insgesamt { $units } E
lane-basal = Basal
lane-basal-said = Abgegebenes Basal, insgesamt { $units }
lane-on-board = Aktiv
lane-on-board-said = Aktives Insulin, wie die Pumpe es berechnet, höchstens { $units } E
mark-site = neue Stelle
mark-sensor = neuer Sensor
sheets-of-last = Die letzten { $count } Tage folgen einzeln; `tandem explore` zeigt jeden Tag.
day-mean = Mittel { $mean }
day-insulin = { $total } (Basal { $basal })
day-overlap = zwei Pumpen zeichneten { $hours } h lang gleichzeitig Basal auf: unvollständig
day-unknown-boluses = { $boluses } unbekannter Menge
day-only-basal = nur { $hours } h Basal aufgezeichnet
day-length = Zeitumstellung: { $hours } Stunden
no-insulin-on-day = kein Insulin aufgezeichnet

# Definitions
define-ranges = Anteil der Zeit mit Messwerten in jedem Bereich; die Grenzen gehören zum Bereich, der dem Ziel näher ist. Die ganzen Prozente ergeben 100, der Rundungsrest zählt als hoch. Ziele: internationaler Konsens (Battelino et al. 2019).
define-key = Jede Kennzahl hat ihre eigene Definition: auf den Namen klicken.
define-mean = Mittlere Glukose über die Zeit mit Messwerten im Zeitraum.
define-gmi = Glukosemanagement-Indikator: 3,31 + 0,02392 × Mittelwert in mg/dL. Eine Schätzung des HbA1c aus Sensordaten; er kann vom Labor abweichen. Bergenstal et al. 2018.
define-cv = Variationskoeffizient: Standardabweichung ÷ Mittelwert. Bis 36 % gilt als stabil.
define-tight = Anteil der Zeit im engen Bereich, Grenzen eingeschlossen.
define-own-target = Anteil der Zeit im Zielbereich der Konfiguration (`[targets]`), Grenzen eingeschlossen.
define-gri = Glykämischer Risikoindex: 3,0 × sehr tief + 2,4 × tief + 1,6 × sehr hoch + 0,8 × hoch, von 0 bis 100. Zone A bis 20, B bis 40, C bis 60, D bis 80, E darüber. Klonoff et al. 2022.
define-wear = Vorhandene Messwerte von denen, die ein Sensor in der Zeit des Fensters liefert. Verlässlich sind die übrigen Angaben ab 70 % von 14 Tagen.
define-profile = Alle Tage des Zeitraums nach Tageszeit übereinandergelegt. Je Stunde: der Median (Linie), die Hälfte der Messwerte (dunkles Band, 25 bis 75 %), neun von zehn (helles Band, 5 bis 95 %), gefärbt nach dem Glukosebereich. Stunden sind mit ihren Nachbarn 1-4-1 geglättet. Eine Stunde ohne Messwerte bleibt leer.
define-small-days = Jeder Tag von Mitternacht bis Mitternacht; Glukose von 0 bis 350 mg/dL (0 bis 19,4 mmol/L). Der Prozentwert ist die Zeit im Zielbereich. Die Linie bricht ab, wo Messwerte fehlen.
define-tdd = Tagesgesamtdosis: abgegebenes Basal plus Bolus, gemittelt über vollständige Tage, also solche mit mindestens 18 Stunden aufgezeichneter Basalrate und jederzeit nur einer Pumpe.
define-basal-share = Basal ÷ Gesamt derselben vollständigen Tage. Unter Control-IQ enthält die Basalrate auch Korrekturen; die Aufteilung sagt daher weniger aus als früher.
define-auto-correction = Boli, die Control-IQ selbst gab, in Einheiten pro Tag und als Anteil am gesamten Insulin. Jeder Tag mit aufgezeichnetem Insulin zählt.
define-control-iq = Zeit im geschlossenen Regelkreis ÷ Zeit, in der eine Pumpe steuerte. Stunden ohne Pumpe sind ausgelassen.
define-sleep = Zeit mit der Aktivität Schlaf ÷ Zeit mit aufgezeichnetem Basal.
define-exercise = Zeit mit der Aktivität Bewegung ÷ Zeit mit aufgezeichnetem Basal.
define-boluses = Boli pro Tag mit aufgezeichnetem Insulin, von Hand und automatisch. In längeren Zeiträumen ist eine Säule das Mittel ihrer Tage.
define-carbs = Eingegebene Kohlenhydrate, pro Tag mit aufgezeichnetem Insulin. In längeren Zeiträumen ist eine Säule das Mittel ihrer Tage.
define-daily-insulin = Abgegebene Einheiten pro Kalendertag: Basal, Boli für Mahlzeiten, Korrekturen von Hand, Korrekturen von Control-IQ. Ein Bolus gehört zu dem Tag, an dem er begann; einer für Mahlzeit und Korrektur wird im Verhältnis des Angeforderten geteilt. Helle Tage haben weniger als 18 Stunden Basal und bleiben aus den Mittelwerten. In längeren Zeiträumen ist eine Säule das Mittel ihrer Tage mit Insulin.
define-changes = Wann Kanüle, Schlauch und Reservoir gefüllt und Sensoren gestartet wurden, wie die Pumpe es aufzeichnete.
define-alarms = Alarme und Warnungen des Zeitraums nach der Tageszeit, in den Worten der Pumpe.
define-episodes = Mindestens 15 Minuten jenseits einer Grenze, beendet nach 15 Minuten innerhalb; eine kürzere Erholung gehört dazu. Lange: mehr als zwei Stunden unter der unteren Grenze oder 90 von 120 Minuten über der obersten. Sehr tief liegt in tief, sehr hoch in hoch. Lücken über 45 Minuten beenden eine Episode. Battelino et al. 2023.
define-day = Ein Tag auf einer Zeitachse. Glukose mit Zielbereich; Boli mit Dosis und Kohlenhydraten; Basal wie abgegeben; aktives Insulin, wie die Pumpe es berechnete; Aktivitäten; Alarme als Marken. An Tagen der Zeitumstellung hat die Achse 23 oder 25 Stunden.
define-settings = Die Einstellungen der Pumpe, wie ihre Uploads sie enthielten. Eine Änderung ist ab dem Upload bekannt, der sie zuerst zeigt; wann dazwischen sie geschah, ist unbekannt.
define-trends = Der Anteil jedes Bereichs je Woche oder Monat, jeder Tag nach seinen Messwerten gewichtet. Wochen beginnen am Montag.
define-week-map = Anteil der Messwerte im Zielbereich in jeder Stunde der Woche, alle Wochen des Zeitraums zusammen.
define-summary = Unterschiede bestehen zwischen diesem und dem gleich langen Zeitraum davor. Eine Tageszeit wird genannt, wenn dort mindestens 20 % der Messwerte über dem Zielbereich liegen und 8 Punkte mehr als am ganzen Tag; Wochentage ab 10 Punkten Unterschied.
# The explorer; «name» is filled in by its script
explore-title = Explorer
explore-everything = Diese Datei enthält die ganze Geschichte: jeden Messwert, jede Dosis, jeden Alarm und jede Einstellung. Wer die Datei hat, kann alles lesen. Sie funktioniert offline und sendet nichts.
explore-needs-script = Der Explorer braucht JavaScript.
explore-tools = Bewegen und zoomen
explore-earlier = Früher
explore-later = Später
explore-6-hours = 6 h
explore-day = Tag
explore-3-days = 3 Tage
explore-week = Woche
explore-2-weeks = 2 Wochen
explore-month = Monat
explore-year = Jahr
explore-all = Alles
explore-date = Gehe zu Datum
explore-low-before = Voriges Tief
explore-low-after = Nächstes Tief
explore-keep-a = Ansicht als A
explore-keep-b = Ansicht als B
explore-picture = Glukose, Boli, Basal, aktives Insulin, Aktivitäten und Alarme im Zeitverlauf. Pfeiltasten bewegen, Plus und Minus zoomen, L springt zum nächsten Tief, G zu einem Datum.
explore-keys = Ziehen bewegt, Scrollen oder zwei Finger zoomen, Doppelklick zoomt hinein. Tasten: Pfeile, + und −, Bild auf und ab, Pos1 und Ende, L und Umschalt+L für tiefe Phasen, G für ein Datum.
explore-said = «period»: «readings» Messwerte, «inside» im Zielbereich, «below» darunter; Mittel «mean».
explore-said-empty = «period»: keine Messwerte.
explore-now = Der sichtbare Zeitraum
explore-in-view = Sichtbar
explore-compare = Zwei Zeiträume im Vergleich
explore-compare-how = Einen Zeitraum zeigen und „Ansicht als A“ wählen; einen anderen zeigen und „Ansicht als B“ wählen.
explore-week-map = Zeit im Zielbereich nach Wochentag und Stunde
explore-lows = Tiefe Phasen im sichtbaren Zeitraum
explore-changes = Änderungen der Pumpeneinstellungen
explore-evidence = Definitionen und Daten
explore-evidence-text = Anteile und Mittel sind die von `tandem metrics`; das Profil ist das des Berichts. Insulin pro Tag ist das Abgegebene, geteilt durch die Tage mit aufgezeichnetem Basal. Die Zeilen hinter dem sichtbaren Zeitraum:
explore-evidence-event = `tandem explain ID` zeigt die Ereignisse hinter jeder Zeile.
explore-mean = Mittel
explore-cv = VK
explore-readings = Messwerte
explore-insulin-a-day = Insulin pro Tag
explore-basal-a-day = Basal pro Tag
explore-automatic-a-day = Automatische Boli pro Tag
explore-carbs-a-day = Kohlenhydrate pro Tag
explore-profiles-said = Glukose nach Tageszeit: Median und mittlere Hälfte jedes Zeitraums
explore-low-said = bis «lowest», «minutes» min
explore-bolus = Bolus
explore-basal = Basal
explore-show-in = «unit» zeigen
explore-legend-profile = Basalrate des Profils
explore-legend-board = aktives Insulin
explore-legend-setting = Einstellungen geändert
explore-legend-site = neue Infusionsstelle
explore-legend-sensor = neuer Sensor
explore-lane-bolus = Bolus
explore-lane-basal = Basal
explore-lane-board = Aktiv
explore-lane-day = E/Tag

# Alarms and alerts in the words that the pump shows, by the dictionary's names of them
alarm-fixed_low = Dringend niedriger Glukosewert
alarm-user_high_egv = Hoher Glukosewert
alarm-user_low_egv = Niedriger Glukosewert
alarm-calibration_request = CGM kalibrieren
alarm-rise = Glukose steigt
alarm-rapid_rise = Glukose steigt schnell
alarm-fall = Glukose fällt
alarm-rapid_fall = Glukose fällt schnell
alarm-calib_error = Kalibrierungsfehler
alarm-calib_high_wedge = Kalibrierungsfehler, später versuchen
alarm-sensor_failed = Sensor ausgefallen
alarm-sensor_expiring = Sensor läuft bald ab
alarm-sensor_expired = Sensor abgelaufen: Sensor wechseln
alarm-out_of_range = CGM außer Reichweite
alarm-calib_start_first = Erste Kalibrierung eingeben
alarm-calib_start_second = Zweite Kalibrierung eingeben
alarm-calib_required = Kalibrierung erforderlich
alarm-low_tx_battery = Transmitterbatterie schwach
alarm-transmitter_error = Transmitterfehler
alarm-sensor_expiring_soon = Sensor läuft bald ab
alarm-urgent_low_soon = Bald dringend niedrig
alarm-sensor_reuse = Sensor bereits benutzt
alarm-sensor_temp = Sensortemperatur
alarm-connection_error = CGM-Verbindungsfehler
alarm-check_sensor = Sensor prüfen
alarm-egv_unusable = Glukosewerte nicht verfügbar
alarm-grace_period_start = Nachlaufzeit des Sensors begonnen
alarm-grace_period_expiring_soon = Nachlaufzeit des Sensors endet bald
alarm-liq_low = Insulin niedrig
alarm-usb_insuff_current = Stromquelle: zu wenig Strom
alarm-lipo_low = Akku schwach
alarm-lipo_very_low = Akku sehr schwach: Pumpe laden
alarm-nvm = Datenfehler
alarm-auto_off = Automatische Abschaltung
alarm-basal_rate_limit = Maximales Basal
alarm-lipo_cant_charge = Stromquelle: Akku lädt nicht
alarm-basal_rate_too_low = Minimales Basal
alarm-usb_not_recognized = Stromquelle: USB nicht erkannt
alarm-bad_pc_com = Verbindungsfehler
alarm-incomplete_bolus = Unvollständiger Bolus
alarm-incomplete_temp_rate = Unvollständige temporäre Rate
alarm-incomplete_cartridge = Unvollständiger Reservoirwechsel
alarm-incomplete_tubing = Schlauchfüllung unvollständig
alarm-incomplete_cannula = Kanülenfüllung unvollständig
alarm-incomplete_setting = Unvollständige Einstellung
alarm-liq_very_low = Insulin sehr niedrig
alarm-abs_max_basal_limit = Basalgrenze erreicht
alarm-stuck_button = Taste Bildschirm ein/Schnellbolus
alarm-cgm_support_package_error = CGM-Softwarefehler
alarm-fsl2_support_package_error = FreeStyle Libre 2 Softwarefehler
alarm-stk_csp_req = CGM-Software erforderlich
alarm-usb_shutdown = USB-Abschaltung
alarm-cgm_many_sensors = Mehrere Sensoren gefunden
alarm-cgm_graph_removal = CGM-Grafik ausgeblendet
alarm-basal_rate_low = Basalrate niedrig
alarm-cgm_incomplete_cal = Unvollständige Kalibrierung
alarm-cgm_cal_timeout = Zeitüberschreitung der Kalibrierung
alarm-cgm_invalid_tx_id = Ungültige Transmitter-ID
alarm-debug_info_declared = Diagnosedaten gespeichert
alarm-open_sesame = Servicemodus
alarm-quick_bolus_abort = Schnellbolus abgebrochen
alarm-many_failed_quick_bolus = Schnellbolus mehrfach fehlgeschlagen
alarm-ap_alert = Control-IQ-Warnung
alarm-stk_exchange_req = Softwareaustausch erforderlich
alarm-stk_odyssey_req = Softwareaktualisierung erforderlich
alarm-stk_invalid = Ungültiger Softwareschlüssel
alarm-cgm_tx_eol = Transmitter abgelaufen
alarm-cgm_ble_sd = CGM-Bluetooth-Fehler
alarm-cgm_ble_hw_watchdog = CGM-Bluetooth neu gestartet
alarm-cgm_ble_hw_timeout = CGM-Bluetooth-Zeitüberschreitung
alarm-cgm_incompatible = CGM nicht kompatibel
alarm-cgm_tx_expiring_soon_1 = Transmitter läuft bald ab
alarm-cgm_tx_expiring_soon_2 = Transmitter läuft bald ab
alarm-cgm_tx_expiring_startup = Transmitter läuft während der Sitzung ab
alarm-tz_incomplete_setting = Unvollständige Control-IQ-Einstellung
alarm-cgm_no_readings = CGM nicht verfügbar
alarm-prime_limit = Füllgrenze erreicht
alarm-tz_hyper_light = Control-IQ hoch
alarm-tz_hypo_light = Control-IQ niedrig
alarm-tz_iidm = Control-IQ maximales Insulin
alarm-ble_crash_dump = Bluetooth-Fehler
alarm-mh_paired = Mobilgerät gekoppelt
alarm-ble_hw_error = Bluetooth-Hardwarefehler
alarm-user_set_max_basal = Basallimit
alarm-sensor = Sensorfehler
alarm-com_log_error_logged = Kommunikationsfehler
alarm-fcl_automation_off = Automatik aus
alarm-controller_connection_lost = Verbindung zur Steuerung verloren
alarm-lipo_super_low = Akku fast leer
alarm-lipo_insuff_power = Zu wenig Energie
alarm-btle_pairing_timeout = Zeitüberschreitung des Kopplungscodes
alarm-delivery_not_stopped = Abgabefehler
alarm-spool_move = Reservoirfehler
alarm-occlusion = Verschluss
alarm-no_startup_ack = Neustart
alarm-obe = Pumpenfehler
alarm-p2 = Pumpenfehler
alarm-vent_not_working = Belüftungsfehler
alarm-auto_off_triggered = Automatische Abschaltung
alarm-liq_out = Reservoir leer
alarm-liq_ex = Reservoirfehler
alarm-temperature_oor = Temperatur
alarm-temperature_xdcr = Temperatursensorfehler
alarm-fluid_change_obsolete = Reservoirwechsel
alarm-user_date_invalid = Datum und Uhrzeit einstellen
alarm-lipo_temperature = Akkutemperatur
alarm-delivery_request_fail = Abgabefehler
alarm-cant_home_obsolete = Reservoirfehler
alarm-state_suspend = Pumpe fortsetzen
alarm-unicorn_do_not_use = Pumpenfehler
alarm-motor_picasso = Pumpenfehler
alarm-pressure_disagree = Druckfehler
alarm-generic = Pumpenalarm
alarm-patm = Höhe
alarm-cart_removed = Reservoir entfernt
alarm-occlusion_the_younger = Verschluss
alarm-motor_cart_range_low = Reservoirfehler
alarm-motor_stall = Pumpenfehler
alarm-motor_vent_stall = Pumpenfehler
alarm-no_cartridge_detected = Reservoir nicht erkannt
alarm-motor_hall_effect_fail = Pumpenfehler
alarm-motor_failure_mode = Pumpenfehler
alarm-motor_prime_stall_obe = Pumpenfehler
alarm-auxcpu_system_reset = Neustart
alarm-software = Funktionsstörung (software)
alarm-cpu_core = Funktionsstörung (cpu core)
alarm-arm_msp_com = Funktionsstörung (arm msp com)
alarm-lipo = Funktionsstörung (lipo)
alarm-touchscreen = Funktionsstörung (touchscreen)
alarm-display = Funktionsstörung (display)
alarm-msp = Funktionsstörung (msp)
alarm-motor = Funktionsstörung (motor)
alarm-external_bins = Funktionsstörung (external bins)
alarm-sw_init = Funktionsstörung (sw init)
alarm-vibe = Funktionsstörung (vibe)
alarm-periph_power = Funktionsstörung (periph power)
alarm-datalog = Funktionsstörung (datalog)
alarm-speaker = Funktionsstörung (speaker)
alarm-msp_supply = Funktionsstörung (msp supply)
alarm-cal_data = Funktionsstörung (cal data)
alarm-btle = Funktionsstörung (btle)
alarm-ap = Funktionsstörung (ap)
alarm-rtc = Funktionsstörung (rtc)
alarm-arm_ble_com = Funktionsstörung (arm ble com)
alarm-overtravel_stall = Funktionsstörung (overtravel stall)
alarm-undertravel_stall = Funktionsstörung (undertravel stall)
alarm-pushoff_stall = Funktionsstörung (pushoff stall)
alarm-hw_crypto_fail = Funktionsstörung (hw crypto fail)
