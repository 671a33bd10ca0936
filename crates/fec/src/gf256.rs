//! Arithmetic of the field with 256 elements that DVB and the IETF use, and products of matrices
//! with byte strings over it.
//!
//! An element is a polynomial over two elements, modulo `x^8 + x^4 + x^3 + x^2 + 1` (0x11d); the
//! element 2, called alpha, generates all others. Addition is exclusive or.

/// The field polynomial without its highest term.
const POLYNOMIAL_LOW: u8 = 0x1d;
/// Elements other than zero.
const ORDER: usize = 255;

/// Powers of alpha, twice over, so that a sum of two logarithms needs no reduction.
const EXPONENTIALS: [u8; 2 * ORDER] = {
    let mut table = [0; 2 * ORDER];
    let (mut power, mut i) = (1u8, 0);
    while i < 2 * ORDER {
        table[i] = power;
        power = (power << 1) ^ ((power >> 7) * POLYNOMIAL_LOW);
        i += 1;
    }
    table
};

/// Logarithms to the base of alpha; that of zero is not used.
const LOGARITHMS: [u8; 256] = {
    let mut table = [0; 256];
    let mut i = 0;
    while i < ORDER {
        table[EXPONENTIALS[i] as usize] = i as u8;
        i += 1;
    }
    table
};

/// The product of two elements.
pub const fn multiply(a: u8, b: u8) -> u8 {
    if a == 0 || b == 0 {
        return 0;
    }
    EXPONENTIALS[LOGARITHMS[a as usize] as usize + LOGARITHMS[b as usize] as usize]
}

/// The quotient of two elements.
///
/// # Panics
/// When `b` is zero.
pub const fn divide(a: u8, b: u8) -> u8 {
    assert!(b != 0, "zero has no inverse");
    if a == 0 {
        return 0;
    }
    EXPONENTIALS[LOGARITHMS[a as usize] as usize + ORDER - LOGARITHMS[b as usize] as usize]
}

/// Alpha to the power of `exponent`.
pub const fn power(exponent: usize) -> u8 {
    EXPONENTIALS[exponent % ORDER]
}

/// Bytes of each string that are combined at a time, and strings whose multiples are held at a
/// time: the tables of all of them then stay in the first cache.
const STRIP: usize = 128;
const GROUP: usize = 4;
const WORDS: usize = STRIP / 8;

/// Some bytes of a string, aligned so that they can be added from where they are.
#[derive(Clone, Copy)]
#[repr(align(64))]
struct Strip([u64; WORDS]);

/// The multiples of a strip by every element, in two parts: by the low four bits, by the high
/// four. A product is the sum of one of each.
type Multiples = [[Strip; 16]; 2];

const ZERO: Strip = Strip([0; WORDS]);

/// Adds a matrix product to byte strings: `outputs[row] += coefficients[row][column] *
/// inputs[column]`, byte by byte.
///
/// `coefficients` holds one row of `inputs.len()` elements for each output. All strings have the
/// same length.
///
/// # Panics
/// When lengths do not match.
pub fn accumulate_products(coefficients: &[u8], inputs: &[&[u8]], outputs: &mut [&mut [u8]]) {
    assert_eq!(coefficients.len(), inputs.len() * outputs.len(), "one element for each pair");
    let Some(length) = outputs.first().map(|output| output.len()) else {
        return;
    };
    assert!(inputs.iter().all(|input| input.len() == length), "inputs are as long as outputs");
    assert!(outputs.iter().all(|output| output.len() == length), "outputs are of one length");
    let mut multiples = [[[ZERO; 16]; 2]; GROUP];
    for begin in (0..length).step_by(STRIP) {
        let strip = begin..(begin + STRIP).min(length);
        for (number, group) in inputs.chunks(GROUP).enumerate() {
            for (multiples, input) in multiples.iter_mut().zip(group) {
                multiply_into(&load(&input[strip.clone()]), multiples);
            }
            let rows = coefficients.chunks_exact(inputs.len());
            for (output, row) in outputs.iter_mut().zip(rows) {
                let row = &row[number * GROUP..][..group.len()];
                add_products(&multiples, row, &mut output[strip.clone()]);
            }
        }
    }
}

fn load(bytes: &[u8]) -> Strip {
    let mut padded = [0; STRIP];
    padded[..bytes.len()].copy_from_slice(bytes);
    let mut strip = ZERO;
    for (word, bytes) in strip.0.iter_mut().zip(padded.as_chunks::<8>().0) {
        *word = u64::from_le_bytes(*bytes);
    }
    strip
}

