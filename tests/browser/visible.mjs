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
