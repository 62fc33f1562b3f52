// Shows time and glucose under the pointer on the day pages. The report is complete without it.
(() => {
  const decode = d => d.split("M").slice(1).flatMap(run => {
    let [x, y, ...rest] = run.replace("h0", "").split(/[l ]/).map(Number);
    const points = [[x, y]];
    for (let i = 0; i + 1 < rest.length; i += 2) points.push([x += rest[i], y += rest[i + 1]]);
    return points;
  });
  for (const plot of document.querySelectorAll(".plot.g")) {
    const svg = plot.querySelector("svg"), path = svg.querySelector(".trace"), unit = plot.closest(".lane-row").querySelector(".unit");
    if (!path || !path.getAttribute("d")) continue;
    let points, tip;
    plot.addEventListener("pointermove", event => {
      points ??= decode(path.getAttribute("d"));
      tip ??= plot.appendChild(Object.assign(document.createElement("output"), { className: "tip" }));
      const box = svg.getBoundingClientRect(), minute = (event.clientX - box.left) / box.width * 1440;
      const near = points.reduce((best, p) => Math.abs(p[0] - minute) < Math.abs(best[0] - minute) ? p : best);
      tip.hidden = Math.abs(near[0] - minute) > 15;
      const two = n => String(n).padStart(2, "0"), mmol = unit.textContent.includes("mmol");
      tip.textContent = `${two(Math.floor(near[0] / 60))}:${two(near[0] % 60)}  ${near[1] >= 350 ? "≥ " : ""}${mmol ? (near[1] / 18.01559).toFixed(1) : near[1]}`;
      tip.style.left = `${box.left - plot.getBoundingClientRect().left + near[0] / 1440 * box.width}px`;
    });
    plot.addEventListener("pointerleave", () => { if (tip) tip.hidden = true; });
  }
})();
