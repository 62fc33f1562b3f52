// A small made-up history for the tests of the explorer's modules.

import { History } from "../../../crates/report/src/explore/history.mjs";

export const NOON = Date.UTC(2024, 2, 4, 12) / 1000;

/** A history of the readings given as [seconds after noon, mg/dL], with a wall clock of one or several offsets. */
export function history(readings, { offsets = [[0, 0]], boluses = [], basal = [], episodes = [] } = {}) {
  const column = (rows, index) => Float64Array.from(rows, (row) => row[index]);
  const t = Float64Array.from(readings, ([seconds]) => NOON + seconds);
  const at = (rows) => Float64Array.from(rows, (row) => NOON + row[0]);
  const empty = new Float64Array(0);
  const tables = {
    readings: { t, glucose: column(readings, 1), weight: new Float64Array(readings.length).fill(1) },
    basal: { t: at(basal), seconds: column(basal, 1), rate: column(basal, 2), source: new Float64Array(basal.length).fill(3), profile: new Float64Array(basal.length).fill(-1) },
    boluses: { t: at(boluses), seconds: empty, units: column(boluses, 1), extended: empty, carbs: column(boluses, 2), automatic: column(boluses, 3) },
    carbs: { t: empty, grams: empty },
    board: { t: empty, units: empty },
    modes: { t: empty, seconds: empty, kind: empty },
    alarms: { t: empty, kind: empty, name: empty },
    sites: { t: empty, part: empty },
    episodes: { t: at(episodes), seconds: column(episodes, 1), kind: column(episodes, 2), extreme: column(episodes, 3) },
    settings: { t: empty },
    offsets: { t: Float64Array.from(offsets, ([from]) => (from === 0 ? 0 : NOON + from)), offset: column(offsets, 1) },
  };
  const info = { from: NOON - 12 * 3600, to: NOON + 36 * 3600, thresholds: { veryLow: 54, low: 70, high: 180, veryHigh: 250 }, settings: [], alarms: [] };
  return new History(tables, info);
}
