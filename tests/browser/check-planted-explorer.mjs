// Checks the check of the explorer: plants one defect after the other in an explorer without faults, and fails unless each is found
// for what it is.
//
//   node check-planted-explorer.mjs EXPLORER.html VALUES.json

import { finish, readSound, runCheck, writePlanted } from "./planted.mjs";

const [explorer, values] = process.argv.slice(2);
const { sound, style, body, script, unguarded } = readSound(explorer);
/** Does something as soon as the page is ready. */
const once = (code) => script(`
  const planting = setInterval(() => {
    if (document.documentElement.dataset.ready !== "yes") return;
    clearInterval(planting);
    ${code}
  }, 1);`);
const deaf = (event, target) => script(`
  addEventListener("${event}", (heard) => { if (heard.target.closest?.("${target}")) heard.stopImmediatePropagation(); }, true);`);

/** A name, the page with the defect, and what has to be said of it. */
const DEFECTS = [
  ["blank", script("for (const draw of ['fill', 'stroke', 'fillRect', 'fillText']) CanvasRenderingContext2D.prototype[draw] = () => {};"), /nothing is drawn/],
  ["too-many-shapes", script(`
    const { clearRect } = CanvasRenderingContext2D.prototype;
    CanvasRenderingContext2D.prototype.clearRect = function (...box) {
      clearRect.apply(this, box);
      for (let shape = 0; shape < 30000; shape++) this.rect(0, 0, 0, 0);
    };`), /a frame draws/],
  ["wrong-values", once("const { glucose } = window.tandem.history.readings; for (let at = 0; at < glucose.length; at++) glucose[at] += 1;"), /the database has/],
  ["deaf-keys", deaf("keydown", "#picture"), /the left arrow does not move/],
  ["deaf-buttons", deaf("click", "#keep-b"), /two periods are not compared/],
  ["sideways", body('<div style="width:200vw">wide</div>'), /scrolls sideways/],
  ["no-contrast", style("p,label,button{color:#ccc!important;background:#fff!important}"), /axe color-contrast/],
  ["no-name", body("<button></button>"), /axe button-name/],
  ["request", unguarded('<img alt="elsewhere" src="http://127.0.0.1:9/elsewhere.png">'), /request: http/],
  ["error-in-console", unguarded('<script>console.error("planted")</script>'), /console: planted/],
  ["error-in-script", unguarded('<script>throw new Error("planted")</script>'), /script: planted/],
];

const faults = [];
const files = writePlanted(DEFECTS, sound, faults);
for (const [index, [name, , words]] of DEFECTS.entries()) {
  const { passed, said } = await runCheck("check-explorer.mjs", "--looks", "desk", files[index], values);
  if (passed || !said.some((line) => words.test(line))) faults.push(`${name} is not found; said was ${said.join("; ") || "nothing"}`);
}
finish(faults, DEFECTS.length);
