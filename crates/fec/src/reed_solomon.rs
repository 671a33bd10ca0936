//! Reed-Solomon codes of single words: errors and erasures.
//!
//! A word is data behind which parity stands, read as a polynomial whose highest term is the first
//! byte. It is a codeword when alpha^0 .. alpha^(parity - 1) are its roots. Words may be shorter
//! than 255 bytes: those that are missing in front count as zeros.
//!
//! - 16 bytes of parity behind 188 are the outer code of EN 300 421 clause 4.4.2, RS(204,188);
//! - 64 behind 191 are a row of an MPE-FEC frame, RS(255,191) of EN 301 192 clause 9.3.3, for
//!   which [`frame`](crate::frame) has a faster way.

use crate::gf256::{divide, multiply, power};

/// Bytes of the longest word.
pub const WORD_SIZE_MAX: usize = 255;
/// Parity of the outer code of DVB-S.
pub const OUTER_PARITY: usize = 16;

/// A code with so many bytes of parity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReedSolomon {
    parity: usize,
    /// For each value of the leading term, the generator times it without its own leading term.
    feedback: Vec<u8>,
}

/// Why a word cannot be corrected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WordError {
    /// It has too few bytes for data and parity, or more than the field has elements.
    #[error("a word of {size} bytes, where {least} to {WORD_SIZE_MAX} are allowed")]
    Size {
        /// Bytes of the word.
        size: usize,
        /// Bytes of the parity.
        least: usize,
    },
    /// An erasure is not in the word.
    #[error("an erasure at byte {position} of a word of {size}")]
    Erasure {
        /// Where it would be.
        position: usize,
        /// Bytes of the word.
        size: usize,
    },
    /// More errors than the parity corrects. The word is as it was.
    #[error("more errors than {parity} bytes of parity correct")]
    TooManyErrors {
        /// Bytes of the parity.
        parity: usize,
    },
}

/// A polynomial, its constant term first.
type Polynomial = [u8; 256];

impl ReedSolomon {
    /// The code with `parity` bytes of parity.
    ///
    /// # Panics
    /// When `parity` is not between 1 and 254.
    pub fn new(parity: usize) -> ReedSolomon {
        assert!((1..WORD_SIZE_MAX).contains(&parity), "parity leaves room for data");
        // The generator polynomial, its highest term first.
        let mut generator = vec![1];
        for root in 0..parity {
            let mut product = generator.clone();
            product.push(0);
            for (term, lower) in generator.iter().zip(&mut product[1..]) {
                *lower ^= multiply(*term, power(root));
            }
            generator = product;
        }
        let mut feedback = Vec::with_capacity(256 * parity);
        for byte in 0..=255 {
            feedback.extend(generator[1..].iter().map(|term| multiply(byte, *term)));
        }
        ReedSolomon { parity, feedback }
    }

    /// Bytes of parity.
    pub fn parity(&self) -> usize {
        self.parity
    }

    /// Writes the parity of `data` to `parity`.
    ///
    /// # Panics
    /// When `parity` has another length than [`ReedSolomon::parity`], or data and parity together
    /// have more than [`WORD_SIZE_MAX`] bytes.
    pub fn encode(&self, data: &[u8], parity: &mut [u8]) {
        assert_eq!(parity.len(), self.parity, "room for the parity");
        assert!(data.len() + self.parity <= WORD_SIZE_MAX, "a word of the field");
        // The word is divided by the generator where it stands, term by term from the front.
        let mut rest = [0; WORD_SIZE_MAX];
        rest[..data.len()].copy_from_slice(data);
        for at in 0..data.len() {
            let leading = usize::from(rest[at]);
            let feedback = &self.feedback[leading * self.parity..][..self.parity];
            for (term, feedback) in rest[at + 1..].iter_mut().zip(feedback) {
                *term ^= feedback;
            }
        }
        parity.copy_from_slice(&rest[data.len()..][..self.parity]);
    }

