//! The transport stream rate that a satellite carrier has room for, exactly.
//!
//! DVB-S (EN 300 421): `R = Rs * 2 * code rate * 188/204`.
//! DVB-S2 and S2X (EN 302 307): `R = Rs * (K_bch - 80) / L`, where a frame carries K_bch bits, 80
//! of them its header, and takes L symbols.

mod modcod;
mod profile;

pub use profile::{PROFILES, Profile};

use crate::descriptor::{
    FecInner, ModulationSystem, ModulationType, Polarization, RollOffCode, SatelliteDeliverySystem,
};
use core::fmt;
use ts::Rate;

/// Bits of a baseband frame's header (EN 302 307-1 clause 5.1.6).
const BBHEADER_BITS: u64 = 80;
/// Symbols in a slot of a physical layer frame, and in its header (clause 5.5.2).
const SLOT_SYMBOLS: u64 = 90;
/// Symbols of a pilot block (clause 5.5.3).
const PILOT_SYMBOLS: u64 = 36;
/// Slots between pilot blocks.
const PILOT_SPACING_SLOTS: u64 = 16;

/// How a carrier is modulated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Transmission {
    /// DVB-S: QPSK with a roll-off of 0.35.
    DvbS {
        /// Symbols per second.
        symbol_rate: u32,
        /// Rate of the inner code: 1/2, 2/3, 3/4, 5/6 or 7/8.
        code_rate: CodeRate,
    },
    /// DVB-S2 or S2X with one transport stream and constant coding, null packets kept.
    DvbS2 {
        /// Symbols per second.
        symbol_rate: u32,
        /// Constellation.
        modulation: Modulation,
        /// Nominal rate of the code.
        code_rate: CodeRate,
        /// Bits of a coded frame.
        frame: FrameSize,
        /// Whether pilot blocks are inserted.
        pilots: bool,
        /// Roll-off.
        roll_off: RollOff,
    },
}

/// Constellation of a DVB-S2 or S2X carrier. The names that end in L are variants for linear
/// channels, which some code rates share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Modulation {
    /// QPSK.
    Qpsk,
    /// 8PSK.
    Psk8,
    /// 8APSK-L.
    Apsk8L,
    /// 16APSK.
    Apsk16,
    /// 16APSK-L.
    Apsk16L,
    /// 32APSK.
    Apsk32,
    /// 32APSK-L.
    Apsk32L,
    /// 64APSK.
    Apsk64,
    /// 64APSK-L.
    Apsk64L,
    /// 256APSK, and the L variants of its code rates.
    Apsk256,
}

/// Bits of a coded frame: 64 800 or 16 200.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FrameSize {
    /// 64 800 bits.
    Normal,
    /// 16 200 bits.
    Short,
}

/// Roll-off of a carrier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RollOff {
    /// 0.35.
    Alpha35,
    /// 0.25, from DVB-S2.
    Alpha25,
    /// 0.20, from DVB-S2.
    Alpha20,
    /// 0.15, from S2X.
    Alpha15,
    /// 0.10, from S2X.
    Alpha10,
    /// 0.05, from S2X.
    Alpha05,
}

/// The nominal rate of a code, as it is named: 3/4. It is not reduced and not computed with; the
/// true rate of a short frame differs from its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CodeRate {
    /// Above the line.
    pub numerator: u8,
    /// Below the line.
    pub denominator: u8,
}

/// Where a carrier is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CarrierPlace {
    /// Downlink frequency in units of 10 kHz.
    pub frequency_10khz: u32,
    /// Orbital position in tenths of a degree.
    pub orbital_position_decidegrees: u16,
    /// Whether the position is east of Greenwich.
    pub east: bool,
    /// Polarisation.
    pub polarization: Polarization,
}

/// Why a carrier has no rate or no descriptor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ModulationError {
    /// DVB-S does not have this code rate.
    #[error("DVB-S has no code rate {code_rate}")]
    DvbSCodeRate {
        /// The rate asked for.
        code_rate: CodeRate,
    },
    /// DVB-S2 and S2X do not have this combination.
    #[error("DVB-S2 has no {modulation} {code_rate} in {frame} frames")]
    Modcod {
        /// The constellation asked for.
        modulation: Modulation,
        /// The rate asked for.
        code_rate: CodeRate,
        /// The frame size asked for.
        frame: FrameSize,
    },
    /// The symbol rate is zero, or so low that less than one bit a second is left.
    #[error("a symbol rate of {symbol_rate} carries no transport stream")]
    SymbolRate {
        /// Symbols per second.
        symbol_rate: u32,
    },
    /// The satellite delivery system descriptor has no code for a combination of S2X.
    #[error("the satellite delivery system descriptor cannot name this S2X carrier")]
    NotDescribable,
}

