// Checks the check of reports: plants one defect after the other in a report without faults, and fails unless each is found for
// what it is.
//
//   node check-planted.mjs REPORT.html PAGES      PAGES is the most pages the report may have on paper

import { finish, readSound, runCheck, writePlanted } from "./planted.mjs";

const [report, pages] = process.argv.slice(2);
const { sound, change, style, body, unguarded } = readSound(report);

/** A name, the page with the defect, and what has to be said of it. */
const DEFECTS = [
  ["blank-bars", change(/<rect class="f-carbs"[^>]*>(<\/rect>)?/g, ""), /is blank/],
  ["blank-curves", change(/(<path class="(?:band-pale|band-mid|median)[^"]*" )d="[^"]*"/g, '$1d=""'), /is blank/],
  ["covered-bars", style(".f-carbs{stroke:#000!important;stroke-width:99px!important}"), /px wide with an outline of/],
  ["cut-label", style(".plot .xs span:last-of-type{margin-left:60vw}"), /is cut by the edge of the page/],
  ["sideways", body('<div style="width:200vw">wide</div>'), /scrolls sideways/],
  ["overlapping", style(".plot .xs span{left:0!important}"), /lies on/],
  ["no-scale", change(/(<div class="plot agp">)<div class="ys".*?<\/div>/s, "$1"), /has no numbers at its scale/],
  ["no-description", change(/(<svg [^>]*role="img" )aria-label="[^"]*"/, "$1"), /axe svg-img-alt/],
  ["no-contrast", style("p{color:#ccc!important;background:#fff!important}"), /axe color-contrast/],
  ["no-page-number", change(/counter\(page\)/g, '""'), /page 1 has no page number/],
  ["no-name", change(/content:"Ann Example[^"]*"/g, 'content:""'), /page 2 does not say Ann Example/],
  ["many-pages", style("@media print{.sheet>*{break-after:page}}"), /pages, at most/],
  ["request", unguarded('<img alt="elsewhere" src="http://127.0.0.1:9/elsewhere.png">'), /request: http/],
  ["error-in-console", unguarded('<script>console.error("planted")</script>'), /console: planted/],
  ["error-in-script", unguarded('<script>throw new Error("planted")</script>'), /script: planted/],
];

const faults = [];
const files = writePlanted(DEFECTS, sound, faults);
const checked = await runCheck("check.mjs", "--looks", "desk", ...files.map((file) => `${file}:${pages}`));
for (const [name, , words] of DEFECTS) {
  const own = checked.said.filter((line) => line.startsWith(`✗ ${name}.html, `));
  if (!own.some((line) => words.test(line))) faults.push(`${name} is not found; said was ${own.join("; ") || "nothing"}`);
}
if (checked.passed) faults.push("the check passes with defects");
finish(faults, DEFECTS.length);
