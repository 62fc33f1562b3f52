//! Many rows with a text each.

/// Rows with a text each. The texts lie end to end in one buffer: a page of 100,000 events is a few allocations.
#[derive(Clone, Debug)]
pub struct TextBatch<R> {
    text: String,
    rows: Vec<R>,
    ends: Vec<usize>,
}

impl<R> TextBatch<R> {
    /// No rows yet, with room for `rows` of them and `bytes` of text in all.
    #[must_use]
    pub fn with_capacity(rows: usize, bytes: usize) -> Self {
        Self { text: String::with_capacity(bytes), rows: Vec::with_capacity(rows), ends: Vec::with_capacity(rows) }
    }

    /// Adds a row with its text.
    pub fn push(&mut self, row: R, text: &str) {
        self.push_with(row, |all| all.push_str(text));
    }

    /// Adds a row whose text `write` appends to what it is given.
    pub(crate) fn push_with(&mut self, row: R, write: impl FnOnce(&mut String)) {
        write(&mut self.text);
        self.rows.push(row);
        self.ends.push(self.text.len());
    }

    /// The number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// True when there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The length of all texts together.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.text.len()
    }

    /// The rows alone, in order.
    #[must_use]
    pub fn rows(&self) -> &[R] {
        &self.rows
    }

    fn text(&self, index: usize) -> &str {
        let start = index.checked_sub(1).map_or(0, |previous| self.ends[previous]);
        &self.text[start..self.ends[index]]
    }

    /// The rows with their texts, in order.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&R, &str)> + Clone {
        self.rows.iter().enumerate().map(|(index, row)| (row, self.text(index)))
    }

    /// The rows; all texts end to end; and where each ends.
    #[must_use]
    pub fn into_parts(self) -> (Vec<R>, String, Vec<usize>) {
        (self.rows, self.text, self.ends)
    }
}

impl<R> Default for TextBatch<R> {
    fn default() -> Self {
        Self::with_capacity(0, 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_row_has_its_own_text() {
        let mut rows = TextBatch::default();
        for (number, text) in [(1, "a"), (2, ""), (3, "ü}")] {
            rows.push(number, text);
        }
        rows.push_with(4, |text| text.push_str("end"));
        assert_eq!(rows.iter().collect::<Vec<_>>(), [(&1, "a"), (&2, ""), (&3, "ü}"), (&4, "end")]);
        assert_eq!((rows.len(), rows.is_empty(), rows.rows()), (4, false, [1, 2, 3, 4].as_slice()));
        assert_eq!(rows.into_parts(), (vec![1, 2, 3, 4], "aü}end".to_owned(), vec![1, 1, 4, 7]));
    }
}
