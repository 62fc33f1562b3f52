// Run inside a page by the checks: what a person could not see or read.

/** Bars of charts that are there but cannot be seen: thinner than half a pixel, or covered by their own outline. */
export function invisibleBars() {
  const found = [];
  for (const chart of document.querySelectorAll(".plot svg, svg.cells")) {
    const frame = chart.getBoundingClientRect();
    if (frame.width === 0) continue;
    const name = chart.getAttribute("aria-label");
    const bars = [...chart.querySelectorAll("rect[class]")].filter((bar) => Number(bar.getAttribute("height")) > 0 && Number(bar.getAttribute("width")) > 0);
    for (const bar of bars) {
      const { width } = bar.getBoundingClientRect();
      const style = getComputedStyle(bar);
      const outline = style.stroke === "none" ? 0 : parseFloat(style.strokeWidth);
      if (width - outline < 0.5 && !bar.closest(".lanes-of-day")) found.push(`a bar of “${name}” is ${width.toFixed(1)} px wide with an outline of ${outline}`);
    }
  }
  return [...new Set(found)].slice(0, 10);
}

/** Labels of one chart that lie on each other, or outside of the page. */
export function labelFaults() {
  const found = [];
  const groups = [...document.querySelectorAll(".plot, .over, .xs, .ys, svg.bar")].map((group) => {
    const own = group.matches(".plot") ? ":scope > .xs > span" : group.matches("svg") ? "text" : ":scope > span:not(.alarm-mark)";
    return [...group.querySelectorAll(own)];
  });
  for (const labels of groups) {
    const boxes = labels
      .filter((label) => label.textContent.trim() && getComputedStyle(label).visibility !== "hidden")
      .map((label) => ({ words: label.textContent.trim(), box: label.getBoundingClientRect() }))
      .filter(({ box }) => box.width > 0 && box.height > 0);
    for (const [index, one] of boxes.entries()) {
      if (one.box.left < -1 || one.box.right > document.documentElement.clientWidth + 1) found.push(`“${one.words}” is cut by the edge of the page`);
      for (const other of boxes.slice(index + 1)) {
        const across = Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left);
        const down = Math.min(one.box.bottom, other.box.bottom) - Math.max(one.box.top, other.box.top);
        if (across > 1 && down > 3) found.push(`“${one.words}” lies on “${other.words}”`);
      }
    }
  }
  return [...new Set(found)].slice(0, 20);
}

/** Charts that show nothing though they do not say that there is nothing. */
export function blankCharts() {
  const isMark = (shape) => {
    if (shape.matches(".grid, .edge, .target, .track")) return false;
    const { fill, stroke, visibility, opacity } = getComputedStyle(shape);
    const isPainted = (fill !== "none" || stroke !== "none") && visibility !== "hidden" && Number(opacity) > 0;
    const hasForm = shape.tagName === "path" ? Boolean(shape.getAttribute("d")) : Number(shape.getAttribute("width")) > 0 && Number(shape.getAttribute("height")) > 0;
    return isPainted && hasForm;
  };
  const found = [];
  for (const chart of document.querySelectorAll(".plot svg, svg.cells, svg.bar")) {
    const name = chart.getAttribute("aria-label") ?? "";
    const isShown = chart.getBoundingClientRect().width > 0;
    const saysNothing = /(^|: )(0|no|none|nothing|kein|keine|nichts) ?/i.test(name);
    if (isShown && !saysNothing && ![...chart.querySelectorAll("path, rect")].some(isMark)) found.push(`“${name}” is blank`);
  }
  return [...new Set(found)].slice(0, 10);
}

/** Charts with a scale that has no numbers. Small ones beside each other share the scale of their rows. */
export function unlabelledCharts() {
  const found = [];
  for (const plot of document.querySelectorAll(".plot:not(.tiny, .lane, .m)")) {
    const chart = plot.querySelector("svg");
    if (!chart || chart.getBoundingClientRect().width === 0) continue;
    const labels = [...plot.querySelectorAll(".ys:not(.right) > span")].filter((label) => label.textContent.trim() && label.getBoundingClientRect().width > 0);
    if (labels.length === 0) found.push(`“${chart.getAttribute("aria-label")}” has no numbers at its scale`);
  }
  return [...new Set(found)].slice(0, 10);
}
