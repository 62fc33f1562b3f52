// What stands below the picture: figures of the period in view, two periods compared, the hours of the week, lows, settings.

import { DAY, HOUR } from "./time.mjs";
import { RANGES, TOP_GLUCOSE, profile } from "./history.mjs";

const RANGE_KEYS = { vlow: "range-very-low", low: "range-low", ok: "range-in", high: "range-high", vhigh: "range-very-high" };

/** An element with attributes and children. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value !== undefined) made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

/** The figures of one period, each with its name. */
export function figures(history, words, from, to) {
  const glucose = history.glucose(from, to);
  const insulin = history.insulin(from, to);
  const days = insulin.basalHours / 24;
  const perDay = (units, decimals) => (days > 0 ? words.number(units / days, decimals) : "–");
  const known = (value, print) => (glucose ? print(value(glucose)) : "–");
  return [
    ...[...RANGES].reverse().map((range) => [words.text(RANGE_KEYS[range]), known((g) => g.shares[RANGES.indexOf(range)], (share) => words.percent(share, 1))]),
    [`${words.text("mean")} (${words.unit})`, known((g) => g.mean, (mean) => words.glucose(mean))],
    ["GMI", known((g) => g.gmi, (gmi) => words.percent(gmi, 1))],
    [words.text("cv"), known((g) => g.cv, (cv) => words.percent(cv, 1))],
    [words.text("readings"), glucose ? words.number(glucose.count, 0) : "0"],
    [words.text("insulin-a-day"), `${perDay(insulin.basal + insulin.bolus, 1)} U`],
    [words.text("basal-a-day"), `${perDay(insulin.basal, 1)} U`],
    [words.text("automatic-a-day"), `${perDay(insulin.automatic, 1)} U`],
    [words.text("carbs-a-day"), `${perDay(insulin.carbs, 0)} g`],
  ];
}

/** The period in view in one sentence, for the eye and the screen reader. */
export function sentence(history, words, from, to) {
  const glucose = history.glucose(from, to);
  const local = (instant) => history.clock.local(instant);
  const values = { period: words.period(local(from), local(to)) };
  if (!glucose) return words.text("said-empty", values);
  Object.assign(values, {
    readings: words.number(glucose.count, 0),
    inside: words.percent(glucose.shares[2]),
    below: words.percent(glucose.shares[0] + glucose.shares[1], 1),
    mean: `${words.glucose(glucose.mean)} ${words.unit}`,
  });
  return words.text("said", values);
}

/** A table of figures, a column per period. */
export function figuresTable(words, caption, columns) {
  const heads = columns.map(({ name }) => element("th", { scope: "col" }, name));
  const rows = columns[0].figures.map(([name], index) =>
    element("tr", {}, element("th", { scope: "row" }, name), ...columns.map(({ figures }) => element("td", {}, figures[index][1]))));
  return element("table", { class: "figures" }, element("caption", {}, caption), element("thead", {}, element("tr", {}, element("td"), ...heads)), element("tbody", {}, ...rows));
}

const SVG = "http://www.w3.org/2000/svg";

function shape(name, attributes, ...children) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/** The profiles of two periods over one another: median and the middle half of each, with the edges of the ranges as scale. */
export function profileChart(history, words, periods) {
  const y = (glucose) => TOP_GLUCOSE - Math.min(glucose, TOP_GLUCOSE);
  const { low, high, veryHigh } = history.thresholds;
  const parts = [shape("rect", { class: "target", x: 0, width: 1440, y: y(high), height: high - low })];
  for (const { from, to, color } of periods) {
    const bins = profile(history, from, to);
    const points = bins.map((bin, hour) => bin && [hour * 60 + 30, bin]).filter(Boolean);
    if (points.length === 0) continue;
    const line = (which) => points.map(([x, bin]) => `${x} ${y(bin[which]).toFixed(1)}`);
    parts.push(shape("path", { d: `M${line(3).join("L")}L${line(1).reverse().join("L")}Z`, style: `fill:var(--${color});opacity:.22` }));
    parts.push(shape("path", { d: `M${line(2).join("L")}`, style: `fill:none;stroke:var(--${color});stroke-width:3;vector-effect:non-scaling-stroke` }));
  }
  const svg = shape("svg", { class: "profiles", viewBox: `0 0 1440 ${TOP_GLUCOSE}`, preserveAspectRatio: "none", role: "img", "aria-label": words.text("profiles-said") }, ...parts);
  const hours = element("div", { class: "hours", "aria-hidden": "true" }, ...[0, 6, 12, 18, 24].map((hour) => element("span", {}, `${String(hour).padStart(2, "0")}:00`)));
  const legend = element("p", { class: "legend" }, ...periods.map(({ name, color }) => element("span", {}, element("i", { style: `background:var(--${color})` }), name)));
  const scale = [low, high, veryHigh].map((edge) => element("span", { style: `bottom:${(100 * edge) / TOP_GLUCOSE}%` }, words.glucose(edge)));
  const frame = element("div", { class: "profile-frame" }, svg, element("div", { class: "scale", "aria-hidden": "true" }, ...scale));
  return element("div", {}, frame, hours, legend);
}

/** The class of colour of a share of time in range; the same steps as in the report. */
export function heat(share) {
  if (share === undefined) return "h-none";
  return share < 40 ? "h0" : share < 55 ? "h1" : share < 70 ? "h2" : share < 85 ? "h3" : "h4";
}

