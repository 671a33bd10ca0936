//! The rates of carriers against the published ones.

use si::descriptor::{FecInner, ModulationSystem, ModulationType, Polarization, RollOffCode};
use si::modulation::{
    CarrierPlace, CodeRate, FrameSize, Modulation, ModulationError, PROFILES, Profile, RollOff,
    Transmission,
};
use ts::Rate;

fn carrier(name: &str, code_rate: &str, frame: FrameSize, pilots: bool) -> Transmission {
    Transmission::DvbS2 {
        symbol_rate: 30_000_000,
        modulation: Modulation::from_name(name).unwrap(),
        code_rate: CodeRate::parse(code_rate).unwrap(),
        frame,
        pilots,
        roll_off: RollOff::Alpha20,
    }
}

/// Bits per symbol with six decimals.
fn efficiency(name: &str, code_rate: &str, frame: FrameSize, pilots: bool) -> Option<String> {
    let (bits, symbols) = carrier(name, code_rate, frame, pilots).bits_per_symbols().ok()?;
    let millionths = (bits * 1_000_000 + symbols / 2) / symbols;
    Some(format!("{}.{:06}", millionths / 1_000_000, millionths % 1_000_000))
}

/// Constellation, code rate, and bits per symbol: normal frames without and with pilots, short
/// frames without and with them.
const DVB_S2: &str = "
    QPSK 1/4 0.490243 0.478577 0.365324 0.357467
    QPSK 1/3 0.656448 0.640827 0.629060 0.615532
    QPSK 2/5 0.789412 0.770627 0.760928 0.744564
    QPSK 1/2 0.988858 0.965327 0.848840 0.830585
    QPSK 3/5 1.188304 1.160026 1.156532 1.131661
    QPSK 2/3 1.322253 1.290788 1.288400 1.260693
    QPSK 3/4 1.487473 1.452076 1.420269 1.389725
    QPSK 4/5 1.587196 1.549426 1.508181 1.475747
    QPSK 5/6 1.654663 1.615288 1.596093 1.561768
    QPSK 8/9 1.766451 1.724416 1.727961 1.690800
    QPSK 9/10 1.788612 1.746049 - -
    8PSK 3/5 1.779991 1.739569 1.725319 1.692033
    8PSK 2/3 1.980636 1.935658 1.922040 1.884959
    8PSK 3/4 2.228124 2.177525 2.118761 2.077885
    8PSK 5/6 2.478562 2.422276 2.381056 2.335120
    8PSK 8/9 2.646012 2.585924 2.577778 2.528046
    8PSK 9/10 2.679207 2.618365 - -
    16APSK 2/3 2.637201 2.574613 2.548792 2.505223
    16APSK 3/4 2.966728 2.896320 2.809662 2.761633
    16APSK 4/5 3.165623 3.090495 2.983575 2.932574
    16APSK 5/6 3.300184 3.221863 3.157488 3.103514
    16APSK 8/9 3.523143 3.439530 3.418357 3.359924
    16APSK 9/10 3.567342 3.482680 - -
    32APSK 3/4 3.703295 3.623332 3.493093 3.419165
    32APSK 4/5 3.951571 3.866247 3.709309 3.630805
    32APSK 5/6 4.119540 4.030589 3.925526 3.842446
    32APSK 8/9 4.397854 4.302894 4.249850 4.159906
    32APSK 9/10 4.453027 4.356875 - -";

/// Constellation, code rate, and bits per symbol of normal frames without and with pilots.
const DVB_S2X: &str = "
    QPSK 13/45 0.567805 0.554294
    QPSK 9/20 0.889135 0.867977
    QPSK 11/20 1.088581 1.062677
    8APSK-L 5/9 1.647211 1.609804
    8APSK-L 26/45 1.713601 1.674687
    8PSK 23/36 1.896173 1.853113
    8PSK 25/36 2.062148 2.015319
    8PSK 13/18 2.145136 2.096422
    16APSK-L 1/2 1.972253 1.925446
    16APSK-L 8/15 2.104850 2.054896
    16APSK-L 5/9 2.193247 2.141196
    16APSK-L 3/5 2.370043 2.313796
    16APSK-L 2/3 2.635236 2.572696
    16APSK 26/45 2.281645 2.227496
    16APSK 3/5 2.370043 2.313796
    16APSK 28/45 2.458441 2.400096
    16APSK 23/36 2.524739 2.464821
    16APSK 25/36 2.745734 2.680571
    16APSK 13/18 2.856231 2.788445
    16APSK 7/9 3.077225 3.004195
    16APSK 77/90 3.386618 3.306245
    32APSK-L 2/3 3.289502 3.218474
    32APSK 32/45 3.510192 3.434398
    32APSK 11/15 3.620536 3.542360
    32APSK 7/9 3.841226 3.758285
    64APSK-L 32/45 4.206428 4.111291
    64APSK 11/15 4.338659 4.240531
    64APSK 7/9 4.603122 4.499013
    64APSK 4/5 4.735354 4.628253";

