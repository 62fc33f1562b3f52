//! Takes a person's SQL apart, as far as reading it safely needs: one statement, where it ends, how it begins.

/// One statement without its semicolon and the blanks and comments around it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct SingleStatement<'a> {
    pub(super) text: &'a str,
}

/// Why a text is not one statement.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum NotSingle {
    Empty,
    Several,
}

impl<'a> SingleStatement<'a> {
    /// Finds the one statement of `sql`. Semicolons in strings, quoted names and comments end nothing.
    pub(super) fn find(sql: &'a str) -> Result<Self, NotSingle> {
        let mut found: Option<(usize, usize)> = None;
        let mut ended = false;
        for token in Tokens::new(sql) {
            match token {
                Token::Semicolon => ended = ended || found.is_some(),
                Token::Other { .. } if ended => return Err(NotSingle::Several),
                Token::Other { start, end } => found = Some((found.map_or(start, |(first, _)| first), end)),
            }
        }
        let (start, end) = found.ok_or(NotSingle::Empty)?;
        Ok(Self { text: &sql[start..end] })
    }

    /// The first word, in lower case.
    pub(super) fn first_word(self) -> String {
        let end = self.text.find(|letter: char| !letter.is_ascii_alphabetic()).unwrap_or(self.text.len());
        self.text[..end].to_ascii_lowercase()
    }

    /// What comes after the first word.
    pub(super) fn after_first_word(self) -> &'a str {
        self.text[self.first_word().len()..].trim_start()
    }

    /// Of `EXPLAIN [ANALYZE] [(options)] query`: the query.
    pub(super) fn explained(self) -> Result<Self, NotSingle> {
        let mut inside = Self::find(self.after_first_word())?;
        if matches!(inside.first_word().as_str(), "analyze" | "analyse") {
            inside = Self::find(inside.after_first_word())?;
        }
        match options_end(inside.text) {
            Some(end) => Self::find(&inside.text[end..]),
            None => Ok(inside),
        }
    }
}

/// Where the list of options ends that `text` begins with. A query in parentheses is none.
fn options_end(text: &str) -> Option<usize> {
    const OPTIONS: [&str; 5] = ["analyze", "analyse", "format", "codegen", "verbose"];
    let mut depth = 0_usize;
    let mut words = Tokens::new(text).filter_map(|token| match token {
        Token::Other { start, end } => Some((&text[start..end], end)),
        Token::Semicolon => None,
    });
    let mut ends = words.by_ref().map(|(word, end)| {
        depth = if word == "(" { depth + 1 } else { depth.saturating_sub(usize::from(word == ")")) };
        (word, end, depth)
    });
    ends.next().filter(|(word, ..)| *word == "(")?;
    ends.next().filter(|(word, ..)| OPTIONS.iter().any(|option| option.eq_ignore_ascii_case(word)))?;
    ends.find(|(.., depth)| *depth == 0).map(|(_, end, _)| end)
}

/// The words of `sql`: names, quoted or not, strings, and single signs.
pub(super) fn split_words(sql: &str) -> Vec<&str> {
    let word = |token| match token {
        Token::Semicolon => ";",
        Token::Other { start, end } => &sql[start..end],
    };
    Tokens::new(sql).map(word).collect()
}

/// True when the function `name` is called among `words`.
pub(super) fn calls_function(words: &[&str], name: &str) -> bool {
    words.windows(2).any(|pair| pair[0].trim_matches('"').eq_ignore_ascii_case(name) && pair[1] == "(")
}

/// What matters of SQL here. Comments and blanks are no tokens.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Token {
    Semicolon,
    Other { start: usize, end: usize },
}

struct Tokens<'a> {
    sql: &'a str,
    at: usize,
}

impl<'a> Tokens<'a> {
    fn new(sql: &'a str) -> Self {
        Self { sql, at: 0 }
    }

    fn rest(&self) -> &'a str {
        &self.sql[self.at..]
    }

    /// Moves behind the next `end`, or to the end of the text.
    fn skip_past(&mut self, end: &str) {
        self.at = self.rest().find(end).map_or(self.sql.len(), |found| self.at + found + end.len());
    }

    fn skip_blanks_and_comments(&mut self) {
        loop {
            let rest = self.rest();
            let blank = rest.len() - rest.trim_start().len();
            if blank > 0 {
                self.at += blank;
            } else if rest.starts_with("--") {
                self.skip_past("\n");
            } else if rest.starts_with("/*") {
                self.skip_block_comment();
            } else {
                return;
            }
        }
    }

    /// Block comments nest, as in PostgreSQL.
    fn skip_block_comment(&mut self) {
        let mut depth = 0_u32;
        loop {
            let rest = self.rest();
            if rest.starts_with("/*") {
                depth += 1;
                self.at += 2;
            } else if rest.starts_with("*/") {
                depth -= 1;
                self.at += 2;
            } else {
                self.at += rest.chars().next().map_or(0, char::len_utf8);
            }
            if depth == 0 || self.rest().is_empty() {
                return;
            }
        }
    }

    /// A string of the form `e'…'`: a backslash protects the letter after it.
    fn skip_escaped_string(&mut self) {
        self.at += 2;
        let mut protected = false;
        let end = self.rest().find(|letter| match letter {
            _ if protected => {
                protected = false;
                false
            }
            '\\' => {
                protected = true;
                false
            }
            letter => letter == '\'',
        });
        self.at = end.map_or(self.sql.len(), |end| self.at + end + 1);
    }

    /// The opening of `$$…$$` or `$tag$…$tag$`, if there is one here.
    fn dollar_quote(&self) -> Option<&'a str> {
        let inside = self.rest().strip_prefix('$')?;
        let end = inside.find('$')?;
        let starts_like_a_name = !inside.starts_with(|letter: char| letter.is_ascii_digit());
        let is_name = inside[..end].chars().all(|letter| letter.is_alphanumeric() || letter == '_');
        (is_name && starts_like_a_name).then(|| &self.rest()[..end + 2])
    }

    fn skip_name(&mut self) {
        let rest = self.rest();
        let inside = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == '$';
        self.at += rest.find(|letter| !inside(letter)).unwrap_or(rest.len());
    }
}

