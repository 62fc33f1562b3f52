// The history in memory: sorted columns, sums that make the figures of any period immediate, and coarser levels for wide views.

import { DAY, HOUR, WallClock, lowerBound, weekdayOf } from "./time.mjs";

/** The top of the axis of glucose, in mg/dL. What is higher is drawn at the top. */
export const TOP_GLUCOSE = 350;
export const RANGES = ["vlow", "low", "ok", "high", "vhigh"];

export class History {
  constructor(tables, info) {
    Object.assign(this, tables);
    this.info = info;
    this.thresholds = info.thresholds;
    this.clock = new WallClock(tables.offsets.t, tables.offsets.offset);
    this.sums = sumsOf(tables.readings, (glucose) => this.rangeOf(glucose));
    this.days = this.daysOf();
    this.hours = hoursOf(tables.readings);
    this.from = info.from;
    this.to = info.to;
  }

  /** The index of the range that a concentration belongs to; edges belong to the range nearer to target. */
  rangeOf(glucose) {
    const { veryLow, low, high, veryHigh } = this.thresholds;
    if (glucose < veryLow) return 0;
    if (glucose < low) return 1;
    if (glucose <= high) return 2;
    return glucose <= veryHigh ? 3 : 4;
  }

  /** The rows of a table that begin in a period, as the first index and the one after the last. */
  span(table, from, to) {
    return [lowerBound(table.t, from), lowerBound(table.t, to)];
  }

  /** The rows of a table with durations that touch a period. */
  touching(table, from, to) {
    let first = lowerBound(table.t, from);
    while (first > 0 && table.t[first - 1] + table.seconds[first - 1] > from) first--;
    return [first, lowerBound(table.t, to)];
  }

  /** Figures of glucose between two instants; `undefined` without readings. */
  glucose(from, to) {
    const [first, end] = this.span(this.readings, from, to);
    const { weight, ranges, first: sum, second } = this.sums;
    const total = weight[end] - weight[first];
    if (end === first || total === 0) return undefined;
    const mean = (sum[end] - sum[first]) / total;
    const variance = Math.max(0, (second[end] - second[first]) / total - mean * mean);
    const count = end - first;
    const deviation = count > 1 ? Math.sqrt((variance * count) / (count - 1)) : undefined;
    const shares = ranges.map((range) => (100 * (range[end] - range[first])) / total);
    return { count, mean, deviation, shares, cv: deviation === undefined ? undefined : (100 * deviation) / mean, gmi: 3.31 + 0.02392 * mean };
  }

  /** Insulin and carbohydrates between two instants, and over how many complete days' worth of basal. */
  insulin(from, to) {
    const sums = { basal: 0, bolus: 0, automatic: 0, carbs: 0, boluses: 0, basalHours: 0 };
    const [firstBasal, endBasal] = this.touching(this.basal, from, to);
    for (let index = firstBasal; index < endBasal; index++) {
      const start = Math.max(from, this.basal.t[index]);
      const end = Math.min(to, this.basal.t[index] + this.basal.seconds[index]);
      if (end <= start) continue;
      sums.basal += (this.basal.rate[index] * (end - start)) / HOUR / 1000;
      sums.basalHours += (end - start) / HOUR;
    }
    const [first, end] = this.span(this.boluses, from, to);
    for (let index = first; index < end; index++) {
      const units = Math.max(0, this.boluses.units[index]) / 1000;
      sums.bolus += units;
      sums.carbs += this.boluses.carbs[index];
      if (this.boluses.automatic[index] === 1) sums.automatic += units;
      else sums.boluses += 1;
    }
    const [firstCarbs, endCarbs] = this.span(this.carbs, from, to);
    for (let index = firstCarbs; index < endCarbs; index++) sums.carbs += this.carbs.grams[index];
    return sums;
  }

  /** One entry per local day: when it begins and ends, figures of glucose, units. */
  daysOf() {
    const days = [];
    for (let start = this.clock.midnight(this.info.from); start < this.info.to; ) {
      const end = this.clock.midnightAfter(start + HOUR, 1);
      const middle = quantilesOf(this.readings, ...this.span(this.readings, start, end));
      days.push({ start, end, glucose: this.glucose(start, end), middle, insulin: this.insulin(start, end) });
      start = end > start ? end : start + DAY;
    }
    return days;
  }

  /** The days that a period touches. */
  daysIn(from, to) {
    const starts = (this.dayStarts ??= Float64Array.from(this.days, (day) => day.start));
    const first = Math.max(0, lowerBound(starts, from + 0.5) - 1);
    return this.days.slice(first, lowerBound(starts, to));
  }