fn multiply_into(strip: &Strip, multiples: &mut Multiples) {
    let [low, high] = multiples;
    low[1] = *strip;
    for power in [2, 4, 8] {
        let (smaller, larger) = low.split_at_mut(power);
        double_into(&smaller[power / 2], &mut larger[0]);
    }
    double_into(&low[8], &mut high[1]);
    for power in [2, 4, 8] {
        let (smaller, larger) = high.split_at_mut(power);
        double_into(&smaller[power / 2], &mut larger[0]);
    }
    for half in [low, high] {
        for power in [2, 4, 8] {
            let (smaller, larger) = half.split_at_mut(power);
            let (highest, sums) = larger.split_at_mut(1);
            for (sum, rest) in sums.iter_mut().zip(&smaller[1..]) {
                add_into(&highest[0], rest, sum);
            }
        }
    }
}

// Calls, so that each is a short loop over memory, which compilers turn into vector instructions.
#[inline(never)]
fn double_into(from: &Strip, into: &mut Strip) {
    for (into, from) in into.0.iter_mut().zip(&from.0) {
        *into = double(*from);
    }
}

#[inline(never)]
fn add_into(a: &Strip, b: &Strip, into: &mut Strip) {
    for ((into, a), b) in into.0.iter_mut().zip(&a.0).zip(&b.0) {
        *into = a ^ b;
    }
}

/// Eight elements times alpha.
const fn double(word: u64) -> u64 {
    const LOW_BITS: u64 = 0x0101_0101_0101_0101;
    let carries = word >> 7 & LOW_BITS;
    // The product of each carry by 0x1d = 0b11101.
    let reduced = carries ^ carries << 2 ^ carries << 3 ^ carries << 4;
    (word & !(LOW_BITS << 7)) << 1 ^ reduced
}

/// Adds the sum of the products of a group's strips by a row of elements.
fn add_products(multiples: &[Multiples; GROUP], row: &[u8], output: &mut [u8]) {
    let Some(whole) = output.first_chunk_mut::<STRIP>() else {
        let mut padded = [0; STRIP];
        padded[..output.len()].copy_from_slice(output);
        add_products(multiples, row, &mut padded);
        output.copy_from_slice(&padded[..output.len()]);
        return;
    };
    let mut sum = load(whole);
    for (multiples, coefficient) in multiples.iter().zip(row) {
        let low = &multiples[0][usize::from(coefficient & 15)];
        let high = &multiples[1][usize::from(coefficient >> 4)];
        for ((word, low), high) in sum.0.iter_mut().zip(&low.0).zip(&high.0) {
            *word ^= low ^ high;
        }
    }
    for (bytes, word) in whole.as_chunks_mut::<8>().0.iter_mut().zip(&sum.0) {
        *bytes = word.to_le_bytes();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Multiplication as the definition has it: shift, add, reduce.
    fn multiply_slowly(a: u8, b: u8) -> u8 {
        let mut product = 0u16;
        for bit in 0..8 {
            product ^= (u16::from(b) >> bit & 1) * (u16::from(a) << bit);
        }
        for bit in (8..15).rev() {
            product ^= (product >> bit & 1) * (0x11d << (bit - 8));
        }
        product as u8
    }

    #[test]
    fn products_are_those_of_the_definition() {
        for a in 0..=255 {
            for b in 0..=255 {
                let product = multiply(a, b);
                assert_eq!(product, multiply_slowly(a, b), "{a} * {b}");
                if b != 0 {
                    assert_eq!(divide(product, b), a);
                }
            }
        }
        assert_eq!((power(0), power(8), power(255)), (1, 0x1d, 1));
    }

    proptest! {
        #[test]
        fn any_matrix_product_is_its_sum_byte_by_byte(
            length in 0usize..200, columns in 0usize..20, rows in 0usize..6, seed: u64,
        ) {
            let mut state = seed | 1;
            let mut next = || {
                state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(11);
                (state >> 56) as u8
            };
            let inputs: Vec<Vec<u8>> =
                (0..columns).map(|_| (0..length).map(|_| next()).collect()).collect();
            let coefficients: Vec<u8> = (0..rows * columns).map(|_| next()).collect();
            let before: Vec<Vec<u8>> =
                (0..rows).map(|_| (0..length).map(|_| next()).collect()).collect();
            let mut after = before.clone();
            let input_slices: Vec<&[u8]> = inputs.iter().map(Vec::as_slice).collect();
            let mut outputs: Vec<&mut [u8]> = after.iter_mut().map(Vec::as_mut_slice).collect();
            accumulate_products(&coefficients, &input_slices, &mut outputs);
            for row in 0..rows {
                for at in 0..length {
                    let products = (0..columns)
                        .map(|c| multiply(coefficients[row * columns + c], inputs[c][at]));
                    let sum = products.fold(before[row][at], |sum, product| sum ^ product);
                    prop_assert_eq!(after[row][at], sum);
                }
            }
        }
    }
}
