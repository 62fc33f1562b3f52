// Which part of the history is seen: moved and zoomed like a map, by pointer, touch, wheel and keyboard.

import { DAY, HOUR } from "./time.mjs";

const LEAST_SPAN = 2 * HOUR;
const ZOOM_STEP = 1.5;

export class View {
  constructor(first, last, changed) {
    this.first = first;
    this.last = last;
    this.changed = changed;
    this.set(last - 14 * DAY, last);
  }

  get span() {
    return this.to - this.from;
  }

  /** Shows a period, held inside the history. */
  set(from, to) {
    const whole = this.last - this.first;
    const span = Math.min(Math.max(to - from, LEAST_SPAN), whole);
    const start = Math.min(Math.max((from + to) / 2 - span / 2, this.first), this.last - span);
    this.from = start;
    this.to = start + span;
    this.changed?.(this);
  }

  /** Shows `span` seconds around an instant. */
  center(instant, span = this.span) {
    this.set(instant - span / 2, instant + span / 2);
  }

  move(seconds) {
    this.set(this.from + seconds, this.to + seconds);
  }

  /** Makes the view `factor` times as long; the instant at `share` of its width stays where it is. */
  zoom(factor, share = 0.5) {
    const fixed = this.from + share * this.span;
    const span = Math.min(Math.max(this.span * factor, LEAST_SPAN), this.last - this.first);
    this.set(fixed - share * span, fixed + (1 - share) * span);
  }
}

/** What a key does; `undefined` for keys that do nothing. */
export function keyAction(key) {
  return {
    ArrowLeft: (view) => view.move(-view.span / 4),
    ArrowRight: (view) => view.move(view.span / 4),
    PageUp: (view) => view.move(-view.span),
    PageDown: (view) => view.move(view.span),
    Home: (view) => view.set(view.first, view.first + view.span),
    End: (view) => view.set(view.last - view.span, view.last),
    "+": (view) => view.zoom(1 / ZOOM_STEP),
    "=": (view) => view.zoom(1 / ZOOM_STEP),
    "-": (view) => view.zoom(ZOOM_STEP),
  }[key];
}

/** Lets pointers, touches and the wheel move the view of a canvas. `left` is where its time axis begins, in pixels. */
export function listen(canvas, view, left) {
  const pointers = new Map();
  const width = () => canvas.clientWidth - left;
  const share = (x) => Math.min(1, Math.max(0, (x - canvas.getBoundingClientRect().left - left) / width()));
  canvas.addEventListener("pointerdown", (event) => {
    pointers.set(event.pointerId, event.clientX);
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointermove", (event) => {
    const before = pointers.get(event.pointerId);
    if (before === undefined) return;
    const all = [...pointers.values()];
    pointers.set(event.pointerId, event.clientX);
    if (all.length === 1) view.move(((before - event.clientX) / width()) * view.span);
    else pinch(view, all, [...pointers.values()], share);
  });
  for (const name of ["pointerup", "pointercancel"]) canvas.addEventListener(name, (event) => pointers.delete(event.pointerId));
  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    const sideways = Math.abs(event.deltaX) > Math.abs(event.deltaY) || event.shiftKey;
    if (sideways) view.move(((event.deltaX || event.deltaY) / width()) * view.span);
    else view.zoom(Math.exp(event.deltaY * 0.002), share(event.clientX));
  }, { passive: false });
  canvas.addEventListener("dblclick", (event) => view.zoom(1 / 3, share(event.clientX)));
  canvas.addEventListener("keydown", (event) => {
    const action = event.ctrlKey || event.metaKey || event.altKey ? undefined : keyAction(event.key);
    if (!action) return;
    event.preventDefault();
    action(view);
  });
}

function pinch(view, before, after, share) {
  const distance = ([one, other]) => Math.max(20, Math.abs(one - other));
  const middle = (after[0] + after[1]) / 2;
  view.zoom(distance(before) / distance(after), share(middle));
}
