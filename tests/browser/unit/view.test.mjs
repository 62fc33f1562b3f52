import assert from "node:assert/strict";
import { test } from "node:test";
import { DAY, HOUR, WallClock, ticks, weekdayOf } from "../../../crates/report/src/explore/time.mjs";
import { View, keyAction } from "../../../crates/report/src/explore/view.mjs";

const DAYS = 400 * DAY;

test("a view stays inside the history and has a least and a greatest span", () => {
  const view = new View(0, DAYS);
  assert.equal(view.to, DAYS);
  view.set(-50 * DAY, -40 * DAY);
  assert.deepEqual([view.from, view.span], [0, 10 * DAY]);
  view.zoom(1e-9);
  assert.equal(view.span, 2 * HOUR);
  view.zoom(1e12);
  assert.deepEqual([view.from, view.to], [0, DAYS]);
});

test("what is under the pointer stays there while zooming", () => {
  const view = new View(0, DAYS);
  view.set(100 * DAY, 110 * DAY);
  view.zoom(0.5, 0.2);
  assert.ok(Math.abs(view.from + 0.2 * view.span - 102 * DAY) < 1e-6);
});

test("keys move, zoom and jump", () => {
  const rows = [["ArrowLeft", 97.5], ["ArrowRight", 102.5], ["PageUp", 90], ["PageDown", 110], ["Home", 0], ["End", 390]];
  for (const [key, day] of rows) {
    const view = new View(0, DAYS);
    view.set(100 * DAY, 110 * DAY);
    keyAction(key)(view);
    assert.equal(view.from / DAY, day, key);
  }
  assert.equal(keyAction("x"), undefined);
});

test("local midnights follow the clock", () => {
  const clock = new WallClock([0, 10 * DAY + HOUR], [HOUR, 0]);
  assert.equal(clock.midnight(5 * DAY), 5 * DAY - HOUR);
  assert.equal(clock.midnightAfter(10 * DAY, 1) - clock.midnight(10 * DAY), 25 * HOUR);
});

test("marks of the axis are at round local times, at least so far apart", () => {
  const clock = new WallClock([0], [HOUR]);
  for (const least of [100, HOUR, 5 * HOUR, DAY, 6 * DAY]) {
    const marks = ticks(clock, 0, 60 * DAY, least);
    assert.ok(marks.length > 5);
    for (let index = 1; index < marks.length; index++) assert.ok(marks[index].at - marks[index - 1].at >= least);
    for (const { at } of marks) assert.equal((at + HOUR) % HOUR, 0);
  }
  for (const { at } of ticks(clock, 0, 90 * DAY, 6 * DAY)) assert.equal(weekdayOf(clock.local(at)), 0);
  const months = ticks(clock, 0, 800 * DAY, 25 * DAY).map(({ at }) => new Date(clock.local(at) * 1000).getUTCDate());
  assert.ok(months.length > 20 && months.every((day) => day === 1));
});
