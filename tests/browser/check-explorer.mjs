// Opens an explorer in headless Chromium and uses it: no errors, no requests, a bounded amount of drawing in each frame, keys and
// buttons, and values that are those of the database. Times are printed, never judged: they vary with the machine. What makes a
// frame slow is the number of shapes in it, and that is the same everywhere.
//
//   node check-explorer.mjs [--looks NAMES] [--screenshots FOLDER] EXPLORER.html [VALUES.json]
//
// NAMES are some of the looks below, separated by commas. VALUES.json has rows with `instant` (seconds of UTC) and `glucose` (mg/dL), as SQL gives them.

import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { checkAccess, finish, launch, openPage, takeLooks, takeOption } from "./browser.mjs";

const MAX_BYTES = 3_000_000;
/** Shapes that a frame may draw, however long the history: fifteen days of readings, basal, insulin on board and boluses. */
const MAX_SHAPES = 20_000;

const words = process.argv.slice(2);
const LOOKS = takeLooks(words);
const folder = takeOption(words, "--screenshots");
const [file, values] = words;
const faults = [];
const bytes = statSync(file).size;
if (bytes > MAX_BYTES) faults.push(`${bytes} bytes, at most ${MAX_BYTES} are allowed`);
const browser = await launch();
let measured = "";
for (const look of LOOKS) {
  const fault = (text) => faults.push(`${look.name}: ${text}`);
  let busy;
  const page = await openPage(browser, file, look, fault, async (page) => { busy = await processorTime(page); });
  await page.waitForFunction(() => document.documentElement.dataset.ready === "yes", undefined, { timeout: 20000 });
  const ready = await busy();
  await checkPicture(page, fault);
  await checkUse(page, fault);
  const before = await busy();
  const { frames, shapes } = await page.evaluate(drawFrames);
  const rate = (frames * 1000) / ((await busy()) - before);
  if (shapes > MAX_SHAPES) fault(`a frame draws ${shapes} shapes, at most ${MAX_SHAPES} keep zooming smooth`);
  if (values && look.name === "desk") await checkValues(page, JSON.parse(readFileSync(values, "utf8")), fault);
  measured += `; ${look.name}: ready after ${ready.toFixed(0)} ms, ${rate.toFixed(0)} frames/s, at most ${shapes} shapes/frame`;
  await page.evaluate(() => window.tandem.show("336"));
  await page.waitForTimeout(300);
  await checkAccess(page, fault);
  if (folder) await page.screenshot({ path: join(folder, `explorer-${look.name}.png`), fullPage: true });
  await page.close();
}
await browser.close();
finish(faults, `explorer of ${(bytes / 1e6).toFixed(2)} MB in ${LOOKS.length} looks${measured}`);

/** Every span shows something. */
async function checkPicture(page, fault) {
  for (const span of ["6", "72", "336", "720", "8766", "all"]) {
    await page.click(`[data-span="${span}"]`);
    await page.waitForTimeout(60);
    const colors = await page.evaluate(() => {
      const canvas = document.getElementById("picture");
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, Math.floor(canvas.height / 2));
      const seen = new Set();
      for (let at = 0; at < data.length; at += 4) if (data[at + 3] > 0) seen.add((data[at] << 16) | (data[at + 1] << 8) | data[at + 2]);
      return seen.size;
    });
    if (colors < 5) fault(`nothing is drawn over ${span} hours`);
  }
}

/** What a person does with keys and buttons. */
async function checkUse(page, fault) {
  const view = () => page.evaluate(() => ({ from: window.tandem.view.from, to: window.tandem.view.to }));
  await page.click('[data-span="168"]');
  const before = await view();
  await page.focus("#picture");
  await page.keyboard.press("ArrowLeft");
  if ((await view()).from >= before.from) fault("the left arrow does not move");
  await page.keyboard.press("+");
  const { from, to } = await view();
  if (to - from >= before.to - before.from) fault("plus does not zoom");
  await page.click("#low-before");
  await page.click("#keep-a");
  await page.click("#earlier");
  await page.click("#keep-b");
  await page.waitForTimeout(250);
  const compared = page.locator("#compare table");
  if ((await compared.locator("thead th").count()) !== 2) fault("two periods are not compared");
  if ((await compared.locator("tbody tr").count()) < 10) fault("few figures of the two periods are compared");
  await page.evaluate(() => { document.getElementById("week").open = true; });
  await page.waitForTimeout(250);
  await page.locator("#week td button:not(.h-none)").first().click();
  if ((await page.locator("#week .picks li").count()) === 0) fault("an hour of the week opens no days");
  if (!(await page.textContent("#said"))) fault("the period is not described");
}

/** Values of the database are found in the page. */
async function checkValues(page, rows, fault) {
  if (rows.length === 0) fault("no values to compare");
  for (const { instant, glucose } of rows) {
    const found = await page.evaluate((at) => {
      const { history } = window.tandem;
      const index = history.nearestReading(at, 0.5);
      return index === undefined ? undefined : history.readings.glucose[index];
    }, Number(instant));
    if (found !== Math.round(Number(glucose))) fault(`at ${instant} the database has ${glucose}, the explorer ${found}`);
  }
}

/** Milliseconds of processor time that the page's main thread has taken so far. */
async function processorTime(page) {
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  return async () => {
    const { metrics } = await session.send("Performance.getMetrics");
    return 1000 * metrics.find(({ name }) => name === "TaskDuration").value;
  };
}

/** Runs in the page: draws frames while zooming from hours to everything and back; how many, and the shapes of the fullest one. */
async function drawFrames() {
  const { view } = window.tandem;
  const nextFrame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  const frames = 90;
  const context = CanvasRenderingContext2D.prototype;
  let shapes = 0;
  for (const name of ["lineTo", "arc", "rect", "fillRect", "strokeRect", "fillText", "strokeText"]) {
    const draw = context[name];
    context[name] = function (...values) {
      shapes += 1;
      return draw.apply(this, values);
    };
  }
  let most = 0;
  view.set(view.last - 86400, view.last);
  for (let frame = 0; frame < frames; frame++) {
    shapes = 0;
    if (frame % 3 === 0) view.move(-view.span / 20);
    else view.zoom(frame < frames / 2 ? 1.18 : 1 / 1.18, 0.4);
    await nextFrame();
    most = Math.max(most, shapes);
  }
  return { frames, shapes: most };
}
