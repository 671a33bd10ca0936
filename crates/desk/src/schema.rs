//! JSON Schemas of the timetable and the configuration, for completion and hover in editors.
//!
//! The keys stand in one table for each kind of file; a test asks the readers which keys they
//! know and holds the tables to that. A schema says less than the readers do: it helps while one
//! writes, and `headend check` judges.

mod config;
mod timetable;

use serde_json::{Map, Value, json};

/// The files that have a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A file of a timetable.
    Timetable,
    /// `headend.toml`.
    Config,
}

/// A table of a file and the keys that it may have.
#[derive(Clone, Copy, Debug)]
pub struct Table {
    /// Where it stands: `slot`, `course.lessons.pattern`; empty for the root.
    pub name: &'static str,
    /// What it is.
    pub about: &'static str,
    /// Its keys.
    pub keys: &'static [Key],
}

/// A key of a table.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// Its name.
    pub name: &'static str,
    /// It must be there.
    pub is_required: bool,
    /// What it holds.
    pub form: Form,
    /// What it means, for a reader who hovers over it.
    pub about: &'static str,
}

/// What a key holds.
#[derive(Clone, Copy, Debug)]
pub enum Form {
    /// `true` or `false`.
    Boolean,
    /// An integer from the first to the second.
    Integer(u64, u64),
    /// Any integer.
    Signed,
    /// Any text.
    Text,
    /// A text that keeps a pattern.
    Pattern(&'static str),
    /// One of these words.
    Word(&'static [&'static str]),
    /// A date, a time, or both on the local clock, by the `format` that editors take for that
    /// type of TOML.
    Civil(&'static str),
    /// A text in several languages.
    Texts,
    /// The table of this name.
    One(&'static str),
    /// A list.
    List(&'static Form),
    /// One of several forms.
    Any(&'static [Form]),
}

pub(crate) const ID: Form = Form::Pattern("^[a-z0-9]+(-[a-z0-9]+)*$");
pub(crate) const LENGTH: Form =
    Form::Pattern("^([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?$");

/// A key that must be there.
pub(crate) const fn must(name: &'static str, form: Form, about: &'static str) -> Key {
    Key { name, is_required: true, form, about }
}

/// A key that may be there.
pub(crate) const fn may(name: &'static str, form: Form, about: &'static str) -> Key {
    Key { name, is_required: false, form, about }
}

impl Subject {
    /// The tables of the file, the root first.
    pub fn tables(self) -> &'static [Table] {
        match self {
            Subject::Timetable => timetable::TABLES,
            Subject::Config => config::TABLES,
        }
    }

    /// What the file is.
    const fn title(self) -> &'static str {
        match self {
            Subject::Timetable => "Timetable of headend",
            Subject::Config => "Configuration of headend",
        }
    }
}

/// The schema of a file, of draft 7, which editors know best.
pub fn schema(subject: Subject) -> Value {
    let tables = subject.tables();
    let Some((root, others)) = tables.split_first() else { return Value::Null };
    let mut whole = table_schema(root);
    whole.insert("$schema".into(), json!("http://json-schema.org/draft-07/schema#"));
    whole.insert("title".into(), json!(subject.title()));
    // Tombi reads the versions of TOML that have times without seconds when a schema says so.
    whole.insert("x-tombi-toml-version".into(), json!("v1.1.0"));
    let mut definitions: Map<String, Value> =
        others.iter().map(|t| (definition(t.name), Value::Object(table_schema(t)))).collect();
    definitions.insert("texts".into(), texts_schema());
    whole.insert("definitions".into(), Value::Object(definitions));
    Value::Object(whole)
}

fn table_schema(table: &Table) -> Map<String, Value> {
    let property = |key: &Key| {
        let mut schema = form_schema(key.form);
        // Beside a reference draft 7 takes no other word.
        if schema.contains_key("$ref") {
            schema = Map::from_iter([("allOf".to_owned(), json!([schema]))]);
        }
        schema.insert("description".into(), json!(key.about));
        (key.name.to_owned(), Value::Object(schema))
    };
    let required: Vec<&str> =
        table.keys.iter().filter(|key| key.is_required).map(|key| key.name).collect();
    let mut schema = Map::new();
    schema.insert("type".into(), json!("object"));
    schema.insert("description".into(), json!(table.about));
    schema.insert("additionalProperties".into(), json!(false));
    schema.insert("properties".into(), table.keys.iter().map(property).collect());
    if !required.is_empty() {
        schema.insert("required".into(), json!(required));
    }
    schema
}

fn form_schema(form: Form) -> Map<String, Value> {
    let schema = match form {
        Form::Boolean => json!({ "type": "boolean" }),
        Form::Signed => json!({ "type": "integer" }),
        Form::Integer(least, most) => {
            json!({ "type": "integer", "minimum": least, "maximum": most })
        }
        Form::Text => json!({ "type": "string" }),
        Form::Pattern(pattern) => json!({ "type": "string", "pattern": pattern }),
        Form::Word(words) => json!({ "type": "string", "enum": words }),
        Form::Civil(format) => json!({ "type": "string", "format": format }),
        Form::Texts => json!({ "$ref": "#/definitions/texts" }),
        Form::One(name) => json!({ "$ref": format!("#/definitions/{}", definition(name)) }),
        Form::List(form) => json!({ "type": "array", "items": form_schema(*form) }),
        Form::Any(forms) => {
            let forms: Vec<_> = forms.iter().map(|form| form_schema(*form)).collect();
            json!({ "anyOf": forms })
        }
    };
    match schema {
        Value::Object(schema) => schema,
        _ => Map::new(),
    }
}

/// The name of a table as a URI takes it.
fn definition(name: &str) -> String {
    name.replace(' ', "-").replace('`', "")
}

fn texts_schema() -> Value {
    json!({
        "type": "object",
        "description": "A text in several languages, 中文 and others, at most 240 bytes each.",
        "properties": {
            "zh": { "type": "string", "description": "中文" },
            "en": { "type": "string", "description": "English" },
        },
        "additionalProperties": { "type": "string" },
        "propertyNames": { "pattern": "^([a-z]{2}|[a-z]{3})$" },
        "minProperties": 1,
    })
}
