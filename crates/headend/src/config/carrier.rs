//! The rate of a multiplex, and the satellite carrier that it comes from.

use super::table::{advise, boolean};
use si::DescriptorLoop;
use si::descriptor::Polarization;
use si::modulation::{
    CarrierPlace, CodeRate, FrameSize, Modulation, ModulationError, PROFILES, Profile, RollOff,
    Transmission,
};
use timetable::read::{Fields, Report, Value, value};
use timetable::{Code, Diagnostic, Located, Location, nearest};
use toml::de::DeValue;
use ts::Rate;

/// The rates of multiplexes, in bit/s: tables alone take a tenth of the least one.
const RATE_BPS: core::ops::RangeInclusive<u64> = 256_000..=1_000_000_000;
/// How far below the rate of its carrier a multiplex stays, unless said otherwise: two clocks of
/// 30 ppm each, and some more.
const MARGIN_PPM: u64 = 100;
/// The code rates of DVB-S2, for advice.
const CODE_RATES: [(u8, u8); 11] =
    [(1, 4), (1, 3), (2, 5), (1, 2), (3, 5), (2, 3), (3, 4), (4, 5), (5, 6), (8, 9), (9, 10)];

/// The rate of a multiplex and, where it is known, the carrier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Carrier {
    /// The rate of the multiplex.
    pub rate: Rate,
    /// How the carrier is modulated.
    pub transmission: Option<Transmission>,
}

/// Reads exactly one of `profile`, `rate` and `modulation`.
pub(super) fn read_carrier(
    table: &mut Fields<'_>,
    report: &mut Report,
) -> Option<Located<Carrier>> {
    let keys = ["profile", "rate", "modulation"];
    let given: Vec<Value<'_>> =
        keys.into_iter().filter_map(|key| table.value(key, report)).collect();
    let value = match given[..] {
        [] => {
            table.missing("profile`, `rate` or `modulation", report);
            return None;
        }
        [value] => value,
        [first, second, ..] => {
            let message = format!("`{}` and `{}` exclude each other", first.key, second.key);
            let finding = Diagnostic::new(Code::Conflict, message)
                .primary(second.at, "")
                .secondary(first.at, "");
            report.push(finding);
            return None;
        }
    };
    let carrier = match value.key {
        "profile" => read_profile(value, report),
        "rate" => read_rate(value, report),
        _ => read_modulation(value, report),
    }?;
    if !RATE_BPS.contains(&carrier.rate.bps_floor()) {
        let (low, high) = (RATE_BPS.start(), RATE_BPS.end());
        let message = format!("the rate of a multiplex must be from {low} to {high} bit/s");
        let label = format!("this is {}", carrier.rate);
        report.fault(Code::OutOfRange, value.at, message, &label);
        return None;
    }
    Some(Located { value: carrier, at: value.at })
}

fn read_profile(value: Value<'_>, report: &mut Report) -> Option<Carrier> {
    let name = value::string(value, report)?;
    let Some(profile) = Profile::by_name(name) else {
        let names = || PROFILES.iter().map(|p| p.name);
        let message = format!("there is no profile `{}`", name.escape_debug());
        let help = match nearest(name, names()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("profiles: {}", names().collect::<Vec<_>>().join(", ")),
        };
        advise(report, Code::UnknownReference, value.at, message, help);
        return None;
    };
    let rate = told(profile.mux_rate(), value.at, report)?;
    Some(Carrier { rate, transmission: Some(profile.transmission) })
}

/// Bits per second as an integer, or as an exact fraction.
fn read_rate(value: Value<'_>, report: &mut Report) -> Option<Carrier> {
    let (num, den) = match value.inner {
        DeValue::Integer(_) => (value::integer(value, report, RATE_BPS)?, 1),
        DeValue::Table(_) => {
            let mut table = value::table(value, report, "rate")?;
            let num = table.required("num", report, |v, r| value::integer(v, r, 1..=1 << 53));
            let den = table.required("den", report, |v, r| value::integer(v, r, 1..=1 << 24));
            table.finish(report);
            (num?.value, den?.value)
        }
        _ => return value::wrong_type(value, report, "an integer or { num = …, den = … }"),
    };
    let Some(rate) = Rate::new(num, den) else {
        let message = "the rate of a multiplex is less than one bit/s, or far too much";
        report.fault(Code::OutOfRange, value.at, message, "");
        return None;
    };
    let transmission = None;
    Some(Carrier { rate, transmission })
}