    /// Corrects a word in place and says how many bytes it changed. `erasures` are the places of
    /// bytes that are known to be wrong or missing; each costs one byte of parity, an error at an
    /// unknown place costs two.
    ///
    /// # Errors
    /// [`WordError`]; the word is as it was then. Beyond its power a code may also take the word
    /// for another one: with all its parity spent on erasures it cannot notice a single error.
    pub fn correct(&self, word: &mut [u8], erasures: &[u8]) -> Result<usize, WordError> {
        let size = word.len();
        if size > WORD_SIZE_MAX || size <= self.parity {
            return Err(WordError::Size { size, least: self.parity + 1 });
        }
        if let Some(out) = erasures.iter().find(|at| usize::from(**at) >= size) {
            return Err(WordError::Erasure { position: usize::from(*out), size });
        }
        let syndromes = self.syndromes(word);
        if syndromes[..self.parity].iter().all(|syndrome| *syndrome == 0) {
            return Ok(0);
        }
        let too_many = WordError::TooManyErrors { parity: self.parity };
        let locator = self.locator(&syndromes, erasures, size).ok_or(too_many)?;
        let fixes = self.fixes(&syndromes, &locator, size).ok_or(too_many)?;
        for (at, value) in &fixes {
            word[*at] ^= value;
        }
        if self.syndromes(word)[..self.parity].iter().any(|syndrome| *syndrome != 0) {
            fixes.iter().for_each(|(at, value)| word[*at] ^= value);
            return Err(too_many);
        }
        Ok(fixes.iter().filter(|(_, value)| *value != 0).count())
    }

    /// The values of the word at the roots of the generator.
    fn syndromes(&self, word: &[u8]) -> Polynomial {
        let mut syndromes = [0; 256];
        for (root, syndrome) in syndromes[..self.parity].iter_mut().enumerate() {
            let at = power(root);
            *syndrome = word.iter().fold(0, |value, byte| multiply(value, at) ^ byte);
        }
        syndromes
    }

    /// The polynomial whose roots are the inverses of the locators of all wrong places, by the
    /// algorithm of Berlekamp and Massey begun with the erasures (Blahut 1983). `None` when there
    /// are too many.
    fn locator(&self, syndromes: &Polynomial, erasures: &[u8], size: usize) -> Option<Locator> {
        let mut locator = [0; 256];
        locator[0] = 1;
        let mut erased = 0;
        let mut seen = [false; 256];
        for at in erasures {
            if core::mem::replace(&mut seen[usize::from(*at)], true) {
                continue;
            }
            if erased == self.parity {
                return None;
            }
            erased += 1;
            let root = power(size - 1 - usize::from(*at));
            for i in (1..=erased).rev() {
                locator[i] ^= multiply(locator[i - 1], root);
            }
        }
        let mut degree = erased;
        let mut former = locator;
        for step in erased..self.parity {
            let discrepancy = (0..=step.min(degree))
                .fold(0, |sum, i| sum ^ multiply(locator[i], syndromes[step - i]));
            former.copy_within(..255, 1);
            former[0] = 0;
            if discrepancy == 0 {
                continue;
            }
            let before = locator;
            for (term, former) in locator.iter_mut().zip(&former) {
                *term ^= multiply(discrepancy, *former);
            }
            if 2 * degree <= step + erased {
                degree = step + 1 + erased - degree;
                former = before.map(|term| divide(term, discrepancy));
            }
        }
        let errors = degree.checked_sub(erased)?;
        (erased + 2 * errors <= self.parity).then_some(Locator { terms: locator, degree })
    }

    /// Where the word is wrong and by how much (Forney). `None` when the locator does not have as
    /// many roots in the word as its degree says.
    fn fixes(
        &self,
        syndromes: &Polynomial,
        locator: &Locator,
        size: usize,
    ) -> Option<Vec<(usize, u8)>> {
        let mut evaluator = [0; 256];
        for (i, term) in evaluator[..self.parity].iter_mut().enumerate() {
            *term = (0..=i.min(locator.degree))
                .fold(0, |sum, j| sum ^ multiply(locator.terms[j], syndromes[i - j]));
        }
        let mut fixes = Vec::with_capacity(locator.degree);
        for at in 0..size {
            let exponent = size - 1 - at;
            let inverse = power(255 - exponent);
            if evaluate(&locator.terms[..=locator.degree], inverse) != 0 {
                continue;
            }
            // The derivative has the odd terms alone, each one degree lower.
            let mut derivative = [0; 256];
            for i in (1..=locator.degree).step_by(2) {
                derivative[i - 1] = locator.terms[i];
            }
            let slope = evaluate(&derivative, inverse);
            if slope == 0 {
                return None;
            }
            let value = multiply(power(exponent), evaluate(&evaluator[..self.parity], inverse));
            fixes.push((at, divide(value, slope)));
        }
        (fixes.len() == locator.degree).then_some(fixes)
    }
}

/// Which bytes of a word are wrong, as a polynomial.
struct Locator {
    terms: Polynomial,
    degree: usize,
}

