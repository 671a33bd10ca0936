//! Bundles against the lessons that need them.
//!
//! How large a bundle is only the library knows, so that this check is asked for apart.

use crate::civil::ticks_from_unix;
use crate::diagnostic::{Code, Diagnostic};
use crate::duration::format_duration;
use crate::model::{Bundle, BundleLesson, Programme, Ready, Timetable};
use crate::plan::open_ticks;
use ts::{Span, TICKS_PER_SECOND, Ticks};

/// Whether a bundle is complete in time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BundleProof {
    /// The bundle.
    pub bundle: crate::Id,
    /// When its lesson first airs.
    pub airs: Ticks,
    /// When it must be complete.
    pub due: Ticks,
    /// How many seconds it is sent before that.
    pub open_s: u64,
    /// How many seconds its passes take at the rate it is sure of; `None` without such a rate.
    pub needed_s: Option<u64>,
}

impl Timetable {
    /// Whether bundles that lessons need are complete before these first air. `size` gives the bits
    /// of transport stream that one pass of a bundle takes, where that is known.
    pub fn bundle_proofs(&self, size: impl Fn(&Bundle) -> Option<u64>) -> Vec<BundleProof> {
        let wanted = |bundle: &Bundle| {
            let (lesson, ready) = (bundle.lesson.as_ref()?, bundle.ready?);
            self.proof(bundle, lesson, ready, size(bundle)?)
        };
        self.bundles.iter().filter_map(wanted).collect()
    }

    /// Reports bundles that are late for their lessons, and those that only just are not.
    pub fn check_bundles(&self, size: impl Fn(&Bundle) -> Option<u64>) -> Vec<Diagnostic> {
        let proofs = self.bundle_proofs(size);
        proofs.iter().filter_map(|proof| self.tell_of_bundle(proof)).collect()
    }

    /// When a lesson first airs, whichever slot it is in.
    pub fn first_airing(&self, course: &crate::Id, lesson: &crate::Id) -> Option<Ticks> {
        let index = self.courses.binary_search_by(|c| c.id.cmp(course)).ok()?;
        let number = self.courses[index].lessons.iter().position(|l| l.id == *lesson)? as u64;
        let first = self.slots.iter().filter_map(|slot| {
            let Programme::Course { course, first_lesson } = slot.programme else { return None };
            if course != index || slot.rerun_of.is_some() {
                return None;
            }
            let step = number.checked_sub(u64::from(first_lesson))?;
            let local = slot.recurrence.first_of_step(step)?;
            let resolved = self.zone.resolve(local, slot.gap, slot.fold)?;
            ticks_from_unix(resolved.unix_s)
        });
        first.min()
    }

    fn proof(
        &self,
        bundle: &Bundle,
        lesson: &BundleLesson,
        ready: Ready,
        pass_bits: u64,
    ) -> Option<BundleProof> {
        let airs = self.first_airing(&lesson.course, &lesson.lesson)?;
        let due = airs - Span::from_seconds(i64::from(ready.before_s));
        let open_s = open_ticks(&self.zone, bundle, due) / TICKS_PER_SECOND;
        let bits = u128::from(pass_bits) * u128::from(ready.cycles);
        let needed = bits.div_ceil(u128::from(bundle.rate_bps.max(1)));
        let needed_s = (bundle.rate_bps > 0).then(|| u64::try_from(needed).unwrap_or(u64::MAX));
        Some(BundleProof { bundle: bundle.id.clone(), airs, due, open_s, needed_s })
    }

    fn tell_of_bundle(&self, proof: &BundleProof) -> Option<Diagnostic> {
        let bundle = self.bundle(&proof.bundle)?;
        let ready = bundle.ready?;
        let windows_at = bundle.windows_at.unwrap_or(bundle.origin);
        let airs = self.zone.local_time(proof.airs);
        let open = said(proof.open_s);
        let passes = match ready.cycles {
            1 => "one pass".to_owned(),
            cycles => format!("{cycles} passes"),
        };
        let Some(needed_s) = proof.needed_s else {
            let message = format!("bundle `{}` has no `rate`, so nothing is sure", bundle.id);
            let finding = Diagnostic::new(Code::BundleLate, message)
                .primary(ready.origin, format!("{passes} before {airs}"))
                .help("rate = what it is promised, in bit/s of transport stream");
            return Some(finding);
        };
        let place = |finding: Diagnostic| {
            finding
                .primary(
                    ready.origin,
                    format!(
                        "{passes} at {} bit/s take {}",
                        grouped(bundle.rate_bps),
                        said(needed_s)
                    ),
                )
                .secondary(
                    windows_at,
                    format!("{open} open before {}", self.zone.local_time(proof.due)),
                )
        };
        if needed_s > proof.open_s {
            let message =
                format!("bundle `{}` cannot be complete before its lesson on {airs}", bundle.id);
            return Some(
                place(Diagnostic::new(Code::BundleLate, message))
                    .help(self.advice(bundle, ready, proof, needed_s)),
            );
        }
        // Less than a fifth of the time is left over.
        if u128::from(needed_s) * 5 > u128::from(proof.open_s) * 4 {
            let left = said(proof.open_s - needed_s);
            let message =
                format!("bundle `{}` is complete only {left} before it must be", bundle.id);
            return Some(place(Diagnostic::new(Code::BundleTight, message)).help(
                "add a window or raise `rate`: a pass that rain spoils must be made up for",
            ));
        }
        None
    }

    fn advice(&self, bundle: &Bundle, ready: Ready, proof: &BundleProof, needed_s: u64) -> String {
        let mut advice = vec!["add a window or an earlier `from`".to_owned()];
        let per_pass = u128::from(needed_s).div_ceil(u128::from(ready.cycles));
        let fits = u128::from(proof.open_s) / per_pass.max(1);
        if fits >= 1 && ready.cycles > 1 {
            advice.push(format!("lower `cycles` to {fits}"));
        }
        if let Some(bits) = (u128::from(bundle.rate_bps) * u128::from(needed_s))
            .checked_div(u128::from(proof.open_s))
        {
            let rate = (bits + 1).next_multiple_of(100_000);
            advice.push(format!("raise `rate` to {}", grouped(rate as u64)));
        }
        match advice.pop() {
            Some(last) if !advice.is_empty() => format!("{}, or {last}", advice.join(", ")),
            last => last.unwrap_or_default(),
        }
    }
}

fn said(seconds: u64) -> String {
    let minutes = seconds / 60;
    match seconds {
        0..3600 => format_duration(Span::from_seconds(seconds as i64)),
        _ => format!("{}h{:02}m", minutes / 60, minutes % 60),
    }
}

/// A number as TOML may write it: 3_400_000.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push('_');
        }
        text.push(digit);
    }
    text
}
