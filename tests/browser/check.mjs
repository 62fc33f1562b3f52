// Opens a report in headless Chromium on a desk, a phone and on paper, light and dark, and fails on: console errors, requests
// to anywhere, accessibility violations, sideways scrolling, and labels of a chart that overlap or are cut.
//
//   node check.mjs REPORT.html [FOLDER-FOR-SCREENSHOTS]

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const [report, folder] = process.argv.slice(2);
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const address = pathToFileURL(report).href;
const looks = [
  { name: "desk", width: 1280, height: 900, scheme: "light" },
  { name: "desk-dark", width: 1280, height: 900, scheme: "dark" },
  { name: "phone", width: 390, height: 844, scheme: "light" },
  { name: "paper", width: 816, height: 1056, scheme: "light", media: "print" },
];

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update"],
});
const faults = [];
for (const look of looks) {
  const page = await browser.newPage({ viewport: { width: look.width, height: look.height }, colorScheme: look.scheme });
  const fault = (words) => faults.push(`${look.name}: ${words}`);
  page.on("console", (message) => message.type() === "error" && fault(`console: ${message.text()}`));
  page.on("pageerror", (error) => fault(`script: ${error.message}`));
  page.on("request", (request) => request.url() !== address && !request.url().startsWith("data:") && fault(`request: ${request.url()}`));
  await page.emulateMedia({ media: look.media ?? "screen", colorScheme: look.scheme });
  await page.goto(address);
  const wider = await page.evaluate(() => document.scrollingElement.scrollWidth - window.innerWidth);
  if (wider > 0) fault(`scrolls sideways by ${wider} px`);
  for (const words of await page.evaluate(labelFaults)) fault(words);
  if (!look.media) {
    await page.evaluate(axe);
    const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
    for (const { id, impact, help, nodes } of found.violations) {
      if (impact === "serious" || impact === "critical") fault(`axe ${id} (${impact}): ${help}; ${nodes[0].html.slice(0, 120)}`);
    }
  }
  if (folder) await page.screenshot({ path: `${folder}/${look.name}.png`, fullPage: !look.media });
  if (look.media && folder) await page.pdf({ path: `${folder}/${look.name}.pdf`, format: "Letter" });
  await page.close();
}
await browser.close();
for (const words of faults) console.error(`✗ ${words}`);
console.log(faults.length === 0 ? `✓ ${looks.length} looks, nothing wrong` : `${faults.length} faults`);
process.exit(faults.length === 0 ? 0 : 1);

/** Runs in the page: labels of one chart that lie on each other, or outside their chart. */
function labelFaults() {
  const found = [];
  const shown = (box) => box.width > 0 && box.height > 0;
  for (const chart of document.querySelectorAll("svg")) {
    const frame = chart.getBoundingClientRect();
    if (!shown(frame)) continue;
    const labels = [...chart.querySelectorAll("text")]
      .filter((label) => label.textContent.trim() && getComputedStyle(label).visibility !== "hidden" && getComputedStyle(label).opacity !== "0")
      .map((label) => ({ words: label.textContent.trim(), box: label.getBoundingClientRect() }))
      .filter(({ box }) => shown(box));
    for (const [index, one] of labels.entries()) {
      const outside = Math.max(frame.left - one.box.left, one.box.right - frame.right);
      if (outside > 2 && getComputedStyle(chart).overflow !== "visible") found.push(`"${one.words}" is cut by ${outside.toFixed(0)} px`);
      for (const other of labels.slice(index + 1)) {
        const across = Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left);
        const down = Math.min(one.box.bottom, other.box.bottom) - Math.max(one.box.top, other.box.top);
        if (across > 1 && down > 3) found.push(`"${one.words}" lies on "${other.words}"`);
      }
    }
  }
  return found.slice(0, 20);
}
