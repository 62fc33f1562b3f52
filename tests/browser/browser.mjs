// What the checks share: a headless browser, and pages that tell every error, request and violation.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** How the pages are looked at. */
const LOOKS = [
  { name: "desk", width: 1280, height: 900 },
  { name: "desk-dark", width: 1280, height: 900, scheme: "dark" },
  { name: "phone", width: 390, height: 844 },
];

/** Takes the option `name` and its value from the beginning of `words`; its value, if it is there. */
export function takeOption(words, name) {
  return words[0] === name ? words.splice(0, 2)[1] : undefined;
}

/** Takes `--looks NAMES` from the beginning of `words`; the looks that it names, or all. */
export function takeLooks(words) {
  const names = takeOption(words, "--looks")?.split(",");
  return LOOKS.filter(({ name }) => !names || names.includes(name));
}

export function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
}

/** Opens a file as `look` says, after `prepare`; `fault` hears of errors of its scripts and of requests to anywhere. */
export async function openPage(browser, file, look, fault, prepare) {
  const address = pathToFileURL(file).href;
  const page = await browser.newPage({ viewport: { width: look.width, height: look.height }, colorScheme: look.scheme ?? "light" });
  page.on("console", (message) => message.type() === "error" && fault(`console: ${message.text()}`));
  page.on("pageerror", (error) => fault(`script: ${error.message}`));
  page.on("request", (request) => request.url() !== address && !/^(data|blob):/.test(request.url()) && fault(`request: ${request.url()}`));
  await page.emulateMedia({ media: look.media ?? "screen", colorScheme: look.scheme ?? "light" });
  await prepare?.(page);
  await page.goto(address);
  return page;
}

/** Accessibility violations that matter, and scrolling sideways. */
export async function checkAccess(page, fault) {
  const wider = await page.evaluate(() => document.scrollingElement.scrollWidth - window.innerWidth);
  if (wider > 0) fault(`scrolls sideways by ${wider} px`);
  // The page's own policy keeps scripts out that are added later; what the tester adds is not the page's.
  await page.evaluate(axe);
  const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  for (const { id, impact, help, nodes } of found.violations) {
    if (impact === "serious" || impact === "critical") fault(`axe ${id} (${impact}): ${help}; ${nodes[0].html.slice(0, 120)}`);
  }
}

/** Says what was found and ends the program accordingly. */
export function finish(faults, done) {
  for (const words of faults) console.error(`✗ ${words}`);
  console.log(faults.length === 0 ? `✓ ${done}, nothing wrong` : `${faults.length} faults`);
  process.exit(faults.length === 0 ? 0 : 1);
}
