//! Carriers that are often used, by name.

use super::{CodeRate, FrameSize, Modulation, RollOff, Transmission};
use ts::Rate;

/// A carrier with a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Profile {
    /// The name in configurations.
    pub name: &'static str,
    /// How it is modulated.
    pub transmission: Transmission,
}

impl Profile {
    /// The profile of this name.
    pub fn by_name(name: &str) -> Option<&'static Profile> {
        PROFILES.iter().find(|profile| profile.name == name)
    }

    /// The rate of a multiplex that leaves the modulator's rate adapter at least 100 ppm, which
    /// covers two clocks of 30 ppm each, rounded down to a whole kilobit per second.
    ///
    /// # Errors
    /// None for the shipped profiles; see [`Transmission::rate`].
    pub fn mux_rate(&self) -> Result<Rate, super::ModulationError> {
        let carrier = self.transmission.rate()?;
        let thousandths = u128::from(carrier.numerator()) * 9_999
            / (u128::from(carrier.denominator()) * 10_000_000);
        let symbol_rate = self.transmission.symbol_rate();
        Rate::new(thousandths as u64 * 1000, 1)
            .ok_or(super::ModulationError::SymbolRate { symbol_rate })
    }
}

/// The profiles.
pub const PROFILES: &[Profile] = &[
    dvb_s("dvbs-27500-34", 27_500_000, 3, 4),
    dvb_s("dvbs-27500-12", 27_500_000, 1, 2),
    dvb_s("dvbs-22000-34", 22_000_000, 3, 4),
    dvb_s("dvbs-6111-34", 6_111_000, 3, 4),
    dvb_s("dvbs-4340-34", 4_340_000, 3, 4),
    dvb_s2("s2-45000-8psk34", 45_000_000, Modulation::Psk8, 3, 4),
    dvb_s2("s2-45000-8psk23", 45_000_000, Modulation::Psk8, 2, 3),
    dvb_s2("s2-45000-qpsk34", 45_000_000, Modulation::Qpsk, 3, 4),
    dvb_s2("s2-30000-8psk34", 30_000_000, Modulation::Psk8, 3, 4),
    dvb_s2_with(
        "s2-30000-8psk34-nopil",
        (30_000_000, Modulation::Psk8, 3, 4),
        false,
        RollOff::Alpha20,
    ),
    dvb_s2("s2-30000-8psk23", 30_000_000, Modulation::Psk8, 2, 3),
    dvb_s2("s2-30000-qpsk34", 30_000_000, Modulation::Qpsk, 3, 4),
    dvb_s2("s2-30000-qpsk12", 30_000_000, Modulation::Qpsk, 1, 2),
    dvb_s2_with("s2-27500-8psk23", (27_500_000, Modulation::Psk8, 2, 3), true, RollOff::Alpha25),
    dvb_s2_with("s2-27500-qpsk34", (27_500_000, Modulation::Qpsk, 3, 4), false, RollOff::Alpha35),
    dvb_s2("s2-7500-8psk34", 7_500_000, Modulation::Psk8, 3, 4),
    dvb_s2("s2-7500-qpsk34", 7_500_000, Modulation::Qpsk, 3, 4),
    dvb_s2("s2-5000-8psk34", 5_000_000, Modulation::Psk8, 3, 4),
    dvb_s2("s2-4000-qpsk34", 4_000_000, Modulation::Qpsk, 3, 4),
    dvb_s2("s2-3000-qpsk23", 3_000_000, Modulation::Qpsk, 2, 3),
    dvb_s2("s2-2000-qpsk12", 2_000_000, Modulation::Qpsk, 1, 2),
];

const fn dvb_s(name: &'static str, symbol_rate: u32, numerator: u8, denominator: u8) -> Profile {
    let code_rate = CodeRate::new(numerator, denominator);
    Profile { name, transmission: Transmission::DvbS { symbol_rate, code_rate } }
}

/// DVB-S2 in normal frames with pilots and a roll-off of 0.20.
const fn dvb_s2(
    name: &'static str,
    symbol_rate: u32,
    modulation: Modulation,
    numerator: u8,
    denominator: u8,
) -> Profile {
    let carrier = (symbol_rate, modulation, numerator, denominator);
    dvb_s2_with(name, carrier, true, RollOff::Alpha20)
}

const fn dvb_s2_with(
    name: &'static str,
    (symbol_rate, modulation, numerator, denominator): (u32, Modulation, u8, u8),
    pilots: bool,
    roll_off: RollOff,
) -> Profile {
    Profile {
        name,
        transmission: Transmission::DvbS2 {
            symbol_rate,
            modulation,
            code_rate: CodeRate::new(numerator, denominator),
            frame: FrameSize::Normal,
            pilots,
            roll_off,
        },
    }
}
