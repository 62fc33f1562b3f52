import assert from "node:assert/strict";
import { test } from "node:test";
import { deflateSync } from "node:zlib";
import { ColumnReader, readTables } from "../../../crates/report/src/explore/columns.mjs";

// The same rows as the test of the writer, crates/report/src/explore/columns.rs.
const ROWS = [
  [[0, 0], []],
  [[3, 0, 10, 1, 128, 1], [5, -1, 64]],
  [[3, 1, 200, 1, 3, 10], [100, 98, 103]],
  [[3, 2, 216, 4, 0, 2], [300, 600, 901]],
];

test("columns are read as they were written", () => {
  for (const [bytes, values] of ROWS) {
    assert.deepEqual([...new ColumnReader(Uint8Array.from(bytes)).column()], values);
  }
});

test("numbers beyond 32 bits survive", () => {
  const bytes = [];
  for (let value = 2 * 1_900_000_000_123; value > 0; value = Math.floor(value / 128)) bytes.push((value % 128) + (value >= 128 ? 128 : 0));
  assert.deepEqual([...new ColumnReader(Uint8Array.from([1, 0, ...bytes])).column()], [1_900_000_000_123]);
});

test("tables come in the order of the layout", async () => {
  const text = deflateSync(Uint8Array.from(ROWS.slice(1, 3).flatMap(([bytes]) => bytes))).toString("base64");
  const tables = await readTables(`\n${text}\n`, [["one", ["a"]], ["two", ["b"]]]);
  assert.deepEqual([...tables.one.a], [5, -1, 64]);
  assert.deepEqual([...tables.two.b], [100, 98, 103]);
});
