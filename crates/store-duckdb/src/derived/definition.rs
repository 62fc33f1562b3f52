//! Takes the file of an object apart into its statements.

/// The statements of one object. A part that the object does not have is empty.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Definition {
    /// `CREATE …`
    pub(crate) create: &'static str,
    /// `COMMENT ON …`, all of them.
    pub(crate) comments: &'static str,
    /// `DELETE FROM …`, of a table whose rows are not deleted by their first event.
    pub(crate) delete: &'static str,
    /// `INSERT INTO …`
    pub(crate) insert: &'static str,
    /// `UPDATE …`, of a table whose rows depend on those of other pumps; run after every insertion.
    pub(crate) update: &'static str,
}

/// The parts of a file, in order, by the words they begin with at the start of a line.
const OPENINGS: [&str; 5] = ["CREATE ", "COMMENT ON ", "DELETE FROM ", "INSERT INTO ", "UPDATE "];

impl Definition {
    /// Takes a file apart.
    pub(super) fn from_sql(sql: &'static str) -> Self {
        let [create, comments, delete, insert, update] = std::array::from_fn(|part| part_of(sql, part));
        Self { create, comments, delete, insert, update }
    }
}

fn part_of(sql: &'static str, part: usize) -> &'static str {
    let Some(start) = line_starting_with(sql, OPENINGS[part]) else { return "" };
    let ends = OPENINGS[part + 1..].iter().filter_map(|opening| line_starting_with(sql, opening));
    let part = &sql[start..ends.min().unwrap_or(sql.len())];
    without_closing_comment(part).trim_end_matches(';')
}

/// Behind the last statement of a part may come a comment on the next part.
fn without_closing_comment(sql: &str) -> &str {
    let sql = sql.trim_end();
    match sql.rsplit_once('\n') {
        Some((before, last)) if last.trim_start().starts_with("--") => without_closing_comment(before),
        _ => sql,
    }
}

fn line_starting_with(sql: &str, opening: &str) -> Option<usize> {
    if sql.starts_with(opening) {
        return Some(0);
    }
    sql.find(&format!("\n{opening}")).map(|newline| newline + 1)
}

/// One piece of SQL: what separates statements that differ only in layout from those that differ.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Piece<'a> {
    /// A name, keyword or number.
    Word(&'a str),
    /// A string with its quotes, or any other sign.
    Other(&'a str),
}

/// The pieces of `sql`, without blanks and comments.
pub(super) fn split_pieces(sql: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = sql;
    std::iter::from_fn(move || {
        rest = skip_blanks_and_comments(rest);
        let first = rest.chars().next()?;
        let is_word = |letter: char| letter.is_alphanumeric() || letter == '_';
        let end = match first {
            '\'' => end_of_string(rest),
            letter if is_word(letter) => rest.find(|letter| !is_word(letter)).unwrap_or(rest.len()),
            sign => sign.len_utf8(),
        };
        let (piece, after) = rest.split_at(end);
        rest = after;
        Some(if is_word(first) { Piece::Word(piece) } else { Piece::Other(piece) })
    })
}

fn skip_blanks_and_comments(mut sql: &str) -> &str {
    loop {
        sql = sql.trim_start();
        match sql.strip_prefix("--") {
            Some(comment) => sql = comment.split_once('\n').map_or("", |(_, after)| after),
            None => return sql,
        }
    }
}

/// Where the string ends that `sql` begins with; two quotes in it are one.
fn end_of_string(sql: &str) -> usize {
    let mut from = 1;
    loop {
        match sql[from..].find('\'') {
            None => return sql.len(),
            Some(quote) if sql[from + quote + 1..].starts_with('\'') => from += quote + 2,
            Some(quote) => return from + quote + 1,
        }
    }
}
