//! Measuring what is heard and seen, by ffmpeg: loudness, silence, black and frozen pictures.

use super::convert::{self, Ffmpeg};
use super::error::{IngestError, SourceFault};
use crate::card::{Quality, SoundReport};
use asset::AssetIndex;
use std::path::Path;

/// The most stretches of one kind that a report lists.
const STRETCHES_MAX: usize = 200;
/// What ebur128 says of silence; nothing can be told below it.
const SILENCE: i32 = -700;

/// Measures an asset.
pub(super) fn measure(
    ffmpeg: Ffmpeg<'_>,
    path: &Path,
    index: &AssetIndex,
) -> Result<Quality, IngestError> {
    let mut quality = Quality::default();
    let mut track = 0;
    for (stream, format) in index.streams.iter().enumerate() {
        if format.format.facts.is_video() {
            let filters = "blackdetect=d=2,freezedetect=n=0.001:d=10";
            let words = listen(ffmpeg, path, "0:v:0", "-vf", filters)?;
            quality.black_ms = stretches(&words, "black_start:", "black_end:");
            let (start, end) = ("freezedetect.freeze_start:", "freezedetect.freeze_end:");
            quality.frozen_ms = stretches(&words, start, end);
        } else if format.format.facts.is_audio() {
            let map = format!("0:a:{track}");
            let filters = "silencedetect=n=-50dB:d=5,ebur128=peak=true:framelog=verbose";
            let words = listen(ffmpeg, path, &map, "-af", filters)?;
            quality.sound.push(sound(stream, &words));
            track += 1;
        }
    }
    Ok(quality)
}

/// What ffmpeg says while a stream passes filters.
fn listen(
    ffmpeg: Ffmpeg<'_>,
    path: &Path,
    map: &str,
    kind: &str,
    filters: &str,
) -> Result<String, IngestError> {
    let mut command = ffmpeg.command(path, "info");
    command.args(["-map", map, kind, filters, "-f", "null", "-"]);
    let why = SourceFault::Unfit { what: "it is to be measured".to_owned() };
    convert::run(command, path, why, |_| Ok(()))
}

fn sound(stream: usize, words: &str) -> SoundReport {
    // The summary stands last; before it may be values that are not yet complete.
    let summary = words.rsplit("Summary:").next().unwrap_or_default();
    let value = |name: &str| {
        let line = summary.lines().find_map(|line| line.trim().strip_prefix(name))?;
        tenths(line.split_whitespace().next()?)
    };
    let loudness = value("I:").filter(|loudness| *loudness > SILENCE);
    SoundReport {
        stream,
        loudness_lufs_x10: loudness,
        true_peak_dbfs_x10: value("Peak:"),
        range_lu_x10: loudness.and(value("LRA:")),
        threshold_lufs_x10: loudness.and(value("Threshold:")),
        silent_ms: stretches(words, "silence_start:", "silence_end:"),
    }
}

/// Stretches of time between two words, each followed by seconds; the last one may be open.
fn stretches(words: &str, start: &str, end: &str) -> Vec<(i64, Option<i64>)> {
    let mut stretches: Vec<(i64, Option<i64>)> = Vec::new();
    for line in words.lines() {
        let after = |word: &str| {
            let rest = line.split_once(word)?.1.trim_start();
            let number = rest.split(|c: char| !matches!(c, '0'..='9' | '.' | '-')).next()?;
            milliseconds(number)
        };
        if let Some(at) = after(start) {
            if stretches.len() == STRETCHES_MAX {
                break;
            }
            stretches.push((at, None));
        }
        if let Some(at) = after(end)
            && let Some((_, open @ None)) = stretches.last_mut()
        {
            *open = Some(at);
        }
    }
    stretches
}

/// A decimal number times ten, cut behind its first decimal.
fn tenths(number: &str) -> Option<i32> {
    decimal(number, 1).and_then(|n| i32::try_from(n).ok())
}

/// A decimal number of seconds in milliseconds.
fn milliseconds(number: &str) -> Option<i64> {
    decimal(number, 3)
}

/// A decimal number times ten to the power of `digits`, cut behind so many decimals.
fn decimal(number: &str, digits: usize) -> Option<i64> {
    let (sign, number) = match number.strip_prefix('-') {
        Some(number) => (-1, number),
        None => (1, number),
    };
    let (whole, rest) = number.split_once('.').unwrap_or((number, ""));
    let mut text = whole.to_owned();
    text.extend(rest.chars().chain("000".chars()).take(digits));
    Some(sign * text.parse::<i64>().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ffmpeg_says_is_understood() {
        let words = "[silencedetect @ 0x1] silence_start: -0.02\n\
            size=N/A time=1 [silencedetect @ 0x1] silence_end: 14.9221 | silence_duration: 1.9\n\
            [silencedetect @ 0x1] silence_start: 22\n\
            [Parsed_ebur128_1 @ 0x2] Summary:\n\n  Integrated loudness:\n\
            \x20   I:         -22.9 LUFS\n\
            \x20   Threshold: -33.1 LUFS\n\n  Loudness range:\n    LRA:         3.0 LU\n\
            \x20   Threshold: -43.1 LUFS\n\n  True peak:\n    Peak:       -6.8 dBFS\n";
        let report = SoundReport {
            stream: 1,
            loudness_lufs_x10: Some(-229),
            true_peak_dbfs_x10: Some(-68),
            range_lu_x10: Some(30),
            threshold_lufs_x10: Some(-331),
            silent_ms: vec![(-20, Some(14_922)), (22_000, None)],
        };
        assert_eq!(sound(1, words), report);
        let silent = "Summary:\n I: -70.0 LUFS\n LRA: 0.0 LU\n Peak: -inf dBFS\n";
        let report = sound(0, silent);
        assert_eq!((report.loudness_lufs_x10, report.true_peak_dbfs_x10), (None, None));
    }

    #[test]
    fn black_and_freeze_are_found_in_their_lines() {
        let words = "[blackdetect @ 0x1] black_start:0 black_end:2.04 black_duration:2.04\n\
            [freezedetect @ 0x2] lavfi.freezedetect.freeze_start: 12\n\
            [freezedetect @ 0x2] lavfi.freezedetect.freeze_end: 24.4\n";
        assert_eq!(stretches(words, "black_start:", "black_end:"), [(0, Some(2040))]);
        let (start, end) = ("freezedetect.freeze_start:", "freezedetect.freeze_end:");
        assert_eq!(stretches(words, start, end), [(12_000, Some(24_400))]);
    }
}