/** The hours of the week as buttons; each opens its days. */
export function weekMap(history, words, from, to, open) {
  const cells = history.weekMap(from, to);
  const share = ({ all, inside }) => (all === 0 ? undefined : (100 * inside) / all);
  const cell = (index) => {
    const value = share(cells[index]);
    const weekday = words.text(`weekday-${Math.floor(index / 24) + 1}`);
    const label = `${weekday} ${String(index % 24).padStart(2, "0")}:00: ${words.percent(value)}`;
    return element("td", {}, element("button", { type: "button", class: heat(value), title: label, "aria-label": label, tabindex: index === 0 ? 0 : -1, onclick: () => open(Math.floor(index / 24), index % 24) }));
  };
  const row = (weekday) => element("tr", {}, element("th", { scope: "row" }, words.text(`weekday-${weekday + 1}`).slice(0, 2)), ...Array.from({ length: 24 }, (_, hour) => cell(weekday * 24 + hour)));
  const hour = (index) => element("th", { scope: "col" }, index % 3 === 0 ? String(index) : element("span", { class: "hidden" }, String(index)));
  const heads = element("tr", {}, element("td"), ...Array.from({ length: 24 }, (_, index) => hour(index)));
  const table = element("table", { class: "week-map" }, element("caption", {}, words.text("week-map")), element("thead", {}, heads), element("tbody", {}, ...Array.from({ length: 7 }, (_, weekday) => row(weekday))));
  table.addEventListener("keydown", (event) => moveInGrid(event, table));
  return table;
}

/** Arrow keys move between the cells of a grid, so that it takes one stop of the Tab key and not 168. */
function moveInGrid(event, table) {
  const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -24, ArrowDown: 24 };
  const buttons = [...table.querySelectorAll("button")];
  const next = buttons[buttons.indexOf(document.activeElement) + (steps[event.key] ?? NaN)];
  if (!next) return;
  event.preventDefault();
  buttons.forEach((button) => button.setAttribute("tabindex", button === next ? 0 : -1));
  next.focus();
}

/** The days of a weekday with their time in range in one hour, the worst first. */
export function daysOfCell(history, words, from, to, weekday, hour, go) {
  const days = history.daysIn(from, to).filter(({ start }) => (Math.floor(history.clock.local(start + 12 * HOUR) / DAY) + 3) % 7 === weekday);
  const known = days.map(({ start }) => {
    const begin = history.clock.instant(Math.floor(history.clock.local(start + 12 * HOUR) / DAY) * DAY + hour * HOUR);
    return { begin, glucose: history.glucose(begin, begin + HOUR) };
  });
  const sorted = known.filter(({ glucose }) => glucose).sort((one, other) => one.glucose.shares[2] - other.glucose.shares[2]);
  const item = ({ begin, glucose }) => element("li", {}, element("button", { type: "button", onclick: () => go(begin, DAY) },
    `${words.format("date", history.clock.local(begin))}: ${words.percent(glucose.shares[2])}, ${words.glucose(glucose.mean)} ${words.unit}`));
  return element("ol", { class: "picks" }, ...sorted.slice(0, 60).map(item));
}

/** The lows of a period, the latest first; each leads to its place. */
export function lowsList(history, words, from, to, go) {
  const { t, seconds, kind, extreme } = history.episodes;
  const [first, end] = history.span(history.episodes, from, to);
  const lows = [];
  for (let index = end - 1; index >= first && lows.length < 100; index--) if (kind[index] === 0) lows.push(index);
  const item = (index) => element("li", {}, element("button", { type: "button", onclick: () => go(t[index] + seconds[index] / 2, 12 * HOUR) },
    `${words.moment(history.clock.local(t[index]))}: ${words.text("low-said", { lowest: words.glucose(extreme[index]), minutes: words.number(seconds[index] / 60, 0) })}`));
  return element("ol", { class: "picks" }, ...lows.map(item));
}

/** Every change of the settings, the latest first. */
export function settingsList(history, words, go) {
  const item = ({ at, lines }) => element("li", {}, element("button", { type: "button", onclick: () => go(at, 14 * DAY) }, words.moment(history.clock.local(at))),
    element("ul", {}, ...lines.map((line) => element("li", {}, line))));
  return element("ol", { class: "picks" }, ...[...history.info.settings].reverse().map(item));
}

/** What is under the pointer, line by line. */
export function readout(history, words, instant) {
  const lines = [words.moment(history.clock.local(instant))];
  const reading = history.nearestReading(instant, 10 * 60);
  if (reading !== undefined) lines.push(`${words.glucose(history.readings.glucose[reading])} ${words.unit}`);
  const near = (table, within) => {
    const [first, end] = history.span(table, instant - within, instant + within);
    return Array.from({ length: end - first }, (_, index) => first + index);
  };
  for (const index of near(history.boluses, 15 * 60).slice(0, 3)) {
    const grams = history.boluses.carbs[index] > 0 ? ` · ${words.number(history.boluses.carbs[index], 0)} g` : "";
    lines.push(`${words.text("bolus")} ${words.dose(history.boluses.units[index], 2)} U${grams}`);
  }
  const [, end] = history.span(history.basal, instant, instant + 1);
  const basal = end - 1;
  if (basal >= 0 && history.basal.t[basal] + history.basal.seconds[basal] > instant) lines.push(`${words.text("basal")} ${words.number(history.basal.rate[basal] / 1000, 2)} U/h`);
  for (const index of near(history.alarms, 20 * 60).slice(0, 3)) lines.push(history.info.alarms[history.alarms.name[index]]);
  return lines;
}
