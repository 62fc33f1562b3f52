// Draws a view of the history on a canvas: glucose, boluses, basal, insulin on board, modes and marks, one below the other.

import { DAY, HOUR, ticks } from "./time.mjs";
import { RANGES, TOP_GLUCOSE } from "./history.mjs";

/** Where the time axis begins, in pixels. */
export const LEFT = 40;
/** Up to this span every reading is drawn; up to the next one every hour; beyond, every day. */
const RAW_SPAN = 15 * DAY;
const HOUR_SPAN = 150 * DAY;
/** Readings further apart are not joined. */
const JOINED = 16 * 60;
/** Up to this span boluses carry their dose. */
const LABEL_SPAN = 4 * DAY;
/** The tops of the axes of insulin, in units. */
const LEAST_BOLUS = 4;

/** Heights of the lanes, from the top, as shares of what the axis leaves. */
const LANES = [["glucose", 0.5], ["bolus", 0.18], ["basal", 0.13], ["board", 0.1], ["modes", 0.04], ["marks", 0.05]];

/** The lanes of a canvas: `{ top, height }` by name. */
export function layout(height) {
  const axis = 24;
  const gap = 8;
  const room = height - axis - gap * LANES.length;
  const lanes = {};
  let top = 4;
  for (const [name, share] of LANES) {
    lanes[name] = { top, height: room * share };
    top += room * share + gap;
  }
  lanes.axis = { top: height - axis, height: axis };
  return lanes;
}

