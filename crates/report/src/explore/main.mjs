// Puts the explorer together: reads the history from the page, shows it, and listens.

import { readTables } from "./columns.mjs";
import { Scene, LEFT } from "./draw.mjs";
import { History } from "./history.mjs";
import { daysOfCell, element, figures, figuresTable, lowsList, profileChart, readout, sentence, settingsList, weekMap } from "./panels.mjs";
import { DAY, HOUR } from "./time.mjs";
import { View, listen } from "./view.mjs";
import { Words } from "./words.mjs";

/** How long after the last move the panels below follow. */
const PANELS_AFTER_MS = 150;

const find = (id) => document.getElementById(id);

async function start() {
  const info = JSON.parse(find("info").textContent);
  const tables = await readTables(find("data").textContent, info.layout);
  find("data").remove();
  const history = new History(tables, info);
  const explorer = new Explorer(history, new Words(info.language, info.messages, info.mmol));
  window.tandem = explorer;
  document.documentElement.dataset.ready = "yes";
}

class Explorer {
  constructor(history, words) {
    this.history = history;
    this.words = words;
    this.canvas = find("picture");
    this.scene = new Scene(this.canvas, history, words);
    this.periods = {};
    this.scene.resize();
    this.view = new View(history.from, history.to, () => this.changed());
    this.listen();
    this.changed();
  }

  listen() {
    listen(this.canvas, this.view, LEFT);
    new ResizeObserver(() => { this.scene.resize(); this.changed(); }).observe(this.canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { this.scene.readColors(); this.changed(); });
    this.canvas.addEventListener("pointermove", (event) => this.point(event));
    this.canvas.addEventListener("pointerleave", () => this.point());
    this.canvas.addEventListener("keydown", (event) => this.key(event));
    for (const button of document.querySelectorAll("[data-span]")) button.addEventListener("click", () => this.show(button.dataset.span));
    find("earlier").addEventListener("click", () => this.view.move(-this.view.span * 0.8));
    find("later").addEventListener("click", () => this.view.move(this.view.span * 0.8));
    find("date").addEventListener("change", () => this.jump(find("date").value));
    find("low-before").addEventListener("click", () => this.goToLow(-1));
    find("low-after").addEventListener("click", () => this.goToLow(1));
    find("unit").addEventListener("click", () => this.changeUnit());
    for (const name of ["a", "b"]) find(`keep-${name}`).addEventListener("click", () => this.keep(name));
    for (const panel of document.querySelectorAll("details.panel")) panel.addEventListener("toggle", () => this.fillPanels());
  }

  /** The view has another place or size: draw with the next frame, and let the panels follow once it rests. */
  changed() {
    if (!this.view) return;
    this.frame ??= requestAnimationFrame(() => { this.frame = undefined; this.draw(); });
    clearTimeout(this.rest);
    this.rest = setTimeout(() => this.fillPanels(), PANELS_AFTER_MS);
  }

  draw() {
    this.scene.draw(this.view, this.cursor);
  }

  show(span) {
    const { view } = this;
    if (span === "all") view.set(view.first, view.last);
    else view.set(view.to - Number(span) * HOUR, view.to);
  }

  go(instant, span) {
    this.view.center(instant, span);
    this.cursor = undefined;
    this.canvas.focus();
    this.canvas.scrollIntoView({ block: "nearest" });
  }

  jump(date) {
    const local = Date.parse(`${date}T00:00:00Z`) / 1000;
    if (Number.isNaN(local)) return;
    const day = this.history.clock.instant(local);
    this.view.set(day, this.history.clock.midnightAfter(day + HOUR, 1));
  }

  goToLow(direction) {
    const middle = (this.view.from + this.view.to) / 2;
    const { t, seconds } = this.history.episodes;
    const from = this.low !== undefined && Math.abs(t[this.low] + seconds[this.low] / 2 - middle) < 60 ? t[this.low] : middle;
    this.low = this.history.nextLow(from, direction);
    if (this.low !== undefined) this.go(t[this.low] + seconds[this.low] / 2, Math.min(this.view.span, DAY));
  }