impl Iterator for Tokens<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        self.skip_blanks_and_comments();
        let (start, rest) = (self.at, self.rest());
        let first = rest.chars().next()?;
        match first {
            ';' => {
                self.at += 1;
                return Some(Token::Semicolon);
            }
            // A doubled quote inside reads as two strings side by side, which end in the same place.
            '\'' | '"' => {
                self.at += 1;
                self.skip_past(&first.to_string());
            }
            'e' | 'E' if rest[1..].starts_with('\'') => self.skip_escaped_string(),
            '$' if self.dollar_quote().is_some() => {
                let quote = self.dollar_quote().unwrap_or_default();
                self.at += quote.len();
                self.skip_past(quote);
            }
            letter if letter.is_alphabetic() || letter == '_' => self.skip_name(),
            letter => self.at += letter.len_utf8(),
        }
        Some(Token::Other { start, end: self.at })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_one_statement() {
        let rows: &[(&str, Result<&str, NotSingle>)] = &[
            ("FROM t", Ok("FROM t")),
            ("  FROM t ; ", Ok("FROM t")),
            ("FROM t;;", Ok("FROM t")),
            (";FROM t", Ok("FROM t")),
            ("SELECT ';' AS a", Ok("SELECT ';' AS a")),
            ("SELECT 'it''s; so';", Ok("SELECT 'it''s; so'")),
            ("SELECT \"a;b\" FROM t", Ok("SELECT \"a;b\" FROM t")),
            ("SELECT \"a\"\";b\" FROM t", Ok("SELECT \"a\"\";b\" FROM t")),
            ("-- first; second\nFROM t -- last;", Ok("FROM t")),
            ("/* a; /* b; */ c; */ FROM t /* ; */;", Ok("FROM t")),
            ("SELECT $$ ; $$", Ok("SELECT $$ ; $$")),
            ("SELECT $x$ ; $$ ; $x$;", Ok("SELECT $x$ ; $$ ; $x$")),
            (r"SELECT e'\';' || 'x'", Ok(r"SELECT e'\';' || 'x'")),
            ("SELECT $1", Ok("SELECT $1")),
            ("SELECT a$b FROM t; ", Ok("SELECT a$b FROM t")),
            ("SELECT 1 -- no line end", Ok("SELECT 1")),
            ("SELECT 'grüße; 血糖'", Ok("SELECT 'grüße; 血糖'")),
            ("", Err(NotSingle::Empty)),
            (" ; -- nothing\n", Err(NotSingle::Empty)),
            ("/* open", Err(NotSingle::Empty)),
            ("SELECT 1; SELECT 2", Err(NotSingle::Several)),
            ("SELECT 1;\n-- then\nDROP TABLE t;", Err(NotSingle::Several)),
        ];
        for (sql, expected) in rows {
            assert_eq!(SingleStatement::find(sql).map(|statement| statement.text), *expected, "{sql}");
        }
    }

    #[test]
    fn finds_what_is_explained() {
        for (sql, inside) in [
            ("EXPLAIN SELECT 1", "SELECT 1"),
            ("explain /* a */ analyze -- b\n FROM t;", "FROM t"),
            ("EXPLAIN (SELECT 1)", "(SELECT 1)"),
            ("EXPLAIN (FORMAT json) SELECT 1", "SELECT 1"),
            ("EXPLAIN ANALYZE (format 'json', analyze) (SELECT (1))", "(SELECT (1))"),
            ("EXPLAIN ((SELECT 1))", "((SELECT 1))"),
        ] {
            let statement = SingleStatement::find(sql).and_then(SingleStatement::explained);
            assert_eq!(statement.map(|statement| statement.text), Ok(inside), "{sql}");
        }
        assert_eq!(SingleStatement { text: "EXPLAIN" }.explained(), Err(NotSingle::Empty));
    }

    #[test]
    fn knows_what_is_called() {
        for (sql, called) in [
            ("FROM f()", true),
            ("FROM F /* a */ (1)", true),
            ("FROM system.main.\"f\"()", true),
            ("SELECT f FROM t", false),
            ("SELECT 'f(' || g(f)", false),
            ("SELECT 1 -- f()", false),
        ] {
            assert_eq!(calls_function(&split_words(sql), "f"), called, "{sql}");
        }
    }

    #[test]
    fn knows_how_it_begins() {
        for (sql, word, after) in [
            ("PRAGMA table_info('t');", "pragma", "table_info('t')"),
            ("/* why */ explain select 1", "explain", "select 1"),
            ("(SELECT 1)", "", "(SELECT 1)"),
        ] {
            let statement = SingleStatement::find(sql).expect("one statement");
            assert_eq!((statement.first_word().as_str(), statement.after_first_word()), (word, after), "{sql}");
        }
    }
}
