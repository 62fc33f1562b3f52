// Shows time and glucose under the pointer on the day pages. The report is complete without it.
(() => {
  const decode = d => d.split("M").slice(1).flatMap(run => {
    let [x, y, ...rest] = run.replace("h0", "").split(/[l ]/).map(Number);
    const points = [[x, y]];
    for (let i = 0; i + 1 < rest.length; i += 2) points.push([x += rest[i], y += rest[i + 1]]);
    return points;
  });
  for (const plot of document.querySelectorAll(".plot.g")) {
    const svg = plot.querySelector("svg"), path = svg.querySelector(".trace"), unit = plot.closest(".lane-row").querySelector(".unit"), comma = document.documentElement.lang === "de";
    if (!path || !path.getAttribute("d")) continue;
    let points, tip;
    plot.addEventListener("pointermove", event => {
      points ??= decode(path.getAttribute("d"));
      tip ??= plot.appendChild(Object.assign(document.createElement("output"), { className: "tip" }));
      const box = svg.getBoundingClientRect(), length = svg.viewBox.baseVal.width, minute = (event.clientX - box.left) / box.width * length;
      const near = points.reduce((best, p) => Math.abs(p[0] - minute) < Math.abs(best[0] - minute) ? p : best);
      tip.hidden = Math.abs(near[0] - minute) > 15;
      const two = n => String(n).padStart(2, "0"), mmol = unit.textContent.includes("mmol");
      const [at, shift] = (plot.closest("[data-change]")?.dataset.change ?? "9999,0").split(",").map(Number);
      const wall = near[0] + (near[0] >= at ? shift : 0);
      tip.textContent = `${two(Math.floor(wall / 60))}:${two(wall % 60)}  ${near[1] >= 350 ? "≥ " : ""}${mmol ? (near[1] / 18.01559).toFixed(1).replace(".", comma ? "," : ".") : near[1]}`;
      tip.style.left = `${box.left - plot.getBoundingClientRect().left + near[0] / length * box.width}px`;
    });
    plot.addEventListener("pointerleave", () => { if (tip) tip.hidden = true; });
  }
})();