/** What is drawn once per frame. */
export class Scene {
  constructor(canvas, history, words) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
    this.history = history;
    this.words = words;
    this.tops = topsOf(history);
    this.readColors();
  }

  readColors() {
    const style = getComputedStyle(document.documentElement);
    this.color = (name) => style.getPropertyValue(`--${name}`).trim();
    this.colors = Object.fromEntries(["sheet", "ink", "muted", "grid", "edge", "target", "vlow", "low", "ok", "high", "vhigh", "basal", "meal", "corr", "auto", "carbs", "loop", "sleep", "exercise", "alert", "cgm", "alarm", "malf", "hair", "link", "note-edge"].map((name) => [name, this.color(name)]));
  }

  /** Makes the canvas as fine as the screen. */
  resize() {
    const { clientWidth, clientHeight } = this.canvas;
    const ratio = Math.min(window.devicePixelRatio || 1, 2);
    this.canvas.width = clientWidth * ratio;
    this.canvas.height = clientHeight * ratio;
    this.width = clientWidth;
    this.height = clientHeight;
    this.ratio = ratio;
    this.lanes = layout(clientHeight);
  }

  draw(view, cursor) {
    const { context } = this;
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    context.clearRect(0, 0, this.width, this.height);
    context.font = "11px system-ui, sans-serif";
    this.view = view;
    this.scale = (this.width - LEFT) / view.span;
    this.drawAxis();
    context.save();
    context.beginPath();
    context.rect(LEFT, 0, this.width - LEFT, this.height);
    context.clip();
    this.drawGlucose();
    this.drawInsulin();
    this.drawMarks();
    if (cursor !== undefined) this.drawCursor(cursor);
    context.restore();
    this.drawLabels();
  }

  x(instant) {
    return LEFT + (instant - this.view.from) * this.scale;
  }

  instantAt(x) {
    return this.view.from + (x - LEFT) / this.scale;
  }

  /** The height of a value in a lane whose axis ends at `top`. */
  y(lane, value, top) {
    const { top: edge, height } = this.lanes[lane];
    return edge + height * (1 - Math.min(value, top) / top);
  }

  drawAxis() {
    const { context, colors, history, words, view, lanes } = this;
    context.textAlign = "center";
    const foot = lanes.axis.top;
    let free = 0;
    for (const { at, unit } of ticks(history.clock, view.from, view.to, 90 / this.scale)) {
      const x = this.x(at);
      context.fillStyle = colors.grid;
      context.fillRect(Math.round(x), 0, 1, foot + 4);
      const label = words.format(unit, history.clock.local(at));
      const half = context.measureText(label).width / 2;
      if (x - half < Math.max(LEFT, free) || x + half > this.width) continue;
      context.fillStyle = colors.muted;
      context.fillText(label, x, foot + 17);
      free = x + half + 6;
    }
  }

  drawGlucose() {
    const { context, colors, history, lanes, view } = this;
    const { low, high } = history.thresholds;
    const y = (glucose) => this.y("glucose", glucose, TOP_GLUCOSE);
    context.fillStyle = colors.target;
    context.fillRect(LEFT, y(high), this.width, y(low) - y(high));
    context.fillStyle = colors.edge;
    for (const edge of [low, high]) context.fillRect(LEFT, y(edge), this.width, 1);
    context.strokeStyle = context.fillStyle = this.gradient();
    if (view.span <= RAW_SPAN) this.drawReadings(y);
    else if (view.span <= HOUR_SPAN) this.drawHours(y);
    else this.drawDays(y);
    context.globalAlpha = 1;
  }

  /** Paint that changes colour at the thresholds. */
  gradient() {
    const { top, height } = this.lanes.glucose;
    const { veryLow, low, high, veryHigh } = this.history.thresholds;
    const paint = this.context.createLinearGradient(0, top + height, 0, top);
    const edges = [0, veryLow, low, high, veryHigh, TOP_GLUCOSE];
    RANGES.forEach((range, index) => {
      paint.addColorStop(edges[index] / TOP_GLUCOSE, this.colors[range]);
      paint.addColorStop(edges[index + 1] / TOP_GLUCOSE, this.colors[range]);
    });
    return paint;
  }

  drawReadings(y) {
    const { context, history: { readings }, view } = this;
    const [first, end] = this.history.span(readings, view.from - HOUR, view.to + HOUR);
    context.lineWidth = 2;
    context.lineJoin = "round";
    context.beginPath();
    for (let index = first; index < end; index++) {
      const [x, height] = [this.x(readings.t[index]), y(readings.glucose[index])];
      if (index > first && readings.t[index] - readings.t[index - 1] <= JOINED) context.lineTo(x, height);
      else context.moveTo(x, height);
    }
    context.stroke();
    if (view.span > 2 * DAY) return;
    for (let index = first; index < end; index++) context.fillRect(this.x(readings.t[index]) - 1.5, y(readings.glucose[index]) - 1.5, 3, 3);
  }

  drawHours(y) {
    const { context, history: { hours }, view } = this;
    const [first, end] = this.history.span(hours, view.from - HOUR, view.to);
    const width = Math.max(1, HOUR * this.scale);
    context.globalAlpha = 0.35;
    context.beginPath();
    for (let index = first; index < end; index++) {
      const top = y(hours.high[index]);
      context.rect(this.x(hours.t[index]), top, width, Math.max(1, y(hours.low[index]) - top));
    }
    context.fill();
    context.globalAlpha = 1;
    context.lineWidth = 1.5;
    context.beginPath();
    for (let index = first; index < end; index++) {
      const [x, height] = [this.x(hours.t[index]) + width / 2, y(hours.mean[index])];
      if (index > first && hours.t[index] - hours.t[index - 1] <= 2 * HOUR) context.lineTo(x, height);
      else context.moveTo(x, height);
    }
    context.stroke();
  }

  drawDays(y) {
    const { context, history, view } = this;
    const days = history.daysIn(view.from, view.to).filter((day) => day.middle);
    context.globalAlpha = 0.45;
    for (const { start, end, middle } of days) this.bar(this.x(start), Math.max(1, (end - start) * this.scale), y(middle[0]), y(middle[2]));
    context.globalAlpha = 1;
    for (const { start, end, middle } of days) this.bar(this.x(start), Math.max(1, (end - start) * this.scale), y(middle[1]) + 1, y(middle[1]) - 1);
  }

  bar(x, width, bottom, top) {
    this.context.fillRect(x, top, width, Math.max(1, bottom - top));
  }

  drawInsulin() {
    if (this.view.span <= RAW_SPAN) {
      this.drawBasal();
      this.drawOnBoard();
      this.drawBoluses();
    } else {
      this.drawDailyInsulin();
    }
    this.drawModes();
  }

  /** What was delivered as an area, what the profile would have given as a line. */
  drawBasal() {
    const { context, colors, history, tops } = this;
    const y = (rate) => this.y("basal", rate / 1000, tops.basal);
    const floor = y(0);
    const [first, end] = history.touching(history.basal, this.view.from, this.view.to);
    const { t, seconds, rate, source } = history.basal;
    const kinds = [[colors.low, (kind) => kind === 0], [colors.meal, (kind) => kind === 1 || kind === 2], [colors.basal, (kind) => kind >= 3]];
    for (const [color, isKind] of kinds) {
      context.fillStyle = color;
      context.beginPath();
      for (let index = first; index < end; index++) {
        if (!isKind(source[index])) continue;
        const height = source[index] === 0 ? 3 : Math.max(0.5, floor - y(rate[index]));
        context.rect(this.x(t[index]), floor - height, Math.max(0.5, seconds[index] * this.scale) + 0.3, height);
      }
      context.fill();
    }
    context.strokeStyle = colors.ink;
    context.lineWidth = 1;
    context.beginPath();
    for (let index = first, open = false; index < end; index++) {
      const { t, seconds, profile } = history.basal;
      if (profile[index] < 0) { open = false; continue; }
      const height = y(profile[index]);
      if (open) context.lineTo(this.x(t[index]), height);
      else context.moveTo(this.x(t[index]), height);
      context.lineTo(this.x(t[index] + seconds[index]), height);
      open = true;
    }
    context.stroke();
  }

  drawOnBoard() {
    const { context, colors, history, tops, view } = this;
    const [first, end] = history.span(history.board, view.from - HOUR, view.to + HOUR);
    context.strokeStyle = colors.auto;
    context.lineWidth = 1.5;
    context.beginPath();
    for (let index = first; index < end; index++) {
      const [x, y] = [this.x(history.board.t[index]), this.y("board", history.board.units[index] / 100, tops.board)];
      if (index > first && history.board.t[index] - history.board.t[index - 1] <= 2 * HOUR) context.lineTo(x, y);
      else context.moveTo(x, y);
    }
    context.stroke();
  }

  drawBoluses() {
    const { context, colors, history, tops, view } = this;
    const { boluses } = history;
    const floor = this.y("bolus", 0, 1);
    const [first, end] = history.span(boluses, view.from - 8 * HOUR, view.to);
    const width = Math.min(6, Math.max(1.5, 900 * this.scale));
    for (let index = first; index < end; index++) {
      const automatic = boluses.automatic[index] === 1;
      const y = (units) => this.y("bolus", units / 1000, tops.bolus);
      context.fillStyle = automatic ? colors.auto : colors.meal;
      if (boluses.extended[index] > 0) {
        context.globalAlpha = 0.3;
        context.fillRect(this.x(boluses.t[index]), y(boluses.extended[index]), boluses.seconds[index] * this.scale, floor - y(boluses.extended[index]));
        context.globalAlpha = 1;
      }
      context.fillRect(this.x(boluses.t[index]) - width / 2, y(boluses.units[index]), width, floor - y(boluses.units[index]));
    }
    if (view.span <= LABEL_SPAN) this.drawDoses(first, end);
  }

  /** Dose and carbohydrates of each bolus, where there is room. */
  drawDoses(first, end) {
    const { context, colors, history, words, lanes } = this;
    const { boluses, carbs } = history;
    const labels = [];
    for (let index = first; index < end; index++) {
      const grams = boluses.carbs[index] > 0 ? ` · ${words.number(boluses.carbs[index], 0)} g` : "";
      const text = `${words.dose(boluses.units[index], 1)}${grams}`;
      labels.push({ at: boluses.t[index], text, color: boluses.automatic[index] === 1 ? colors.auto : colors.meal });
    }
    const [from, to] = history.span(carbs, this.view.from, this.view.to);
    for (let index = from; index < to; index++) labels.push({ at: carbs.t[index], text: `${words.number(carbs.grams[index], 0)} g`, color: colors.ink });
    labels.sort((one, other) => one.at - other.at);
    const free = [0, 0, 0];
    context.textAlign = "left";
    for (const { at, text, color } of labels) {
      const x = this.x(at) + 4;
      const row = free.findIndex((edge) => edge <= x);
      if (row < 0) continue;
      context.fillStyle = color;
      context.fillText(text, x, lanes.bolus.top + 9 + row * 12);
      free[row] = x + context.measureText(text).width + 4;
    }
  }

  /** Units per day as columns: basal below, boluses on it. */
  drawDailyInsulin() {
    const { context, colors, history, view, tops } = this;
    const lane = { top: this.lanes.bolus.top, bottom: this.lanes.board.top + this.lanes.board.height };
    const height = (units) => ((lane.bottom - lane.top) * Math.min(units, tops.day)) / tops.day;
    for (const { start, end, insulin } of history.daysIn(view.from, view.to)) {
      const width = Math.max(1, (end - start) * this.scale * 0.85);
      const parts = [["basal", insulin.basal], ["meal", insulin.bolus - insulin.automatic], ["auto", insulin.automatic]];
      let foot = lane.bottom;
      for (const [color, units] of parts) {
        context.fillStyle = colors[color];
        context.fillRect(this.x(start), foot - height(units), width, height(units));
        foot -= height(units);
      }
    }
  }

  drawModes() {
    const { context, colors, history, lanes, view } = this;
    const { top, height } = lanes.modes;
    context.fillStyle = colors.grid;
    context.fillRect(LEFT, top, this.width, height);
    const names = ["loop", "sleep", "exercise"];
    const [first, end] = [0, history.modes.t.length];
    for (let index = first; index < end; index++) {
      const { t, seconds, kind } = history.modes;
      if (t[index] > view.to || t[index] + seconds[index] < view.from) continue;
      const half = kind[index] === 0 ? 0 : height / 2;
      context.fillStyle = colors[names[kind[index]]];
      context.fillRect(this.x(t[index]), top + half, Math.max(0.7, seconds[index] * this.scale), height - half);
    }
  }

  drawMarks() {
    const { history, lanes, view, colors } = this;
    const foot = lanes.marks.top + lanes.marks.height;
    const kinds = ["alert", "cgm", "alarm", "malf"];
    // Far out only what stopped delivery is worth a mark: everything else would be a solid line.
    const least = view.span > HOUR_SPAN ? 2 : 0;
    this.eachMark(history.alarms, (index) => {
      if (history.alarms.kind[index] >= least) this.triangle(this.x(history.alarms.t[index]), foot, colors[kinds[history.alarms.kind[index]]]);
    });
    if (view.span <= HOUR_SPAN) this.eachMark(history.sites, (index) => this.dot(this.x(history.sites.t[index]), foot - 5, history.sites.part[index] === 3 ? colors.cgm : colors.link));
    this.eachMark(history.settings, (index) => this.flag(this.x(history.settings.t[index])));
  }

  eachMark(table, draw) {
    const [first, end] = this.history.span(table, this.view.from, this.view.to);
    for (let index = first; index < end; index++) draw(index);
  }

  triangle(x, foot, color) {
    const { context } = this;
    context.fillStyle = color;
    context.beginPath();
    context.moveTo(x, foot - 10);
    context.lineTo(x + 5, foot);
    context.lineTo(x - 5, foot);
    context.fill();
  }

  dot(x, y, color) {
    this.context.fillStyle = color;
    this.context.beginPath();
    this.context.arc(x, y, 4, 0, 2 * Math.PI);
    this.context.fill();
  }

  flag(x) {
    const { context, colors, lanes } = this;
    context.fillStyle = colors["note-edge"];
    context.fillRect(x, lanes.glucose.top, 1, lanes.marks.top + lanes.marks.height - lanes.glucose.top);
    context.fillRect(x, lanes.glucose.top, 9, 7);
  }

  drawCursor(instant) {
    this.context.fillStyle = this.colors.muted;
    this.context.fillRect(this.x(instant), 0, 1, this.lanes.axis.top);
  }

  /** The labels left of the axis. */
  drawLabels() {
    const { context, colors, history, words, lanes, tops, view } = this;
    context.fillStyle = colors.muted;
    context.textAlign = "right";
    const { low, high, veryHigh } = history.thresholds;
    for (const edge of [low, high, veryHigh, TOP_GLUCOSE]) context.fillText(words.glucose(edge), LEFT - 5, Math.max(10, this.y("glucose", edge, TOP_GLUCOSE) + 4));
    const top = (lane, value) => context.fillText(words.number(value, 0), LEFT - 5, lanes[lane].top + 9);
    const name = (lane, key) => context.fillText(words.text(key), LEFT - 5, lanes[lane].top + lanes[lane].height);
    if (view.span > RAW_SPAN) {
      top("bolus", tops.day);
      return name("board", "lane-day");
    }
    for (const lane of ["bolus", "basal", "board"]) {
      top(lane, tops[lane]);
      name(lane, `lane-${lane}`);
    }
  }
}

/** The tops of the axes, the same all over the history so that days can be compared. */
function topsOf(history) {
  const most = (values) => values.reduce((high, value) => Math.max(high, value), 0);
  return {
    bolus: Math.ceil(Math.max(LEAST_BOLUS, most(history.boluses.units) / 1000)),
    basal: Math.ceil(Math.max(1, most(history.basal.rate) / 1000)),
    board: Math.ceil(Math.max(1, most(history.board.units) / 100)),
    day: Math.ceil(Math.max(10, most(history.days.map((day) => day.insulin.basal + day.insulin.bolus))) / 10) * 10,
  };
}
