//! Columns of whole numbers in few bytes: differences, seven bits a byte, compressed, as text. `columns.mjs` reads them.

use std::io::Write as _;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use flate2::{Compression, write::ZlibEncoder};

/// What a value is stored as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// The value itself.
    Plain = 0,
    /// The difference to the value before.
    Difference = 1,
    /// The difference of that difference to the one before: 0 for what comes at even intervals.
    Second = 2,
}

/// Columns, one after the other.
#[derive(Default)]
pub(super) struct ColumnWriter {
    bytes: Vec<u8>,
}

impl ColumnWriter {
    fn number(&mut self, mut value: u64) {
        while value >= 128 {
            self.bytes.push((value & 127) as u8 | 128);
            value >>= 7;
        }
        self.bytes.push(value as u8);
    }

    /// Adds a column.
    pub(super) fn column(&mut self, order: Order, values: impl ExactSizeIterator<Item = i64>) {
        self.number(values.len() as u64);
        self.number(order as u64);
        let (mut previous, mut step) = (0, 0);
        for value in values {
            let difference = value - previous;
            let stored = match order {
                Order::Plain => value,
                Order::Difference => difference,
                Order::Second => difference - step,
            };
            // The sign in the lowest bit: small numbers of either sign are short.
            self.number(((stored << 1) ^ (stored >> 63)) as u64);
            (previous, step) = (value, difference);
        }
    }

    /// All columns, compressed, as text.
    pub(super) fn pack(&self) -> String {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
        // Writing into memory cannot fail.
        let packed = encoder.write_all(&self.bytes).and_then(|()| encoder.finish()).unwrap_or_default();
        STANDARD.encode(packed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_have_the_bytes_that_the_script_reads() {
        let rows: [(Order, &[i64], &[u8]); 4] = [
            (Order::Plain, &[], &[0, 0]),
            (Order::Plain, &[5, -1, 64], &[3, 0, 10, 1, 128, 1]),
            (Order::Difference, &[100, 98, 103], &[3, 1, 200, 1, 3, 10]),
            (Order::Second, &[300, 600, 901], &[3, 2, 216, 4, 0, 2]),
        ];
        for (order, values, bytes) in rows {
            let mut writer = ColumnWriter::default();
            writer.column(order, values.iter().copied());
            assert_eq!(writer.bytes, bytes, "{order:?} {values:?}");
        }
    }
}
