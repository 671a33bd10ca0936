//! Readers for values that only a configuration has.

use timetable::read::{Report, Value, value};
use timetable::{Code, Diagnostic, Location};
use toml::de::DeValue;

/// `true` or `false`.
pub(super) fn boolean(value: Value<'_>, report: &mut Report) -> Option<bool> {
    match value.inner {
        DeValue::Boolean(given) => Some(*given),
        _ => value::wrong_type(value, report, "true or false"),
    }
}

/// A text that is not empty and has no control characters: a path or a name of the system.
pub(super) fn plain_text<'t>(value: Value<'t>, report: &mut Report) -> Option<&'t str> {
    let text = value::string(value, report)?;
    let fault = if text.is_empty() {
        "is empty"
    } else if text.chars().any(char::is_control) {
        "has control characters"
    } else {
        return Some(text);
    };
    let message = format!("`{}` {fault}", value.key);
    report.fault(Code::BadText, value.at, message, "");
    None
}

/// Reports a finding with advice about one place.
pub(super) fn advise(
    report: &mut Report,
    code: Code,
    at: Location,
    message: impl Into<String>,
    help: impl Into<String>,
) {
    report.push(Diagnostic::new(code, message).primary(at, "").help(help));
}
