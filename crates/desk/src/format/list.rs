//! Lists and inline tables: on one line, or one entry below the other.

use super::{WIDTH, text_of};
use toml_edit::{Array, InlineTable, Value};

/// Columns by which the entries of a list stand behind its brackets.
const STEP: usize = 2;

/// Lays out what is inside a value. Its line is indented by `indent`, itself begins at `column`.
pub(super) fn format_value(value: &mut Value, indent: usize, column: usize) {
    match value {
        Value::Array(array) => format_array(array, indent, column),
        Value::InlineTable(table) => format_inline(table, indent),
        _ => {}
    }
}

fn format_array(array: &mut Array, indent: usize, column: usize) {
    if !array.trailing_comma()
        && let Some(last) = array.iter_mut().last()
    {
        // What stands behind the last entry comes to stand behind its comma.
        let comment = text_of(last.decor().suffix());
        last.decor_mut().set_suffix("");
        let trailing = text_of(Some(array.trailing()));
        array.set_trailing(format!("{comment}{trailing}"));
    }
    let spaces = array.iter().flat_map(|v| [v.decor().prefix(), v.decor().suffix()]);
    let mut spaces: String = spaces.map(text_of).collect();
    spaces.push_str(&text_of(Some(array.trailing())));
    let commented = spaces.contains('#');
    for entry in array.iter_mut() {
        format_value(entry, indent + STEP, indent + STEP);
    }
    let nested = array.iter().filter(|v| v.is_inline_table() || v.is_array()).count();
    let broken = array.iter().any(|entry| bare(entry).contains('\n'));
    let keeps_breaks = nested > 1 && spaces.contains('\n');
    if !(commented || broken || keeps_breaks) {
        on_one_line(array);
        if column + width(&bare(&Value::Array(array.clone()))) <= WIDTH {
            return;
        }
        if nested == 0 {
            return packed(array, indent);
        }
    }
    below_each_other(array, indent);
}

fn on_one_line(array: &mut Array) {
    for (place, entry) in array.iter_mut().enumerate() {
        entry.decor_mut().set_prefix(if place == 0 { "" } else { " " });
        entry.decor_mut().set_suffix("");
    }
    array.set_trailing("");
    array.set_trailing_comma(false);
}

fn below_each_other(array: &mut Array, indent: usize) {
    for entry in array.iter_mut() {
        let before = text_of(entry.decor().prefix());
        let comment = text_of(entry.decor().suffix());
        entry.decor_mut().set_prefix(gap(&before, indent + STEP));
        let suffix =
            if comment.contains('#') { gap(&comment, indent + STEP) } else { String::new() };
        entry.decor_mut().set_suffix(suffix);
    }
    let trailing = text_of(Some(array.trailing()));
    array.set_trailing(closing(&trailing, indent + STEP, indent));
    array.set_trailing_comma(true);
}

/// Short entries without comments, as many on each line as fit.
fn packed(array: &mut Array, indent: usize) {
    let margin = format!("\n{}", " ".repeat(indent + STEP));
    let mut column = WIDTH;
    for entry in array.iter_mut() {
        let wide = width(&bare(entry)) + 1;
        let fits = column + 1 + wide <= WIDTH;
        entry.decor_mut().set_prefix(if fits { " " } else { margin.as_str() });
        entry.decor_mut().set_suffix("");
        column = if fits { column + 1 + wide } else { indent + STEP + wide };
    }
    array.set_trailing(format!("\n{}", " ".repeat(indent)));
    array.set_trailing_comma(true);
}

fn format_inline(table: &mut InlineTable, indent: usize) {
    let mut spaces = text_of(Some(table.trailing()));
    gather(table, &mut spaces);
    let commented = spaces.contains('#');
    if commented && !table.trailing_comma() {
        let mut last = String::new();
        take_last_suffix(table, &mut last);
        let trailing = text_of(Some(table.trailing()));
        table.set_trailing(format!("{last}{trailing}"));
    }
    format_entries(table, indent);
    if commented {
        lay_entries(table, &mut |before| gap(before, indent + STEP), &mut |behind| {
            if behind.contains('#') { gap(behind, indent + STEP) } else { String::new() }
        });
        let trailing = text_of(Some(table.trailing()));
        table.set_trailing(closing(&trailing, indent + STEP, indent));
        table.set_trailing_comma(true);
    } else {
        lay_entries(table, &mut |_| " ".to_owned(), &mut |_| String::new());
        table.set_trailing(if table.is_empty() { "" } else { " " });
        table.set_trailing_comma(false);
    }
}

/// All spaces and comments between the entries.
fn gather(table: &InlineTable, spaces: &mut String) {
    for (name, value) in table.iter() {
        if let Some(key) = table.key(name) {
            spaces.push_str(&text_of(key.leaf_decor().prefix()));
        }
        match value {
            Value::InlineTable(below) if below.is_dotted() => gather(below, spaces),
            value => spaces.push_str(&text_of(value.decor().suffix())),
        }
    }
}

fn take_last_suffix(table: &mut InlineTable, taken: &mut String) {
    match table.iter_mut().last() {
        Some((_, Value::InlineTable(below))) if below.is_dotted() => take_last_suffix(below, taken),
        Some((_, value)) => {
            *taken = text_of(value.decor().suffix());
            value.decor_mut().set_suffix("");
        }
        None => {}
    }
}

/// Lays out the values.
fn format_entries(table: &mut InlineTable, indent: usize) {
    for (_, value) in table.iter_mut() {
        match value {
            Value::InlineTable(below) if below.is_dotted() => format_entries(below, indent),
            value => format_value(value, indent + STEP, indent + STEP),
        }
    }
}

fn lay_entries(
    table: &mut InlineTable,
    before: &mut impl FnMut(&str) -> String,
    behind: &mut impl FnMut(&str) -> String,
) {
    for (mut key, value) in table.iter_mut() {
        key.dotted_decor_mut().clear();
        match value {
            Value::InlineTable(below) if below.is_dotted() => lay_entries(below, before, behind),
            value => {
                let raw = text_of(key.leaf_decor_mut().prefix());
                key.leaf_decor_mut().set_prefix(before(&raw));
                key.leaf_decor_mut().set_suffix(" ");
                let raw = text_of(value.decor().suffix());
                value.decor_mut().set_prefix(" ");
                value.decor_mut().set_suffix(behind(&raw));
            }
        }
    }
}

/// A break between entries, with the comments that stand there: the first behind the entry before,
/// the others on lines of their own.
fn gap(raw: &str, indent: usize) -> String {
    closing(raw, indent, indent)
}

/// As [`gap`], before a bracket that stands less far in than the comments.
fn closing(raw: &str, indent: usize, bracket_indent: usize) -> String {
    let margin = " ".repeat(indent);
    let mut lines = raw.split('\n').map(str::trim);
    let mut text = super::behind(lines.next().unwrap_or_default());
    text.push('\n');
    for comment in lines.filter(|line| !line.is_empty()) {
        text.push_str(&format!("{margin}{comment}\n"));
    }
    text + &" ".repeat(bracket_indent)
}

/// A value without what stands around it.
fn bare(value: &Value) -> String {
    let mut value = value.clone();
    value.decor_mut().set_prefix("");
    value.decor_mut().set_suffix("");
    value.to_string()
}

/// How many columns a text takes: ideographs and other wide signs take two.
fn width(text: &str) -> usize {
    text.chars()
        .map(|c| if ('\u{1100}'..='\u{115f}').contains(&c) || c >= '\u{2e80}' { 2 } else { 1 })
        .sum()
}
