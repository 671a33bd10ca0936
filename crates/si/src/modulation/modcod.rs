//! K_bch, the bits that a frame carries before coding, of each constellation and code rate
//! (EN 302 307-1 tables 5a and 5b, EN 302 307-2 tables 1 and 2).

use super::{CodeRate, FrameSize, Modulation};
use Modulation::{Apsk8L, Apsk16, Apsk16L, Apsk32, Apsk32L, Apsk64, Apsk64L, Apsk256, Psk8, Qpsk};

/// A constellation, the code rates of it by numerator and denominator, and K_bch of each.
type Row = (Modulation, &'static [(u8, u8, u32)]);

/// K_bch; `None` for what neither DVB-S2 nor S2X has.
pub(super) fn frame_bits(
    modulation: Modulation,
    code_rate: CodeRate,
    frame: FrameSize,
) -> Option<u32> {
    let (s2, s2x) = match frame {
        FrameSize::Normal => (S2_NORMAL, S2X_NORMAL),
        FrameSize::Short => (S2_SHORT, S2X_SHORT),
    };
    find(s2, modulation, code_rate).or_else(|| find(s2x, modulation, code_rate))
}

/// Whether the combination is of DVB-S2 itself and not of its extensions.
pub(super) fn is_dvb_s2(modulation: Modulation, code_rate: CodeRate, frame: FrameSize) -> bool {
    let rows = match frame {
        FrameSize::Normal => S2_NORMAL,
        FrameSize::Short => S2_SHORT,
    };
    find(rows, modulation, code_rate).is_some()
}

fn find(rows: &[Row], modulation: Modulation, rate: CodeRate) -> Option<u32> {
    let (_, rates) = rows.iter().find(|(of, _)| *of == modulation)?;
    let (_, _, bits) =
        rates.iter().find(|(n, d, _)| (*n, *d) == (rate.numerator, rate.denominator))?;
    Some(*bits)
}

const S2_NORMAL: &[Row] = &[
    (
        Qpsk,
        &[
            (1, 4, 16_008),
            (1, 3, 21_408),
            (2, 5, 25_728),
            (1, 2, 32_208),
            (3, 5, 38_688),
            (2, 3, 43_040),
            (3, 4, 48_408),
            (4, 5, 51_648),
            (5, 6, 53_840),
            (8, 9, 57_472),
            (9, 10, 58_192),
        ],
    ),
    (
        Psk8,
        &[
            (3, 5, 38_688),
            (2, 3, 43_040),
            (3, 4, 48_408),
            (5, 6, 53_840),
            (8, 9, 57_472),
            (9, 10, 58_192),
        ],
    ),
    (
        Apsk16,
        &[
            (2, 3, 43_040),
            (3, 4, 48_408),
            (4, 5, 51_648),
            (5, 6, 53_840),
            (8, 9, 57_472),
            (9, 10, 58_192),
        ],
    ),
    (Apsk32, &[(3, 4, 48_408), (4, 5, 51_648), (5, 6, 53_840), (8, 9, 57_472), (9, 10, 58_192)]),
];

const S2_SHORT: &[Row] = &[
    (
        Qpsk,
        &[
            (1, 4, 3_072),
            (1, 3, 5_232),
            (2, 5, 6_312),
            (1, 2, 7_032),
            (3, 5, 9_552),
            (2, 3, 10_632),
            (3, 4, 11_712),
            (4, 5, 12_432),
            (5, 6, 13_152),
            (8, 9, 14_232),
        ],
    ),
    (Psk8, &[(3, 5, 9_552), (2, 3, 10_632), (3, 4, 11_712), (5, 6, 13_152), (8, 9, 14_232)]),
    (Apsk16, &[(2, 3, 10_632), (3, 4, 11_712), (4, 5, 12_432), (5, 6, 13_152), (8, 9, 14_232)]),
    (Apsk32, &[(3, 4, 11_712), (4, 5, 12_432), (5, 6, 13_152), (8, 9, 14_232)]),
];

/// 64APSK 5/6 is left out: published tables differ in its K_bch by the parity of the outer code.
const S2X_NORMAL: &[Row] = &[
    (Qpsk, &[(13, 45, 18_528), (9, 20, 28_968), (11, 20, 35_448)]),
    (Apsk8L, &[(5, 9, 35_808), (26, 45, 37_248)]),
    (Psk8, &[(23, 36, 41_208), (25, 36, 44_808), (13, 18, 46_608)]),
    (Apsk16L, &[(1, 2, 32_208), (8, 15, 34_368), (5, 9, 35_808), (3, 5, 38_688), (2, 3, 43_008)]),
    (
        Apsk16,
        &[
            (26, 45, 37_248),
            (3, 5, 38_688),
            (28, 45, 40_128),
            (23, 36, 41_208),
            (25, 36, 44_808),
            (13, 18, 46_608),
            (7, 9, 50_208),
            (77, 90, 55_248),
        ],
    ),
    (Apsk32L, &[(2, 3, 43_008)]),
    (Apsk32, &[(32, 45, 45_888), (11, 15, 47_328), (7, 9, 50_208)]),
    (Apsk64L, &[(32, 45, 45_888)]),
    (Apsk64, &[(11, 15, 47_328), (7, 9, 50_208), (4, 5, 51_648)]),
    (
        Apsk256,
        &[
            (29, 45, 41_568),
            (2, 3, 43_008),
            (31, 45, 44_448),
            (32, 45, 45_888),
            (11, 15, 47_328),
            (3, 4, 48_408),
        ],
    ),
];

const S2X_SHORT: &[Row] = &[
    (
        Qpsk,
        &[
            (11, 45, 3_792),
            (4, 15, 4_152),
            (14, 45, 4_872),
            (7, 15, 7_392),
            (8, 15, 8_472),
            (32, 45, 11_352),
        ],
    ),
    (Psk8, &[(7, 15, 7_392), (8, 15, 8_472), (26, 45, 9_192), (32, 45, 11_352)]),
    (Apsk16, &[(7, 15, 7_392), (8, 15, 8_472), (26, 45, 9_192), (3, 5, 9_552), (32, 45, 11_352)]),
    (Apsk32, &[(2, 3, 10_632), (32, 45, 11_352)]),
];
