// Local time: instants are seconds of UTC, and what the wall clock showed is an offset that changes now and then.

export const HOUR = 3600;
export const DAY = 86400;

/** How many entries of the sorted array are below `value`. */
export function lowerBound(array, value) {
  let low = 0;
  let high = array.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (array[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The wall clock: from when on which offset holds. */
export class WallClock {
  constructor(from, offset) {
    this.from = from;
    this.offset = offset;
  }

  /** Wall clock minus UTC at an instant, in seconds. */
  offsetAt(instant) {
    const index = lowerBound(this.from, instant + 0.5) - 1;
    return this.offset.length === 0 ? 0 : this.offset[Math.max(0, index)];
  }

  /** What the wall clock shows at an instant, as if it were UTC. */
  local(instant) {
    return instant + this.offsetAt(instant);
  }

  /** The instant at which the wall clock shows `local`. */
  instant(local) {
    const guess = local - this.offsetAt(local);
    return local - this.offsetAt(guess);
  }

  /** The local midnight at or before an instant, as an instant. */
  midnight(instant) {
    return this.instant(Math.floor(this.local(instant) / DAY) * DAY);
  }

  /** The local midnight of the day `days` later. */
  midnightAfter(instant, days) {
    return this.instant((Math.floor(this.local(instant) / DAY) + days) * DAY);
  }
}

/** Monday is 0. */
export function weekdayOf(local) {
  return (Math.floor(local / DAY) + 3) % 7;
}

const STEPS = [HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 7 * DAY];

/** Marks of the time axis at least `least` seconds apart: `{ at, unit }`, `at` as an instant. */
export function ticks(clock, from, to, least) {
  const step = STEPS.find((seconds) => seconds >= least);
  return step === undefined ? monthTicks(clock, from, to, least) : evenTicks(clock, from, to, step);
}

function evenTicks(clock, from, to, step) {
  const marks = [];
  // Weeks begin on Monday: 1970 began on a Thursday.
  const origin = step === 7 * DAY ? -3 * DAY : 0;
  let local = Math.ceil((clock.local(from) - origin) / step) * step + origin;
  for (; ; local += step) {
    const at = clock.instant(local);
    if (at > to) return marks;
    if (at >= from) marks.push({ at, unit: step < DAY && local % DAY !== 0 ? "hour" : "day" });
  }
}

function monthTicks(clock, from, to, least) {
  const months = [1, 2, 3, 6, 12].find((count) => count * 30 * DAY >= least) ?? 12;
  const start = new Date(clock.local(from) * 1000);
  const marks = [];
  for (let index = start.getUTCFullYear() * 12 + start.getUTCMonth(); ; index++) {
    if (index % months !== 0) continue;
    const at = clock.instant(Date.UTC(Math.floor(index / 12), index % 12, 1) / 1000);
    if (at > to) return marks;
    if (at >= from) marks.push({ at, unit: index % 12 === 0 ? "year" : "month" });
  }
}