impl Transmission {
    /// The rate of the transport stream that fills the carrier, 188-byte packets counted whole.
    ///
    /// # Errors
    /// [`ModulationError`] when the combination does not exist or the symbol rate is zero.
    pub fn rate(&self) -> Result<Rate, ModulationError> {
        let symbol_rate = u64::from(self.symbol_rate());
        let (bits, symbols) = self.bits_per_symbols()?;
        Rate::new(symbol_rate * bits, symbols)
            .ok_or(ModulationError::SymbolRate { symbol_rate: self.symbol_rate() })
    }

    /// Bits of the transport stream, and the symbols that they take.
    ///
    /// # Errors
    /// [`ModulationError`] when the combination does not exist.
    pub fn bits_per_symbols(&self) -> Result<(u64, u64), ModulationError> {
        match *self {
            Transmission::DvbS { code_rate, .. } => {
                let CodeRate { numerator, denominator } = code_rate;
                if !matches!((numerator, denominator), (1, 2) | (2, 3) | (3, 4) | (5, 6) | (7, 8)) {
                    return Err(ModulationError::DvbSCodeRate { code_rate });
                }
                Ok((2 * u64::from(numerator) * 188, u64::from(denominator) * 204))
            }
            Transmission::DvbS2 { modulation, code_rate, frame, pilots, .. } => {
                let bits = modcod::frame_bits(modulation, code_rate, frame)
                    .ok_or(ModulationError::Modcod { modulation, code_rate, frame })?;
                Ok((u64::from(bits) - BBHEADER_BITS, frame_symbols(modulation, frame, pilots)))
            }
        }
    }

    /// Symbols per second.
    pub fn symbol_rate(&self) -> u32 {
        match *self {
            Transmission::DvbS { symbol_rate, .. } => symbol_rate,
            Transmission::DvbS2 { symbol_rate, .. } => symbol_rate,
        }
    }

    /// Roll-off.
    pub fn roll_off(&self) -> RollOff {
        match *self {
            Transmission::DvbS { .. } => RollOff::Alpha35,
            Transmission::DvbS2 { roll_off, .. } => roll_off,
        }
    }

    /// The bandwidth that the carrier occupies, in Hz, rounded up.
    pub fn bandwidth_hz(&self) -> u64 {
        let percent = 100 + u64::from(self.roll_off().percent());
        (u64::from(self.symbol_rate()) * percent).div_ceil(100)
    }

    /// The descriptor that announces the carrier. Constellations and code rates of DVB-S2 without
    /// a code of their own are left for the receiver to find.
    ///
    /// # Errors
    /// [`ModulationError::NotDescribable`] for what only S2X has.
    pub fn delivery_system(
        &self,
        place: &CarrierPlace,
    ) -> Result<SatelliteDeliverySystem, ModulationError> {
        let (system, modulation, code_rate) = match *self {
            Transmission::DvbS { code_rate, .. } => {
                (ModulationSystem::DvbS, ModulationType::Qpsk, code_rate)
            }
            Transmission::DvbS2 { modulation, code_rate, frame, roll_off, .. } => {
                if !modcod::is_dvb_s2(modulation, code_rate, frame) {
                    return Err(ModulationError::NotDescribable);
                }
                let roll_off = roll_off.code().ok_or(ModulationError::NotDescribable)?;
                let system = ModulationSystem::DvbS2 { roll_off };
                (system, modulation.modulation_type(), code_rate)
            }
        };
        Ok(SatelliteDeliverySystem {
            frequency_10khz: place.frequency_10khz,
            orbital_position_decidegrees: place.orbital_position_decidegrees,
            east: place.east,
            polarization: place.polarization,
            system,
            modulation,
            symbol_rate_100: self.symbol_rate().saturating_add(50) / 100,
            fec_inner: FecInner::of_rate(code_rate.numerator, code_rate.denominator),
        })
    }
}

