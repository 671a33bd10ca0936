//! What is in the library.

use crate::station::Station;
use control::Refusal;
use control::model::{AssetDetail, AssetFound, Found, Search, StreamDetail};
use library::AssetId;
use library::catalogue::{Found as Row, Query};

/// Assets that are told at once.
const USUAL: u32 = 100;
const MOST: u32 = 1000;

/// Finds assets.
pub(super) fn search(station: &Station, wanted: &Search) -> Result<Found, Refusal> {
    let limit = wanted.limit.unwrap_or(USUAL);
    if !(1..=MOST).contains(&limit) {
        return Err(Refusal::Bad(format!("`limit` is 1 to {MOST}")));
    }
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let state = wanted.state.as_deref().map(|state| {
        state.parse().map_err(|_| Refusal::Bad(format!("`{}` is no state", state.escape_debug())))
    });
    let query = Query {
        text: text(&wanted.text),
        below: text(&wanted.below),
        course: text(&wanted.course),
        grade: text(&wanted.grade),
        language: text(&wanted.language),
        state: state.transpose()?,
        expires_before: None,
        // One more tells whether there are more.
        limit: Some(limit + 1),
    };
    let unavailable = |e: &dyn std::fmt::Display| Refusal::Unavailable(e.to_string());
    let catalogue = station.library.catalogue().map_err(|e| unavailable(&e))?;
    let mut rows = catalogue.search(&query).map_err(|e| unavailable(&e))?;
    let more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    Ok(Found { assets: rows.iter().map(found).collect(), more })
}

/// All that is known of an asset.
pub(super) fn asset(station: &Station, id: &str) -> Result<AssetDetail, Refusal> {
    let id: AssetId = id.parse().map_err(|e: library::IdError| Refusal::Bad(e.to_string()))?;
    let unavailable = |e: &dyn std::fmt::Display| Refusal::Unavailable(e.to_string());
    let catalogue = station.library.catalogue().map_err(|e| unavailable(&e))?;
    let row = catalogue.show(&id).map_err(|e| unavailable(&e))?;
    let row = row.ok_or_else(|| Refusal::NotThere(format!("there is no asset {id}")))?;
    let summary = station.library.summary(&id);
    let streams = summary.iter().flat_map(|summary| &summary.streams);
    Ok(AssetDetail {
        asset: found(&row),
        blake3: row.digest.map(|digest| blake3::Hash::from_bytes(digest).to_hex().to_string()),
        streams: streams
            .map(|stream| StreamDetail {
                codec: stream.format.facts.codec().to_string(),
                language: stream.format.language.to_string(),
                bytes: stream.bytes,
            })
            .collect(),
        card: serde_json::to_value(&row.card).unwrap_or_default(),
    })
}

fn found(row: &Row) -> AssetFound {
    AssetFound {
        id: row.id.to_string(),
        state: row.state.as_str().to_owned(),
        fault: row.fault.clone(),
        duration_ms: row.duration_ms,
        bytes: row.bytes,
        title_zh: row.card.title.zh.clone(),
        title_en: row.card.title.en.clone(),
        course: row.card.course.clone(),
        grade: row.card.grade.clone(),
        language: row.card.language.clone(),
    }
}