#[test]
fn every_published_efficiency_is_met_to_the_sixth_decimal() {
    let cases = [
        (FrameSize::Normal, false),
        (FrameSize::Normal, true),
        (FrameSize::Short, false),
        (FrameSize::Short, true),
    ];
    let mut compared = 0;
    for line in DVB_S2.lines().chain(DVB_S2X.lines()).filter(|line| !line.is_empty()) {
        let mut columns = line.split_whitespace();
        let (name, code_rate) = (columns.next().unwrap(), columns.next().unwrap());
        for ((frame, pilots), published) in cases.into_iter().zip(columns) {
            let computed = efficiency(name, code_rate, frame, pilots);
            assert_eq!(computed.as_deref().unwrap_or("-"), published, "{name} {code_rate} {frame}");
            compared += 1;
        }
    }
    assert_eq!(compared, 28 * 4 + 29 * 2);
}

/// Name, bandwidth in units of 10 kHz (half of them rounded to even), numerator and denominator of
/// the rate, the rate with three decimals, and the rate of the multiplex.
const PUBLISHED_PROFILES: [(&str, u64, u64, u64, &str, u64); 21] = [
    ("dvbs-27500-34", 3712, 646_250_000, 17, "38014705.882", 38_010_000),
    ("dvbs-27500-12", 3712, 1_292_500_000, 51, "25343137.255", 25_340_000),
    ("dvbs-22000-34", 2970, 517_000_000, 17, "30411764.706", 30_408_000),
    ("dvbs-6111-34", 825, 143_608_500, 17, "8447558.824", 8_446_000),
    ("dvbs-4340-34", 586, 101_990_000, 17, "5999411.765", 5_998_000),
    ("s2-45000-8psk34", 5400, 120_820_000_000, 1_233, "97988645.580", 97_978_000),
    ("s2-45000-8psk23", 5400, 35_800_000_000, 411, "87104622.871", 87_095_000),
    ("s2-45000-qpsk34", 5400, 120_820_000_000, 1_849, "65343428.880", 65_336_000),
    ("s2-30000-8psk34", 3600, 241_640_000_000, 3_699, "65325763.720", 65_319_000),
    ("s2-30000-8psk34-nopil", 3600, 48_328_000_000, 723, "66843706.777", 66_837_000),
    ("s2-30000-8psk23", 3600, 71_600_000_000, 1_233, "58069748.581", 58_063_000),
    ("s2-30000-qpsk34", 3600, 241_640_000_000, 5_547, "43562285.920", 43_557_000),
    ("s2-30000-qpsk12", 3600, 160_640_000_000, 5_547, "28959798.089", 28_956_000),
    ("s2-27500-8psk23", 3438, 196_900_000_000, 3_699, "53230602.866", 53_225_000),
    ("s2-27500-qpsk34", 3712, 132_902_000_000, 3_249, "40905509.388", 40_901_000),
    ("s2-7500-8psk34", 900, 60_410_000_000, 3_699, "16331440.930", 16_329_000),
    ("s2-7500-qpsk34", 900, 60_410_000_000, 5_547, "10890571.480", 10_889_000),
    ("s2-5000-8psk34", 600, 120_820_000_000, 11_097, "10887627.287", 10_886_000),
    ("s2-4000-qpsk34", 480, 96_656_000_000, 16_641, "5808304.789", 5_807_000),
    ("s2-3000-qpsk23", 360, 7_160_000_000, 1_849, "3872363.440", 3_871_000),
    ("s2-2000-qpsk12", 240, 32_128_000_000, 16_641, "1930653.206", 1_930_000),
];

#[test]
fn every_number_of_the_shipped_profiles_is_recomputed() {
    assert_eq!(PROFILES.len(), PUBLISHED_PROFILES.len());
    for (name, bandwidth, numerator, denominator, decimals, mux_bps) in PUBLISHED_PROFILES {
        let profile = Profile::by_name(name).unwrap();
        let rate = profile.transmission.rate().unwrap();
        assert_eq!(rate, Rate::new(numerator, denominator).unwrap(), "{name}");
        let thousandths = (rate.numerator() * 1000 + rate.denominator() / 2) / rate.denominator();
        let shown = format!("{}.{:03}", thousandths / 1000, thousandths % 1000);
        assert_eq!(shown, decimals, "{name}");
        assert_eq!(profile.mux_rate(), Ok(Rate::new(mux_bps, 1).unwrap()), "{name}");
        let off_hz = profile.transmission.bandwidth_hz().abs_diff(bandwidth * 10_000);
        assert!(off_hz <= 5_000, "{name}");
    }
}

