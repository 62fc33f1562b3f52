// Opens reports in headless Chromium on a desk, a phone and on paper, light and dark, and fails on: errors of scripts, requests to
// anywhere, accessibility violations, sideways scrolling, charts that are blank or have no labels, bars that cannot be seen, labels
// that overlap or are cut, and paper of too many pages or without name, period and page number.
//
//   node check.mjs [--looks NAMES] [--screenshots FOLDER] REPORT.html[:PAGES] …
//
// PAGES is the most pages the report may have on paper; NAMES are some of the looks below, separated by commas.

import { execFileSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { checkAccess, finish, launch, openPage, takeLooks, takeOption } from "./browser.mjs";
import { blankCharts, invisibleBars, labelFaults, unlabelledCharts } from "./visible.mjs";

const words = process.argv.slice(2);
const LOOKS = takeLooks(words);
const folder = takeOption(words, "--screenshots");
const faults = [];
const browser = await launch();
for (const word of words) {
  const [file, pages] = word.split(":");
  for (const look of LOOKS) await checkLook(file, look);
  await checkPaper(file, Number(pages ?? Infinity));
}
await browser.close();
finish(faults, `${words.length} reports in ${LOOKS.length} looks and on paper`);

async function checkLook(file, look) {
  const fault = (text) => faults.push(`${basename(file)}, ${look.name}: ${text}`);
  const page = await openPage(browser, file, look, fault);
  for (const find of [labelFaults, invisibleBars, blankCharts, unlabelledCharts]) {
    for (const text of await page.evaluate(find)) fault(text);
  }
  await checkAccess(page, fault);
  if (folder) await page.screenshot({ path: join(folder, `${basename(file, ".html")}-${look.name}.png`), fullPage: true });
  await page.close();
}

/** Prints to PDF and reads it back: number of pages, and what stands on each. */
async function checkPaper(file, most) {
  const fault = (text) => faults.push(`${basename(file)}, paper: ${text}`);
  const page = await openPage(browser, file, { width: 816, height: 1056, media: "print" }, fault);
  const expected = await page.evaluate(() => ({
    name: document.querySelector(".about-person")?.dataset.name,
    period: document.querySelector(".period").firstChild.textContent,
  }));
  const path = join(folder ?? mkdtempSync(join(tmpdir(), "tandem-")), `${basename(file, ".html")}.pdf`);
  await page.pdf({ path, preferCSSPageSize: true });
  await page.close();
  const sheets = execFileSync("pdftotext", ["-layout", path, "-"], { encoding: "utf8" }).split("\f").slice(0, -1);
  if (sheets.length > most) fault(`${sheets.length} pages, at most ${most} are allowed`);
  sheets.forEach((sheet, index) => {
    const number = new RegExp(`(Page|Seite) ${index + 1} (of|von) ${sheets.length}`);
    if (!number.test(sheet)) fault(`page ${index + 1} has no page number`);
    for (const text of [expected.name, expected.period]) if (text && !sheet.replace(/\s+/g, " ").includes(text)) fault(`page ${index + 1} does not say ${text}`);
    if (sheet.trim().split("\n").length < 6) fault(`page ${index + 1} is almost empty`);
  });
}