fn evaluate(terms: &[u8], at: u8) -> u8 {
    terms.iter().rev().fold(0, |value, term| multiply(value, at) ^ term)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn parity_of(parity: usize, data: &[u8]) -> String {
        let mut out = vec![0; parity];
        ReedSolomon::new(parity).encode(data, &mut out);
        hex(&out)
    }

    #[test]
    fn outer_code_of_dvb_s_matches_the_check_vectors() {
        let null = [vec![0x47, 0x1f, 0xff, 0x10], vec![0xff; 184]].concat();
        assert_eq!(parity_of(16, &null), "43bf42c1e118f87f2390ba667da8626e");
        let counting: Vec<u8> = core::iter::once(0x47).chain(0..187).collect();
        assert_eq!(parity_of(16, &counting), "cb5affe1387b816f05dbbda252a44aa3");
        let code = ReedSolomon::new(OUTER_PARITY);
        let generator = [59, 13, 104, 189, 68, 209, 30, 8, 163, 65, 41, 229, 98, 50, 36, 59];
        assert_eq!(code.feedback[16..32], generator);
    }

    #[test]
    fn row_of_an_mpe_fec_frame_matches_the_check_vector() {
        let data: Vec<u8> = (0..191).collect();
        let vector = concat!(
            "8c1be694d057757c84ad114737f11751d3d433c6e33e536ff7bbc6d136ae4bd0",
            "15626fbc94c52cc5abebe53fdcf0a24e22fa2387d87449c7bed4ceeb9c94c6f9"
        );
        assert_eq!(parity_of(64, &data), vector);
    }

    #[test]
    fn words_and_erasures_that_cannot_be_are_refused() {
        let code = ReedSolomon::new(16);
        assert_eq!(code.correct(&mut [0; 16], &[]), Err(WordError::Size { size: 16, least: 17 }));
        assert_eq!(code.correct(&mut [0; 256], &[]), Err(WordError::Size { size: 256, least: 17 }));
        let erasure = WordError::Erasure { position: 204, size: 204 };
        assert_eq!(code.correct(&mut [0; 204], &[204]), Err(erasure));
    }

    proptest! {
        #[test]
        fn any_errors_and_erasures_within_the_parity_are_corrected(
            parity in 1usize..=64,
            size in 1usize..=WORD_SIZE_MAX - 64,
            seed: u64,
            share in 0u8..=255,
        ) {
            let mut state = seed;
            let mut next = |below: usize| {
                state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(11);
                (state >> 33) as usize % below
            };
            let code = ReedSolomon::new(parity);
            let mut word: Vec<u8> = (0..size).map(|_| next(256) as u8).collect();
            let mut tail = vec![0; parity];
            code.encode(&word, &mut tail);
            word.extend(tail);
            let erasures = parity * usize::from(share) / 255;
            let errors = (parity - erasures) / 2;
            let mut places: Vec<usize> = (0..word.len()).collect();
            for i in 0..(erasures + errors).min(word.len()) {
                let j = i + next(places.len() - i);
                places.swap(i, j);
            }
            let mut damaged = word.clone();
            for at in &places[..erasures] {
                damaged[*at] = next(256) as u8;
            }
            for at in places[erasures..].iter().take(errors) {
                damaged[*at] ^= 1 + next(255) as u8;
            }
            let changed = damaged.iter().zip(&word).filter(|(a, b)| a != b).count();
            let erased: Vec<u8> = places[..erasures].iter().map(|at| *at as u8).collect();
            prop_assert_eq!(code.correct(&mut damaged, &erased), Ok(changed));
            prop_assert_eq!(damaged, word);
        }

        #[test]
        fn any_word_is_corrected_to_a_codeword_or_left_as_it_was(
            word in prop::collection::vec(any::<u8>(), 0..300),
            erasures in prop::collection::vec(any::<u8>(), 0..30),
        ) {
            let code = ReedSolomon::new(16);
            let mut corrected = word.clone();
            match code.correct(&mut corrected, &erasures) {
                Err(_) => prop_assert_eq!(corrected, word),
                Ok(changed) => {
                    let differing = corrected.iter().zip(&word).filter(|(a, b)| a != b).count();
                    prop_assert_eq!(changed, differing);
                    let mut parity = [0; 16];
                    let (data, tail) = corrected.split_at(word.len() - 16);
                    code.encode(data, &mut parity);
                    prop_assert_eq!(&parity, tail);
                }
            }
        }
    }
}