#[test]
fn each_profile_implies_the_codes_of_its_delivery_system() {
    let place = CarrierPlace {
        frequency_10khz: 1_250_000,
        orbital_position_decidegrees: 1105,
        east: true,
        polarization: Polarization::Vertical,
    };
    let codes = |name: &str| {
        let profile = Profile::by_name(name).unwrap();
        let d = profile.transmission.delivery_system(&place).unwrap();
        (d.system, d.modulation, d.symbol_rate_100, d.fec_inner)
    };
    let s2 = |roll_off| ModulationSystem::DvbS2 { roll_off };
    assert_eq!(
        codes("dvbs-6111-34"),
        (ModulationSystem::DvbS, ModulationType::Qpsk, 61_110, FecInner::of_rate(3, 4))
    );
    assert_eq!(
        codes("s2-30000-8psk34"),
        (s2(RollOffCode::Alpha20), ModulationType::Psk8, 300_000, FecInner::of_rate(3, 4))
    );
    assert_eq!(
        codes("s2-27500-qpsk34"),
        (s2(RollOffCode::Alpha35), ModulationType::Qpsk, 275_000, FecInner::of_rate(3, 4))
    );
    assert_eq!(codes("s2-27500-8psk23").0, s2(RollOffCode::Alpha25));
    for profile in PROFILES {
        assert!(profile.transmission.delivery_system(&place).is_ok(), "{}", profile.name);
    }
}

#[test]
fn what_only_s2x_has_is_not_described() {
    let place = CarrierPlace {
        frequency_10khz: 1_250_000,
        orbital_position_decidegrees: 1105,
        east: true,
        polarization: Polarization::Vertical,
    };
    let s2x = carrier("8PSK", "23/36", FrameSize::Normal, true);
    assert_eq!(s2x.delivery_system(&place), Err(ModulationError::NotDescribable));
    let professional = carrier("16APSK", "2/3", FrameSize::Normal, true);
    let described = professional.delivery_system(&place).unwrap();
    assert_eq!(described.modulation, ModulationType::Auto);
}

#[test]
fn the_worked_examples_come_out() {
    let rate = |transmission: Transmission| transmission.rate().unwrap();
    let short = Transmission::DvbS2 {
        symbol_rate: 2_000_000,
        modulation: Modulation::Qpsk,
        code_rate: CodeRate::new(2, 3),
        frame: FrameSize::Short,
        pilots: true,
        roll_off: RollOff::Alpha20,
    };
    assert_eq!(rate(short), Rate::new(2_110_400_000, 837).unwrap());
    let code_rate = CodeRate::new(2, 3);
    let dvb_s = Transmission::DvbS { symbol_rate: 27_500_000, code_rate };
    assert_eq!(rate(dvb_s).bps_floor(), 33_790_849);
    let half = Transmission::DvbS2 {
        symbol_rate: 22_500_000,
        modulation: Modulation::Qpsk,
        code_rate: CodeRate::new(1, 2),
        frame: FrameSize::Normal,
        pilots: true,
        roll_off: RollOff::Alpha20,
    };
    assert_eq!(rate(half), Rate::new(40_160_000_000, 1_849).unwrap());
}

#[test]
fn combinations_that_do_not_exist_are_refused_by_name() {
    let code_rate = CodeRate::new(9, 10);
    let dvb_s = Transmission::DvbS { symbol_rate: 27_500_000, code_rate };
    assert_eq!(dvb_s.rate(), Err(ModulationError::DvbSCodeRate { code_rate }));
    let error = carrier("QPSK", "9/10", FrameSize::Short, false).rate().unwrap_err();
    assert_eq!(error.to_string(), "DVB-S2 has no QPSK 9/10 in short frames");
    let idle = Transmission::DvbS { symbol_rate: 0, code_rate: CodeRate::new(3, 4) };
    assert_eq!(idle.rate(), Err(ModulationError::SymbolRate { symbol_rate: 0 }));
    assert_eq!(CodeRate::parse("3:4"), None);
    assert_eq!(Modulation::from_name("16qam"), None);
}