  key(event) {
    if (event.key === "l" || event.key === "L") this.goToLow(event.key === "l" ? 1 : -1);
    if (event.key === "g") find("date").focus();
  }

  point(event) {
    const inside = event && event.offsetX > LEFT;
    this.cursor = inside ? this.scene.instantAt(event.offsetX) : undefined;
    const tip = find("tip");
    tip.hidden = !inside;
    if (inside) {
      tip.replaceChildren(...readout(this.history, this.words, this.cursor).map((line) => element("span", {}, line)));
      const right = event.offsetX > this.scene.width / 2;
      tip.style.left = right ? "" : `${event.offsetX + 14}px`;
      tip.style.right = right ? `${this.scene.width - event.offsetX + 14}px` : "";
    }
    this.frame ??= requestAnimationFrame(() => { this.frame = undefined; this.draw(); });
  }

  changeUnit() {
    this.words.mmol = !this.words.mmol;
    this.changed();
  }

  keep(name) {
    this.periods[name] = { from: this.view.from, to: this.view.to };
    find("compare").open = true;
    this.fillPanels();
  }

  fillPanels() {
    const { history, words, view } = this;
    const { from, to } = view;
    const go = (instant, span) => this.go(instant, span);
    find("said").textContent = sentence(history, words, from, to);
    find("unit").textContent = words.text("show-in", { unit: words.mmol ? "mg/dL" : "mmol/L" });
    find("glucose-unit").textContent = words.unit;
    find("date").value = new Date(history.clock.local((from + to) / 2) * 1000).toISOString().slice(0, 10);
    find("sql").textContent = this.sql(from, to);
    const fill = (id, ...children) => { if (find(id).open) find(id).querySelector(".body").replaceChildren(...children); };
    const here = { name: words.text("in-view"), from, to, figures: figures(history, words, from, to), color: "meal" };
    if (find("now").open) fill("now", figuresTable(words, words.period(history.clock.local(from), history.clock.local(to)), [here]), profileChart(history, words, [here]));
    if (find("lows").open) fill("lows", lowsList(history, words, from, to, go));
    if (find("changes").open) fill("changes", settingsList(history, words, go));
    if (find("week").open) this.fillWeek(from, to, go);
    if (find("compare").open) this.fillCompare();
  }

  fillWeek(from, to, go) {
    const picks = element("div", {});
    const open = (weekday, hour) => {
      const title = `${this.words.text(`weekday-${weekday + 1}`)}, ${String(hour).padStart(2, "0")}:00`;
      picks.replaceChildren(element("h3", {}, title), daysOfCell(this.history, this.words, from, to, weekday, hour, go));
    };
    find("week").querySelector(".body").replaceChildren(weekMap(this.history, this.words, from, to, open), picks);
  }

  fillCompare() {
    const { history, words, periods } = this;
    const chosen = [["a", "meal"], ["b", "corr"]].filter(([name]) => periods[name]).map(([name, color]) => {
      const { from, to } = periods[name];
      const title = `${name.toUpperCase()}: ${words.period(history.clock.local(from), history.clock.local(to))}`;
      return { name: title, from, to, color, figures: figures(history, words, from, to) };
    });
    const body = find("compare").querySelector(".chosen");
    if (chosen.length === 0) body.replaceChildren(element("p", {}, words.text("compare-how")));
    else body.replaceChildren(figuresTable(words, words.text("compare"), chosen), profileChart(history, words, chosen));
  }

  sql(from, to) {
    const text = (instant) => new Date(instant * 1000).toISOString().slice(0, 19);
    return `tandem query "FROM cgm_readings WHERE timestamp_utc >= '${text(from)}Z' AND timestamp_utc < '${text(to)}Z' ORDER BY timestamp_utc"`;
  }
}

start();
