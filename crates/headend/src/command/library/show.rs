//! Telling what is in the library.

use super::Which;
use crate::exit::{Code, Failure};
use crate::output;
use library::catalogue::Found;
use library::{AssetId, Library};
use serde_json::{Value, json};
use ts::{Span, TICKS_PER_SECOND};

/// Lists what a query finds.
pub(super) fn list(library: &Library, text: String, which: &Which) -> Result<(), Failure> {
    let unavailable = |e: &dyn std::fmt::Display| Failure::new(Code::Unavailable, e);
    // What was put into the folder by hand is taken note of first.
    library.survey().map_err(|e| unavailable(&e))?;
    let catalogue = library.catalogue().map_err(|e| unavailable(&e))?;
    let found = catalogue.search(&which.query(text)).map_err(|e| unavailable(&e))?;
    if which.json {
        return output::print_json(&found.iter().map(to_json).collect::<Value>());
    }
    let mut lines = String::new();
    for asset in &found {
        let length = duration(asset.duration_ms);
        let (size, title) = (megabytes(asset.bytes), asset.card.title.any());
        let Found { id, state, .. } = asset;
        lines += &format!("{state:10} {length:>9} {size:>10}  {id}");
        if !title.is_empty() {
            lines += &format!("  {title}");
        }
        if let Some(job) = asset.job.filter(|job| job != state) {
            lines += &format!("  [new content {job}]");
        }
        if let Some(fault) = &asset.fault {
            lines += &format!("\n           {fault}");
        }
        lines.push('\n');
    }
    lines += &format!("{} assets\n", found.len());
    output::print(&lines)
}

/// Tells all that is known of one asset.
pub(super) fn show(library: &Library, id: &AssetId, as_json: bool) -> Result<(), Failure> {
    let unavailable = |e: &dyn std::fmt::Display| Failure::new(Code::Unavailable, e);
    let summary = library.summary(id);
    let catalogue = library.catalogue().map_err(|e| unavailable(&e))?;
    let Some(found) = catalogue.show(id).map_err(|e| unavailable(&e))? else {
        return Err(Failure::new(Code::No, format!("there is no asset {id}")));
    };
    let streams = summary.as_ref().map(|s| s.streams.as_slice()).unwrap_or_default();
    let streams = streams.iter().map(|stream| {
        let format = &stream.format;
        let codec = format.facts.codec().to_string();
        (codec, format.language.to_string(), stream.bytes, stream.units)
    });
    if as_json {
        let mut value = to_json(&found);
        let streams = streams.map(|(codec, language, bytes, units)| {
            json!({ "codec": codec, "language": language, "bytes": bytes, "units": units })
        });
        value["streams"] = streams.collect();
        return output::print_json(&value);
    }
    let mut text = format!("{id}: {}\n", found.state);
    if let Some(fault) = &found.fault {
        text += &format!("  fault     {fault}\n");
    }
    if let Some(job) = found.job {
        text += &format!("  ingest    {job}\n");
    }
    if let Some(digest) = &found.digest {
        text += &format!("  content   {}\n", hex(digest));
        text += &format!("  length    {}\n", duration(found.duration_ms));
        text += &format!("  size      {}\n", megabytes(found.bytes));
    }
    for (codec, language, bytes, _) in streams {
        let rate = bytes * 8 / u64::try_from(found.duration_ms).unwrap_or(0).max(1);
        text += &format!("  stream    {codec} {language} {rate} kbit/s\n");
    }
    // The card is a file of its own, which people read as it is.
    text += &found.card.to_text();
    output::print(&text)
}

fn to_json(found: &Found) -> Value {
    json!({
        "id": found.id.as_str(),
        "state": found.state.as_str(),
        "fault": found.fault,
        "job": found.job.map(|job| job.as_str()),
        "blake3": found.digest.as_ref().map(hex),
        "bytes": found.bytes,
        "duration_ms": found.duration_ms,
        "card": found.card,
    })
}

fn hex(digest: &[u8; 32]) -> String {
    blake3::Hash::from_bytes(*digest).to_hex().to_string()
}

fn duration(ms: i64) -> String {
    timetable::format_duration(Span(ms * (TICKS_PER_SECOND as i64 / 1000)))
}

/// Bytes as people read them.
pub(super) fn megabytes(bytes: u64) -> String {
    format!("{}.{} MB", bytes / 1_000_000, bytes / 100_000 % 10)
}