fn read_modulation(value: Value<'_>, report: &mut Report) -> Option<Carrier> {
    let mut table = value::table(value, report, "modulation")?;
    let systems = [("dvb-s", false), ("dvb-s2", true)];
    let is_s2 = table.required("system", report, |v, r| value::word(v, r, &systems));
    let symbols = 100_000..=500_000_000;
    let symbol_rate = table.required("symbol_rate", report, |v, r| value::integer(v, r, symbols));
    let code_rate = table.required("code_rate", report, read_code_rate);
    let margin = table.optional("margin_ppm", report, |v, r| value::integer(v, r, 0..=10_000));
    let (s2, given) = read_dvb_s2(&mut table, report);
    table.finish(report);
    let (is_s2, symbol_rate) = (is_s2?.value, symbol_rate?.value as u32);
    let code_rate = code_rate?.value;
    let transmission = if is_s2 {
        let (modulation, frame, pilots, roll_off) = s2?;
        Transmission::DvbS2 { symbol_rate, modulation, code_rate, frame, pilots, roll_off }
    } else {
        for key in &given {
            let message = format!("a DVB-S carrier has no choice of `{}`", key.value);
            let help = "DVB-S is QPSK with a roll-off of 0.35; leave this out, or write \
                        system = \"dvb-s2\"";
            advise(report, Code::Conflict, key.at, message, help);
        }
        Transmission::DvbS { symbol_rate, code_rate }
    };
    let carrier = told(transmission.rate(), value.at, report)?;
    let margin_ppm = margin.map_or(MARGIN_PPM, |m| m.value);
    let Some(rate) = below(carrier, margin_ppm) else {
        let symbol_rate = transmission.symbol_rate();
        return told(Err(ModulationError::SymbolRate { symbol_rate }), value.at, report);
    };
    let transmission = Some(transmission);
    Some(Carrier { rate, transmission })
}

type DvbS2Choices = (Modulation, FrameSize, bool, RollOff);

/// What a DVB-S2 carrier lets one choose, and which of its keys are given and where.
fn read_dvb_s2(
    table: &mut Fields<'_>,
    report: &mut Report,
) -> (Option<DvbS2Choices>, Vec<Located<&'static str>>) {
    let before = report.diagnostics.len();
    let keys = ["constellation", "frame", "pilots", "roll_off"];
    let values = keys.map(|key| table.value(key, report));
    let given = values.iter().flatten();
    let given = given.map(|v| Located { value: v.key, at: v.at });
    let given = given.collect();
    let [constellation, frame, pilots, roll_off] = values;
    let frames = [("normal", FrameSize::Normal), ("short", FrameSize::Short)];
    let roll_offs = [
        ("0.35", RollOff::Alpha35),
        ("0.25", RollOff::Alpha25),
        ("0.20", RollOff::Alpha20),
        ("0.2", RollOff::Alpha20),
        ("0.15", RollOff::Alpha15),
        ("0.10", RollOff::Alpha10),
        ("0.1", RollOff::Alpha10),
        ("0.05", RollOff::Alpha05),
    ];
    let constellation = constellation.and_then(|v| read_constellation(v, report));
    let frame = frame.and_then(|v| value::word(v, report, &frames));
    let pilots = pilots.and_then(|v| boolean(v, report));
    let roll_off = roll_off.and_then(|v| value::word(v, report, &roll_offs));
    let choices = (
        constellation.unwrap_or(Modulation::Qpsk),
        frame.unwrap_or(FrameSize::Normal),
        pilots.unwrap_or(true),
        roll_off.unwrap_or(RollOff::Alpha20),
    );
    let sound = report.diagnostics.len() == before;
    (sound.then_some(choices), given)
}

fn read_constellation(value: Value<'_>, report: &mut Report) -> Option<Modulation> {
    let text = value::string(value, report)?;
    let modulation = Modulation::from_name(text);
    if modulation.is_none() {
        let message = format!("there is no constellation `{}`", text.escape_debug());
        let help = "\"qpsk\", \"8psk\", \"16apsk\", \"32apsk\", or another one of DVB-S2X";
        advise(report, Code::UnknownWord, value.at, message, help);
    }
    modulation
}

fn read_code_rate(value: Value<'_>, report: &mut Report) -> Option<CodeRate> {
    let text = value::string(value, report)?;
    let code_rate = CodeRate::parse(text);
    if code_rate.is_none() {
        let message = format!("`{}` is no code rate", text.escape_debug());
        advise(report, Code::UnknownWord, value.at, message, "a code rate is like \"3/4\"");
    }
    code_rate
}

/// What is right, or nothing and a finding.
fn told<T>(result: Result<T, ModulationError>, at: Location, report: &mut Report) -> Option<T> {
    let error = match result {
        Ok(value) => return Some(value),
        Err(error) => error,
    };
    let help = match error {
        ModulationError::DvbSCodeRate { .. } => "DVB-S has 1/2, 2/3, 3/4, 5/6 and 7/8".to_owned(),
        ModulationError::Modcod { modulation, frame, .. } => {
            format!("{modulation} in {frame} frames has {}", code_rates(modulation, frame))
        }
        ModulationError::SymbolRate { .. } => {
            "give the symbol rate in symbols per second".to_owned()
        }
        ModulationError::NotDescribable => {
            "leave `carrier` out; receivers of DVB-S2X are set up by hand".to_owned()
        }
    };
    advise(report, Code::BadCarrier, at, error.to_string(), help);
    None
}

