//! The house form of a TOML file: the same document, laid out as its readers are used to.
//!
//! One space around `=`, one blank line before a heading and at most one elsewhere, comments at
//! the margin or two spaces behind what they are about, lists on one line while they fit in
//! [`WIDTH`] columns and below each other otherwise. Values keep their spelling, definitions and
//! keys their order. A result that would say anything else than the text is never given.

mod list;

use std::ops::Range;
use thiserror::Error;
use toml_edit::{DocumentMut, Item, Table};

/// Columns that a list may take on one line.
pub const WIDTH: usize = 100;

/// Why a text has no house form.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum FormatError {
    /// The text is not TOML.
    #[error("{message}")]
    Syntax {
        /// What is wrong.
        message: String,
        /// Where, in bytes.
        at: Option<Range<usize>>,
    },
    /// The new layout would change what the text says: a fault of this program.
    #[error("the new layout would say something else; the file stays as it is")]
    Differs,
}

/// Gives a text the house form.
///
/// # Errors
/// The text is not TOML 1.1.
pub fn format(text: &str) -> Result<String, FormatError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut document: DocumentMut = text.parse().map_err(|e: toml_edit::TomlError| {
        FormatError::Syntax { message: e.message().to_owned(), at: e.span() }
    })?;
    format_table(document.as_table_mut());
    let trailing = document.trailing().as_str().unwrap_or_default().to_owned();
    document.set_trailing(lead(&trailing, false).trim_end_matches('\n').to_owned());
    let mut formatted = document.to_string().trim_start_matches('\n').to_owned();
    formatted.truncate(formatted.trim_end_matches('\n').len());
    if !formatted.is_empty() {
        formatted.push('\n');
    }
    if same_content(text, &formatted) { Ok(formatted) } else { Err(FormatError::Differs) }
}

/// Two texts have the same values under the same keys, and the same comments in the same order.
fn same_content(one: &str, other: &str) -> bool {
    let values = |text: &str| text.parse::<toml::Table>().ok();
    comments(one) == comments(other) && values(one).is_some() && values(one) == values(other)
}

/// The comments of a text, in order.
pub fn comments(text: &str) -> Vec<&str> {
    let tokens = toml_parser::Source::new(text).lex();
    let comments = tokens.filter(|t| t.kind() == toml_parser::lexer::TokenKind::Comment);
    comments.map(|token| text[token.span().start()..token.span().end()].trim_end()).collect()
}

/// Lays out the keys of a table and of all tables below it.
fn format_table(table: &mut Table) {
    let mut first = true;
    format_keys(table, &mut first);
}

fn format_keys(table: &mut Table, first: &mut bool) {
    for (mut key, item) in table.iter_mut() {
        key.dotted_decor_mut().clear();
        match item {
            Item::Value(value) => {
                let before = text_of(key.leaf_decor_mut().prefix());
                key.leaf_decor_mut().set_prefix(lead(&before, *first));
                key.leaf_decor_mut().set_suffix(" ");
                *first = false;
                let comment = text_of(value.decor().suffix());
                value.decor_mut().set_prefix(" ");
                value.decor_mut().set_suffix(behind(&comment));
                list::format_value(value, 0, key.display_repr().chars().count() + 3);
            }
            Item::Table(below) if below.is_dotted() => format_keys(below, first),
            Item::Table(below) => {
                key.leaf_decor_mut().clear();
                format_heading(below);
            }
            Item::ArrayOfTables(tables) => {
                key.leaf_decor_mut().clear();
                tables.iter_mut().for_each(format_heading);
            }
            Item::None => {}
        }
    }
}

fn format_heading(table: &mut Table) {
    let before = text_of(table.decor().prefix());
    let comment = text_of(table.decor().suffix());
    table.decor_mut().set_prefix(format!("\n{}", lead(&before, true)));
    table.decor_mut().set_suffix(behind(&comment));
    format_table(table);
}

/// What stands above a key or a heading: comments at the margin, at most one blank line between
/// them; none at the top where `first`.
fn lead(raw: &str, first: bool) -> String {
    let mut lines: Vec<&str> = raw.split('\n').map(str::trim).collect();
    // The last piece is what the key is indented with, unless the text ends in a comment.
    if lines.last().is_some_and(|last| last.is_empty()) {
        lines.pop();
    }
    let mut text = String::new();
    let mut blank = first;
    for line in lines {
        if line.is_empty() && blank {
            continue;
        }
        blank = line.is_empty();
        text.push_str(line);
        text.push('\n');
    }
    text
}

/// What stands behind a value or a heading on its line: a comment or nothing.
fn behind(raw: &str) -> String {
    match raw.trim() {
        "" => String::new(),
        comment => format!("  {comment}"),
    }
}

fn text_of(raw: Option<&toml_edit::RawString>) -> String {
    raw.and_then(toml_edit::RawString::as_str).unwrap_or_default().to_owned()
}
