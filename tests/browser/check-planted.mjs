// Checks the checks: plants one defect after the other in a report without faults, and fails unless each is found for what it is.
//
//   node check-planted.mjs REPORT.html PAGES      PAGES is the most pages the report may have on paper

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const [report, pages] = process.argv.slice(2);
const sound = readFileSync(report, "utf8");
/** The page's policy keeps foreign code out, so a defect that needs it takes the policy away. */
const unguarded = sound.replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/, "");
const style = (rules) => sound.replace("</head>", `<style>${rules}</style></head>`);
const body = (text, page = sound) => page.replace("</body>", `${text}</body>`);

/** A name, the page with the defect, and what has to be said of it. */
const DEFECTS = [
  ["blank-bars", sound.replace(/<rect class="f-carbs"[^>]*>(<\/rect>)?/g, ""), /is blank/],
  ["blank-curves", sound.replace(/(<path class="(?:band-pale|band-mid|median)[^"]*" )d="[^"]*"/g, '$1d=""'), /is blank/],
  ["covered-bars", style(".f-carbs{stroke:#000!important;stroke-width:99px!important}"), /px wide with an outline of/],
  ["cut-label", style(".plot .xs span:last-of-type{margin-left:60vw}"), /is cut by the edge of the page/],
  ["sideways", body('<div style="width:200vw">wide</div>'), /scrolls sideways/],
  ["overlapping", style(".plot .xs span{left:0!important}"), /lies on/],
  ["no-scale", sound.replace(/(<div class="plot agp">)<div class="ys".*?<\/div>/s, "$1"), /has no numbers at its scale/],
  ["no-description", sound.replace(/(<svg [^>]*role="img" )aria-label="[^"]*"/, "$1"), /axe svg-img-alt/],
  ["no-contrast", style("p{color:#ccc!important;background:#fff!important}"), /axe color-contrast/],
  ["no-page-number", sound.replaceAll("counter(page)", '""'), /page 1 has no page number/],
  ["no-name", sound.replace(/content:"Ann Example[^"]*"/g, 'content:""'), /page 2 does not say Ann Example/],
  ["many-pages", style("@media print{.sheet>*{break-after:page}}"), /pages, at most/],
  ["request", body('<img alt="elsewhere" src="http://127.0.0.1:9/elsewhere.png">', unguarded), /request: http/],
  ["error-in-console", body('<script>console.error("planted")</script>', unguarded), /console: planted/],
  ["error-in-script", body('<script>throw new Error("planted")</script>', unguarded), /script: planted/],
];

const folder = mkdtempSync(join(tmpdir(), "tandem-planted-"));
const faults = [];
const files = DEFECTS.map(([name, page]) => {
  if (page === sound || page === unguarded) faults.push(`${name} changes nothing: the report has another form`);
  const file = join(folder, `${name}.html`);
  writeFileSync(file, page);
  return `${file}:${pages}`;
});
const checked = spawnSync(process.execPath, ["check.mjs", "--looks", "desk", ...files], { cwd: import.meta.dirname, encoding: "utf8" });
const said = checked.stderr.split("\n");
for (const [name, , words] of DEFECTS) {
  const own = said.filter((line) => line.startsWith(`✗ ${name}.html, `));
  if (!own.some((line) => words.test(line))) faults.push(`${name} is not found; said was ${own.join("; ") || "nothing"}`);
}
if (checked.status === 0) faults.push("the check passes with defects");
for (const words of faults) console.error(`✗ ${words}`);
console.log(faults.length === 0 ? `✓ ${DEFECTS.length} planted defects, each found` : `${faults.length} defects missed`);
process.exit(faults.length === 0 ? 0 : 1);
