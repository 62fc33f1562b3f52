// The columns of the history: integers, each stored as the difference to what the ones before predict, in as few bytes as they need.

/** Reads columns in the order they were written. */
export class ColumnReader {
  constructor(bytes) {
    this.bytes = bytes;
    this.at = 0;
  }

  /** One unsigned number: seven bits a byte, the lowest first; the highest bit says that more follow. */
  number() {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.bytes[this.at++];
      value += (byte & 127) * scale;
      if (byte < 128) return value;
      scale *= 128;
    }
  }

  /** A column: how many, how many times differences were taken, then the differences with the sign in the lowest bit. */
  column() {
    const count = this.number();
    const order = this.number();
    const values = new Float64Array(count);
    let previous = 0;
    let step = 0;
    for (let index = 0; index < count; index++) {
      const coded = this.number();
      const difference = coded % 2 === 0 ? coded / 2 : -(coded + 1) / 2;
      if (order === 0) {
        values[index] = difference;
      } else {
        step = order === 2 ? step + difference : difference;
        previous += step;
        values[index] = previous;
      }
    }
    return values;
  }
}

/** The tables of a history from its compressed text. */
export async function readTables(text, layout) {
  const packed = Uint8Array.from(atob(text.trim()), (letter) => letter.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  const reader = new ColumnReader(new Uint8Array(await new Response(stream).arrayBuffer()));
  const tables = {};
  for (const [table, columns] of layout) {
    tables[table] = {};
    for (const column of columns) tables[table][column] = reader.column();
  }
  return tables;
}
