import assert from "node:assert/strict";
import { test } from "node:test";
import { profile, quantile } from "../../../crates/report/src/explore/history.mjs";
import { NOON, history } from "./support.mjs";

const near = (actual, expected) => assert.ok(Math.abs(actual - expected) < 1e-9, `${actual} is not ${expected}`);

test("the edges of ranges belong to the range nearer to target", () => {
  const rows = [[53, 0], [54, 1], [69, 1], [70, 2], [180, 2], [181, 3], [250, 3], [251, 4]];
  for (const [glucose, range] of rows) assert.equal(history([]).rangeOf(glucose), range, `${glucose}`);
});

test("figures of any period are those of its readings", () => {
  const made = history([[0, 50], [300, 100], [600, 200], [900, 300]]);
  const all = made.glucose(NOON, NOON + 901);
  assert.equal(all.count, 4);
  near(all.mean, 162.5);
  near(all.shares[2], 25);
  near(all.deviation, Math.sqrt((112.5 ** 2 + 62.5 ** 2 + 37.5 ** 2 + 137.5 ** 2) / 3));
  const inner = made.glucose(NOON + 300, NOON + 900);
  assert.equal(inner.count, 2);
  near(inner.mean, 150);
  assert.equal(made.glucose(NOON + 1000, NOON + 2000), undefined);
});

test("basal is cut at the edges of the period, and boluses belong to their start", () => {
  const made = history([], { basal: [[-1800, 3600, 1000]], boluses: [[60, 2500, 40, 0], [120, 500, 0, 1]] });
  const insulin = made.insulin(NOON, NOON + 3600);
  near(insulin.basal, 0.5);
  near(insulin.bolus, 3);
  near(insulin.automatic, 0.5);
  assert.equal(insulin.carbs, 40);
  assert.equal(insulin.boluses, 1);
});

test("days are local, and one is longer where the clock goes back", () => {
  const made = history([[0, 100]], { offsets: [[0, 3600], [3600, 0]] });
  assert.deepEqual(made.days.map(({ start, end }) => (end - start) / 3600), [25, 24]);
});

test("the next low is found in both directions", () => {
  const made = history([], { episodes: [[0, 900, 0, 60], [100, 900, 1, 50], [5000, 900, 0, 62]] });
  assert.equal(made.nextLow(NOON - 10, 1), 0);
  assert.equal(made.nextLow(NOON, 1), 2);
  assert.equal(made.nextLow(NOON + 5000, -1), 0);
  assert.equal(made.nextLow(NOON + 5000, 1), undefined);
});

test("quantiles are interpolated linearly", () => {
  near(quantile([1, 2, 3, 4], 0.5), 2.5);
  near(quantile([1, 2, 3, 4], 0.05), 1.15);
  near(quantile([7], 0.95), 7);
});

test("hours of the profile are smoothed with the hours beside them", () => {
  const made = history([[0, 100], [3600, 160]]);
  const bins = profile(made, NOON, NOON + 7200);
  near(bins[12][2], (4 * 100 + 160) / 5);
  near(bins[13][2], (4 * 160 + 100) / 5);
  assert.equal(bins[14], undefined);
});
