//! Diagnostics as SARIF 2.1.0 (OASIS), for editors and code review that read nothing else.

use crate::diagnostic::{Code, Diagnostic, Label, Severity};
use crate::explain::explanation;
use crate::source::Source;
use serde_json::{Value, json};

/// Diagnostics as one SARIF log with one run. `version` is that of the program.
///
/// Columns count characters, and say so (`columnKind`). A place that only explains becomes a
/// related location; advice stands behind the message. The rules are the codes that were found.
pub fn to_sarif(diagnostics: &[Diagnostic], sources: &[Source<'_>], version: &str) -> Value {
    let mut codes: Vec<Code> = diagnostics.iter().map(|d| d.code).collect();
    codes.sort_by_key(|code| code.as_str());
    codes.dedup();
    let results: Vec<Value> = diagnostics.iter().map(|d| result(d, &codes, sources)).collect();
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "headend",
                "version": version,
                "rules": codes.iter().map(|code| rule(*code)).collect::<Vec<_>>(),
            } },
            "columnKind": "unicodeCodePoints",
            "artifacts": sources.iter().map(artifact).collect::<Vec<_>>(),
            "results": results,
        }],
    })
}

fn rule(code: Code) -> Value {
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let told = explanation(code);
    json!({
        "id": code.as_str(),
        "shortDescription": { "text": words(code.explanation()) },
        "fullDescription": { "text": words(told.meaning) },
        "help": { "text": words(told.mend) },
        "defaultConfiguration": { "level": level(code.severity()) },
    })
}

fn artifact(source: &Source<'_>) -> Value {
    json!({ "location": { "uri": uri(source.name) }, "length": source.text.len() })
}

fn result(diagnostic: &Diagnostic, codes: &[Code], sources: &[Source<'_>]) -> Value {
    let mut message = diagnostic.message.clone();
    if let Some(help) = &diagnostic.help {
        message.push_str("\nhelp: ");
        message.push_str(help);
    }
    let mut result = json!({
        "ruleId": diagnostic.code.as_str(),
        "ruleIndex": codes.iter().position(|code| *code == diagnostic.code),
        "level": level(diagnostic.severity()),
        "message": { "text": message },
    });
    // The first primary place is the location; all others are related to it.
    let main = diagnostic.labels.iter().position(|label| label.primary);
    if let Some(place) = main.and_then(|i| location(&diagnostic.labels[i], sources)) {
        result["locations"] = json!([place]);
    }
    let others = diagnostic.labels.iter().enumerate().filter(|(i, _)| Some(*i) != main);
    let related: Vec<Value> = others.filter_map(|(_, l)| location(l, sources)).collect();
    if !related.is_empty() {
        result["relatedLocations"] = Value::Array(related);
    }
    result
}

fn location(label: &Label, sources: &[Source<'_>]) -> Option<Value> {
    let source = sources.get(label.at.source)?;
    let range = source.range(label.at);
    let (start, end) = (source.position(range.start), source.position(range.end));
    let mut place = json!({
        "physicalLocation": {
            "artifactLocation": { "uri": uri(source.name), "index": label.at.source },
            "region": {
                "startLine": start.line,
                "startColumn": start.column,
                "endLine": end.line,
                "endColumn": end.column,
                "byteOffset": range.start,
                "byteLength": range.len(),
                "snippet": { "text": &source.text[range] },
            },
        },
    });
    if !label.text.is_empty() {
        place["message"] = json!({ "text": label.text });
    }
    Some(place)
}

const fn level(severity: Severity) -> &'static str {
    severity.as_str()
}

/// A path as a URI reference (RFC 3986): what may not stand in one is written in percent.
fn uri(path: &str) -> String {
    let path = path.strip_prefix("./").unwrap_or(path);
    let mut text = String::from(if path.starts_with('/') { "file://" } else { "" });
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                text.push(char::from(byte));
            }
            _ => text.push_str(&format!("%{byte:02X}")),
        }
    }
    text
}

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

#[cfg(test)]
mod tests {
    use super::uri;

    #[test]
    fn any_path_is_a_uri_reference() {
        assert_eq!(uri("/srv/headend.toml"), "file:///srv/headend.toml");
        assert_eq!(uri("播出 1.toml"), "%E6%92%AD%E5%87%BA%201.toml");
        assert_eq!(uri("a:b%"), "a%3Ab%25");
        assert_eq!(uri("./rural-1.toml"), "rural-1.toml");
    }
}
