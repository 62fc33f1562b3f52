// What the checks of the checks share: pages with planted defects, each of which a check must report for what it is.

import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A page without faults, and ways to change it. */
export function readSound(file) {
  const sound = readFileSync(file, "utf8");
  /** The page's policy keeps foreign code out, so a defect that needs it takes the policy away. */
  const unguarded = sound.replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/, "");
  return {
    sound,
    change: (pattern, text) => sound.replace(pattern, text),
    style: (rules) => sound.replace("</head>", `<style>${rules}</style></head>`),
    body: (text) => sound.replace("</body>", `${text}</body>`),
    /** Runs before the page's own scripts. */
    script: (code) => unguarded.replace("</head>", `<script>${code}</script></head>`),
    unguarded: (text) => unguarded.replace("</body>", `${text}</body>`),
  };
}

/** Writes a file for each defect: `[name, page]`; those that change nothing are faults. */
export function writePlanted(defects, sound, faults) {
  const folder = mkdtempSync(join(tmpdir(), "tandem-planted-"));
  return defects.map(([name, page]) => {
    if (page === sound) faults.push(`${name} changes nothing: the page has another form`);
    const file = join(folder, `${name}.html`);
    writeFileSync(file, page);
    return file;
  });
}

/** Runs a check; whether it passed, and the faults that it reported. */
export function runCheck(...words) {
  return new Promise((resolve) => {
    const check = spawn(process.execPath, words, { cwd: import.meta.dirname });
    let said = "";
    check.stderr.on("data", (text) => { said += text; });
    check.stdout.resume();
    check.on("close", (code) => resolve({ passed: code === 0, said: said.split("\n").filter((line) => line.startsWith("✗ ")) }));
  });
}

/** Says which defects were missed and ends the program accordingly. */
export function finish(faults, count) {
  for (const words of faults) console.error(`✗ ${words}`);
  console.log(faults.length === 0 ? `✓ ${count} planted defects, each found` : `${faults.length} defects missed`);
  process.exit(faults.length === 0 ? 0 : 1);
}
