//! What is to be done about streams that are not fit to be broadcast, and no more than that.

use super::profile::Unfit;
use crate::card::SoundReport;
use asset::{AssetIndex, Facts};
use es::Codec;

/// The true peak that sound may have, in tenths of a decibel below full scale.
const PEAK_MAX: i32 = -10;

/// How loud sound is to be (EBU R 128).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Loudness {
    /// Integrated loudness in tenths of LUFS.
    pub target_lufs_x10: i32,
    /// How far from it sound may be without being changed, in tenths of LU.
    pub tolerance_lu_x10: i32,
}

impl Default for Loudness {
    /// -23 LUFS; what is within one LU is let be.
    fn default() -> Loudness {
        Loudness { target_lufs_x10: -230, tolerance_lu_x10: 10 }
    }
}

/// What ffmpeg is to do with one source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Treatment {
    /// Whether pictures are encoded anew, and whether also at a frame rate of 25 Hz.
    pub(super) pictures: Option<Pictures>,
    /// What becomes of each stream of sound; those behind the last one are copied.
    pub(super) sound: Vec<Option<Sound>>,
    /// Why, for people.
    pub(super) why: Vec<String>,
}

/// How pictures are encoded anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pictures {
    /// Whether they get a rate of 25 Hz.
    pub(super) rate: bool,
}

/// How sound is encoded anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sound {
    pub(super) encoder: &'static str,
    pub(super) rate: &'static str,
    pub(super) stereo: bool,
    pub(super) filter: Option<String>,
}

/// The treatment of each of `inputs` sources. `origin` says of each stream of the asset which
/// source it is from.
pub(super) fn treatments(
    index: &AssetIndex,
    origin: &[usize],
    unfit: &[Unfit],
    sound: &[(SoundReport, Option<String>)],
    inputs: usize,
) -> Vec<Treatment> {
    let mut treatments = vec![Treatment::default(); inputs];
    for fault in unfit.iter().filter(|fault| fault.sound().is_none()) {
        // Only the first source has pictures.
        let rate = matches!(fault, Unfit::FrameRate { .. });
        let pictures = treatments[0].pictures.get_or_insert(Pictures { rate: false });
        pictures.rate |= rate;
        treatments[0].why.push(fault.to_string());
    }
    for (stream, format) in index.streams.iter().enumerate() {
        let Facts::Audio(facts) = format.format.facts else { continue };
        let faults = unfit.iter().filter(|fault| fault.sound() == Some(stream));
        let mut why: Vec<String> = faults.map(Unfit::to_string).collect();
        let measured = sound.iter().find(|(report, _)| report.stream == stream);
        let filter = measured.and_then(|(_, filter)| filter.clone());
        if let Some((report, Some(_))) = measured {
            let loudness = report.loudness_lufs_x10.map(show).unwrap_or_default();
            why.push(format!("stream {stream} has {loudness} LUFS"));
        }
        let treatment = &mut treatments[origin[stream]];
        let treated = (!why.is_empty()).then(|| {
            let many = facts.channels.is_none_or(|channels| channels > 2);
            let (encoder, rate) = encoder(facts.codec(), many);
            let stereo = many && !matches!(facts.codec(), Codec::Ac3 | Codec::Eac3);
            Sound { encoder, rate, stereo, filter }
        });
        treatment.sound.push(treated);
        treatment.why.extend(why);
    }
    treatments
}

/// The encoder that stays with a codec, and its rate.
const fn encoder(codec: Codec, many: bool) -> (&'static str, &'static str) {
    match (codec, many) {
        (Codec::Ac3, false) => ("ac3", "192k"),
        (Codec::Ac3, true) => ("ac3", "448k"),
        (Codec::Eac3, false) => ("eac3", "192k"),
        (Codec::Eac3, true) => ("eac3", "384k"),
        (Codec::MpegAudio, _) => ("mp2", "192k"),
        _ => ("aac", "128k"),
    }
}

impl Loudness {
    /// The filter that brings sound to the target; `None` when it is there, or there is none.
    pub(super) fn filter(&self, report: &SoundReport) -> Option<String> {
        let loudness = report.loudness_lufs_x10?;
        let gain = self.target_lufs_x10 - loudness;
        if gain.abs() <= self.tolerance_lu_x10 {
            return None;
        }
        let peak = report.true_peak_dbfs_x10?;
        if peak + gain <= PEAK_MAX {
            // The same gain for all of it leaves the sound as it is.
            return Some(format!("volume={}dB", show(gain)));
        }
        let target = show(self.target_lufs_x10);
        Some(format!(
            "loudnorm=I={target}:TP={}:LRA=20:measured_I={}:measured_TP={}:measured_LRA={}:\
             measured_thresh={},aresample=48000",
            show(PEAK_MAX),
            show(loudness),
            show(peak),
            show(report.range_lu_x10.unwrap_or(0)),
            show(report.threshold_lufs_x10.unwrap_or(loudness - 100)),
        ))
    }
}

/// Tenths as a decimal number.
fn show(tenths: i32) -> String {
    let sign = if tenths < 0 { "-" } else { "" };
    format!("{sign}{}.{}", tenths.abs() / 10, tenths.abs() % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(loudness: i32, peak: i32) -> SoundReport {
        SoundReport {
            stream: 1,
            loudness_lufs_x10: Some(loudness),
            true_peak_dbfs_x10: Some(peak),
            range_lu_x10: Some(52),
            threshold_lufs_x10: Some(loudness - 102),
            silent_ms: Vec::new(),
        }
    }

    #[test]
    fn loudness_is_changed_by_one_gain_unless_that_would_clip() {
        let loudness = Loudness::default();
        assert_eq!(loudness.filter(&report(-239, -50)), None);
        assert_eq!(loudness.filter(&report(-180, -5)).as_deref(), Some("volume=-5.0dB"));
        assert_eq!(loudness.filter(&report(-300, -90)).as_deref(), Some("volume=7.0dB"));
        let limited = loudness.filter(&report(-300, -79)).unwrap();
        let wanted = "loudnorm=I=-23.0:TP=-1.0:LRA=20:measured_I=-30.0:measured_TP=-7.9:\
            measured_LRA=5.2:measured_thresh=-40.2,aresample=48000";
        assert_eq!(limited, wanted);
        let silent = SoundReport { loudness_lufs_x10: None, ..report(0, 0) };
        assert_eq!(loudness.filter(&silent), None);
    }
}