/// Symbols of a physical layer frame: its header, its slots, and a pilot block behind each sixteen
/// slots but the last.
fn frame_symbols(modulation: Modulation, frame: FrameSize, pilots: bool) -> u64 {
    let slots = frame.bits() / (modulation.bits_per_symbol() * SLOT_SYMBOLS);
    let pilot_blocks = if pilots { (slots - 1) / PILOT_SPACING_SLOTS } else { 0 };
    SLOT_SYMBOLS * (slots + 1) + PILOT_SYMBOLS * pilot_blocks
}

impl Modulation {
    const NAMES: [(Modulation, &'static str); 10] = [
        (Modulation::Qpsk, "QPSK"),
        (Modulation::Psk8, "8PSK"),
        (Modulation::Apsk8L, "8APSK-L"),
        (Modulation::Apsk16, "16APSK"),
        (Modulation::Apsk16L, "16APSK-L"),
        (Modulation::Apsk32, "32APSK"),
        (Modulation::Apsk32L, "32APSK-L"),
        (Modulation::Apsk64, "64APSK"),
        (Modulation::Apsk64L, "64APSK-L"),
        (Modulation::Apsk256, "256APSK"),
    ];

    /// The constellation of a name, in either case; `None` when there is none.
    pub fn from_name(name: &str) -> Option<Modulation> {
        let mut names = Modulation::NAMES.iter();
        names.find(|(_, known)| known.eq_ignore_ascii_case(name)).map(|(modulation, _)| *modulation)
    }

    /// Bits that a symbol carries.
    pub const fn bits_per_symbol(self) -> u64 {
        match self {
            Modulation::Qpsk => 2,
            Modulation::Psk8 | Modulation::Apsk8L => 3,
            Modulation::Apsk16 | Modulation::Apsk16L => 4,
            Modulation::Apsk32 | Modulation::Apsk32L => 5,
            Modulation::Apsk64 | Modulation::Apsk64L => 6,
            Modulation::Apsk256 => 8,
        }
    }

    fn modulation_type(self) -> ModulationType {
        match self {
            Modulation::Qpsk => ModulationType::Qpsk,
            Modulation::Psk8 => ModulationType::Psk8,
            _ => ModulationType::Auto,
        }
    }
}

impl FrameSize {
    const fn bits(self) -> u64 {
        match self {
            FrameSize::Normal => 64_800,
            FrameSize::Short => 16_200,
        }
    }
}

impl RollOff {
    /// The roll-off in hundredths.
    pub const fn percent(self) -> u8 {
        match self {
            RollOff::Alpha35 => 35,
            RollOff::Alpha25 => 25,
            RollOff::Alpha20 => 20,
            RollOff::Alpha15 => 15,
            RollOff::Alpha10 => 10,
            RollOff::Alpha05 => 5,
        }
    }

    /// The roll-off of this many hundredths; `None` when the standards have none.
    pub const fn from_percent(percent: u8) -> Option<RollOff> {
        match percent {
            35 => Some(RollOff::Alpha35),
            25 => Some(RollOff::Alpha25),
            20 => Some(RollOff::Alpha20),
            15 => Some(RollOff::Alpha15),
            10 => Some(RollOff::Alpha10),
            5 => Some(RollOff::Alpha05),
            _ => None,
        }
    }

    fn code(self) -> Option<RollOffCode> {
        match self {
            RollOff::Alpha35 => Some(RollOffCode::Alpha35),
            RollOff::Alpha25 => Some(RollOffCode::Alpha25),
            RollOff::Alpha20 => Some(RollOffCode::Alpha20),
            RollOff::Alpha15 | RollOff::Alpha10 | RollOff::Alpha05 => None,
        }
    }
}

impl CodeRate {
    /// The rate with this name.
    pub const fn new(numerator: u8, denominator: u8) -> CodeRate {
        CodeRate { numerator, denominator }
    }

    /// The rate of a text such as "3/4"; `None` when it is not of that form.
    pub fn parse(text: &str) -> Option<CodeRate> {
        let (numerator, denominator) = text.split_once('/')?;
        Some(CodeRate {
            numerator: numerator.parse().ok()?,
            denominator: denominator.parse().ok()?,
        })
    }
}

impl fmt::Display for CodeRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.numerator, self.denominator)
    }
}

impl fmt::Display for Modulation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = Modulation::NAMES.iter().find(|(modulation, _)| modulation == self);
        f.write_str(name.map_or("", |(_, name)| name))
    }
}

impl fmt::Display for FrameSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            FrameSize::Normal => "normal",
            FrameSize::Short => "short",
        })
    }
}