/// The code rates of DVB-S2 that go with a constellation and a frame size.
fn code_rates(modulation: Modulation, frame: FrameSize) -> String {
    let exists = |(numerator, denominator): &(u8, u8)| {
        let transmission = Transmission::DvbS2 {
            symbol_rate: 1,
            modulation,
            code_rate: CodeRate::new(*numerator, *denominator),
            frame,
            pilots: false,
            roll_off: RollOff::Alpha20,
        };
        transmission.bits_per_symbols().is_ok()
    };
    let names: Vec<String> = CODE_RATES
        .iter()
        .filter(|rate| exists(rate))
        .map(|(numerator, denominator)| format!("{numerator}/{denominator}"))
        .collect();
    match names.is_empty() {
        true => "the code rates of EN 302 307-2 only".to_owned(),
        false => names.join(", "),
    }
}

/// The rate that is so much below another, as a whole number of kilobits per second; without a
/// margin the very same rate.
fn below(carrier: Rate, margin_ppm: u64) -> Option<Rate> {
    if margin_ppm == 0 {
        return Some(carrier);
    }
    let bits = u128::from(carrier.numerator()) * u128::from(1_000_000 - margin_ppm);
    let kilobits = bits / (u128::from(carrier.denominator()) * 1_000_000_000);
    Rate::new(u64::try_from(kilobits).ok()?.checked_mul(1000)?, 1)
}

/// Reads `carrier`: where the carrier is, as the network information table announces it.
pub(super) fn read_place(value: Value<'_>, report: &mut Report) -> Option<CarrierPlace> {
    let mut table = value::table(value, report, "carrier")?;
    let frequency = table.required("frequency_khz", report, |v, r| {
        let khz = value::integer(v, r, 10..=999_999_990)?;
        if khz % 10 != 0 {
            let message = "`frequency_khz` is announced in steps of 10 kHz";
            advise(r, Code::OutOfRange, v.at, message, format!("write {}", khz / 10 * 10));
            return None;
        }
        Some(khz / 10)
    });
    let polarizations = [
        ("horizontal", Polarization::Horizontal),
        ("vertical", Polarization::Vertical),
        ("left", Polarization::Left),
        ("right", Polarization::Right),
    ];
    let polarization =
        table.required("polarization", report, |v, r| value::word(v, r, &polarizations));
    let position = table.required("orbital_position", report, read_position);
    table.finish(report);
    let (orbital_position_decidegrees, east) = position?.value;
    Some(CarrierPlace {
        frequency_10khz: frequency?.value as u32,
        orbital_position_decidegrees,
        east,
        polarization: polarization?.value,
    })
}

/// Tenths of a degree and whether they are counted to the east.
fn read_position(value: Value<'_>, report: &mut Report) -> Option<(u16, bool)> {
    let text = value::string(value, report)?;
    let position = position(text);
    if position.is_none() {
        let message = format!("`{}` is no orbital position", text.escape_debug());
        let help = "degrees with one decimal, and E or W: \"110.5E\"";
        advise(report, Code::UnknownWord, value.at, message, help);
    }
    position
}

fn position(text: &str) -> Option<(u16, bool)> {
    let (degrees, east) = match (text.strip_suffix('E'), text.strip_suffix('W')) {
        (Some(degrees), _) => (degrees, true),
        (_, Some(degrees)) => (degrees, false),
        _ => return None,
    };
    let (whole, tenths) = degrees.split_once('.').unwrap_or((degrees, "0"));
    let digits = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !digits(tenths) || tenths.len() != 1 || whole.len() > 3 {
        return None;
    }
    let tenths = whole.parse::<u16>().ok()? * 10 + tenths.parse::<u16>().ok()?;
    (tenths <= 1800).then_some((tenths, east))
}

/// The descriptors that announce a carrier at its place.
pub(super) fn delivery(
    carrier: &Carrier,
    place: Located<CarrierPlace>,
    report: &mut Report,
) -> Option<DescriptorLoop> {
    let Some(transmission) = carrier.transmission else {
        let message = "`carrier` needs to know how the carrier is modulated";
        let help = "give `profile` or `modulation` in the place of `rate`";
        advise(report, Code::Conflict, place.at, message, help);
        return None;
    };
    let system = told(transmission.delivery_system(&place.value), place.at, report)?;
    let mut descriptors = DescriptorLoop::new();
    match descriptors.push(&system) {
        Ok(()) => Some(descriptors),
        Err(error) => {
            report.fault(Code::BadCarrier, place.at, error.to_string(), "");
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_have_tenths_of_a_degree_and_a_side() {
        assert_eq!(position("110.5E"), Some((1105, true)));
        assert_eq!(position("92E"), Some((920, true)));
        assert_eq!(position("30.0W"), Some((300, false)));
        for bad in ["", "E", "110.5", "180.1E", "110,5E", "110.55E", "+1E", "1.E", "-1W", "９E"] {
            assert_eq!(position(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_margin_gives_the_rates_of_the_published_profiles() {
        for profile in PROFILES {
            let carrier = profile.transmission.rate().unwrap();
            assert_eq!(below(carrier, 100), Some(profile.mux_rate().unwrap()));
            assert_eq!(below(carrier, 0), Some(carrier));
        }
    }
}