  /** For each weekday and hour the readings of a period and those in range: 168 pairs. */
  weekMap(from, to) {
    const cells = Array.from({ length: 168 }, () => ({ all: 0, inside: 0 }));
    const [first, end] = this.span(this.readings, from, to);
    for (let index = first; index < end; index++) {
      const local = this.clock.local(this.readings.t[index]);
      const cell = cells[weekdayOf(local) * 24 + Math.floor((local % DAY) / HOUR)];
      cell.all += 1;
      if (this.rangeOf(this.readings.glucose[index]) === 2) cell.inside += 1;
    }
    return cells;
  }

  /** The index of the reading nearest to an instant, at most `within` seconds away. */
  nearestReading(instant, within) {
    const after = lowerBound(this.readings.t, instant);
    const distance = (index) => Math.abs((this.readings.t[index] ?? Infinity) - instant);
    const best = distance(after - 1) <= distance(after) ? after - 1 : after;
    return distance(best) <= within ? best : undefined;
  }

  /** The next low after an instant, or with a negative direction the one before. */
  nextLow(instant, direction) {
    const { t, kind } = this.episodes;
    for (let index = direction > 0 ? lowerBound(t, instant + 1) : lowerBound(t, instant) - 1; index >= 0 && index < t.length; index += direction) {
      if (kind[index] === 0) return index;
    }
    return undefined;
  }
}

/** Sums up to each reading: weights, weights per range, weight × glucose, weight × glucose². */
function sumsOf(readings, rangeOf) {
  const count = readings.t.length;
  const column = () => new Float64Array(count + 1);
  const sums = { weight: column(), first: column(), second: column(), ranges: RANGES.map(column) };
  for (let index = 0; index < count; index++) {
    const glucose = readings.glucose[index];
    const weight = readings.weight[index];
    const range = rangeOf(glucose);
    sums.weight[index + 1] = sums.weight[index] + weight;
    sums.first[index + 1] = sums.first[index] + weight * glucose;
    sums.second[index + 1] = sums.second[index] + weight * glucose * glucose;
    sums.ranges.forEach((sum, which) => { sum[index + 1] = sum[index] + (which === range ? weight : 0); });
  }
  return sums;
}

/** Lowest, highest and mean glucose of each hour that has readings. */
function hoursOf(readings) {
  const hours = { t: [], low: [], high: [], mean: [] };
  let first = 0;
  while (first < readings.t.length) {
    const hour = Math.floor(readings.t[first] / HOUR);
    let [low, high, sum, end] = [Infinity, -Infinity, 0, first];
    for (; end < readings.t.length && Math.floor(readings.t[end] / HOUR) === hour; end++) {
      low = Math.min(low, readings.glucose[end]);
      high = Math.max(high, readings.glucose[end]);
      sum += readings.glucose[end];
    }
    hours.t.push(hour * HOUR);
    hours.low.push(low);
    hours.high.push(high);
    hours.mean.push(sum / (end - first));
    first = end;
  }
  return hours;
}

/** The 10th, 50th and 90th percentile of some readings; `undefined` without any. */
function quantilesOf(readings, first, end) {
  if (end <= first) return undefined;
  const sorted = readings.glucose.slice(first, end).sort();
  return [0.1, 0.5, 0.9].map((share) => quantile(sorted, share));
}

/** The quantile of a sorted array, interpolated linearly as SQL's `quantile_cont`. */
export function quantile(sorted, share) {
  const place = (sorted.length - 1) * share;
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (sorted[above] - sorted[below]) * (place - below);
}

const SHARES = [0.05, 0.25, 0.5, 0.75, 0.95];

/** The ambulatory profile of a period: for each hour five percentiles, smoothed 1-4-1 with the hours beside it. */
export function profile(history, from, to) {
  const bins = Array.from({ length: 24 }, () => []);
  const [first, end] = history.span(history.readings, from, to);
  for (let index = first; index < end; index++) {
    const local = history.clock.local(history.readings.t[index]);
    bins[Math.floor((local % DAY) / HOUR)].push(history.readings.glucose[index]);
  }
  const raw = bins.map((values) => {
    const sorted = Float64Array.from(values).sort();
    return sorted.length === 0 ? undefined : SHARES.map((share) => quantile(sorted, share));
  });
  return raw.map((bin, hour) => bin && smoothed(raw[(hour + 23) % 24], bin, raw[(hour + 1) % 24]));
}

function smoothed(before, bin, after) {
  const beside = [before, after].filter(Boolean);
  return bin.map((value, index) => (4 * value + beside.reduce((sum, other) => sum + other[index], 0)) / (4 + beside.length));
}
