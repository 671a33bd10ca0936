//! Diagnostics as text for people, for editors, and as JSON.

use crate::diagnostic::{Diagnostic, Label, Severity};
use crate::source::Source;
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use serde_json::{Value, json};

/// Diagnostics with the lines they speak of, places underlined; `color` adds terminal colours.
pub fn render_human(diagnostics: &[Diagnostic], sources: &[Source<'_>], color: bool) -> String {
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    let mut text = String::new();
    for diagnostic in diagnostics {
        text.push_str(&renderer.render(&[group(diagnostic, sources)]));
        text.push_str("\n\n");
    }
    text
}

/// One line for each diagnostic: `file:line:column: severity[code]: message`.
pub fn render_short(diagnostics: &[Diagnostic], sources: &[Source<'_>]) -> String {
    let mut text = String::new();
    for diagnostic in diagnostics {
        if let Some((at, source)) = place(diagnostic, sources) {
            let position = source.position(at.start);
            text.push_str(&format!("{}:{}:{}: ", source.name, position.line, position.column));
        }
        let severity = diagnostic.severity().as_str();
        text.push_str(&format!("{severity}[{}]: {}\n", diagnostic.code, diagnostic.message));
    }
    text
}

/// Diagnostics as a JSON array of objects; lines and columns count from 1, columns in characters,
/// `bytes` is a half-open range.
pub fn to_json(diagnostics: &[Diagnostic], sources: &[Source<'_>]) -> Value {
    let one = |d: &Diagnostic| {
        json!({
            "code": d.code.as_str(),
            "severity": d.severity().as_str(),
            "message": d.message,
            "help": d.help,
            "labels": d.labels.iter().map(|l| label_json(l, sources)).collect::<Vec<_>>(),
        })
    };
    diagnostics.iter().map(one).collect()
}

fn label_json(label: &Label, sources: &[Source<'_>]) -> Value {
    let Some(source) = sources.get(label.at.source) else {
        return Value::Null;
    };
    let range = source.range(label.at);
    let (start, end) = (source.position(range.start), source.position(range.end));
    json!({
        "file": source.name,
        "bytes": [range.start, range.end],
        "line": start.line,
        "column": start.column,
        "end_line": end.line,
        "end_column": end.column,
        "text": label.text,
        "primary": label.primary,
    })
}

fn place<'s, 'a>(
    diagnostic: &Diagnostic,
    sources: &'s [Source<'a>],
) -> Option<(crate::source::Location, &'s Source<'a>)> {
    let at = diagnostic.location()?;
    Some((at, sources.get(at.source)?))
}

fn group<'a>(diagnostic: &'a Diagnostic, sources: &'a [Source<'a>]) -> Group<'a> {
    let level = match diagnostic.severity() {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let title = level.primary_title(diagnostic.message.as_str()).id(diagnostic.code.as_str());
    let mut group = Group::with_title(title);
    // The file of the primary label first, then the others in the order of their labels.
    let mut order: Vec<usize> = diagnostic.location().iter().map(|at| at.source).collect();
    for label in &diagnostic.labels {
        if !order.contains(&label.at.source) {
            order.push(label.at.source);
        }
    }
    for (index, source) in order.iter().filter_map(|i| Some((*i, sources.get(*i)?))) {
        let mut snippet = Snippet::source(source.text).path(source.name);
        for label in diagnostic.labels.iter().filter(|l| l.at.source == index) {
            let kind =
                if label.primary { AnnotationKind::Primary } else { AnnotationKind::Context };
            let mut annotation = kind.span(source.range(label.at));
            if !label.text.is_empty() {
                annotation = annotation.label(label.text.as_str());
            }
            snippet = snippet.annotation(annotation);
        }
        group = group.element(snippet);
    }
    if let Some(help) = &diagnostic.help {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    group
}
