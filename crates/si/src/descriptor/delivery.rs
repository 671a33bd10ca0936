//! The carrier of a transport stream on a satellite.

use super::{Descriptor, FieldError, fit};
use crate::bcd::{from_bcd, to_bcd};
use crate::reader::Reader;

/// satellite_delivery_system_descriptor (EN 300 468 clause 6.2.13.2).
///
/// ```text
/// frequency 32 BCD | orbital_position 16 BCD | west_east 1 | polarization 2 | roll_off 2 |
/// modulation_system 1 | modulation_type 2 | symbol_rate 28 BCD | FEC_inner 4
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SatelliteDeliverySystem {
    /// Downlink frequency in units of 10 kHz, eight decimal digits.
    pub frequency_10khz: u32,
    /// Orbital position in tenths of a degree, four decimal digits.
    pub orbital_position_decidegrees: u16,
    /// Whether the position is east of Greenwich.
    pub east: bool,
    /// Polarisation of the carrier.
    pub polarization: Polarization,
    /// DVB-S, or DVB-S2 and its roll-off.
    pub system: ModulationSystem,
    /// Constellation.
    pub modulation: ModulationType,
    /// Symbol rate in units of 100 symbols per second, seven decimal digits.
    pub symbol_rate_100: u32,
    /// Inner code rate.
    pub fec_inner: FecInner,
}

/// Polarisation, two bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Polarization {
    /// Linear, horizontal.
    Horizontal,
    /// Linear, vertical.
    Vertical,
    /// Circular, left.
    Left,
    /// Circular, right.
    Right,
}

/// modulation_system and the roll-off that goes with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ModulationSystem {
    /// DVB-S (EN 300 421), always with a roll-off of 0.35.
    DvbS,
    /// DVB-S2 (EN 302 307-1).
    DvbS2 {
        /// Roll-off.
        roll_off: RollOffCode,
    },
}

/// roll_off, two bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RollOffCode {
    /// 0.35.
    Alpha35,
    /// 0.25.
    Alpha25,
    /// 0.20.
    Alpha20,
    /// The code that the standard keeps for later.
    Reserved,
}

/// modulation_type, two bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ModulationType {
    /// To be found by the receiver.
    Auto,
    /// QPSK.
    Qpsk,
    /// 8PSK.
    Psk8,
    /// 16-QAM.
    Qam16,
}

/// FEC_inner, four bits (EN 300 468 table of clause 6.2.13.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FecInner(u8);

impl FecInner {
    /// Not said.
    pub const UNDEFINED: FecInner = FecInner(0);
    /// No inner code.
    pub const NONE: FecInner = FecInner(15);

    /// The code of a rate; [`FecInner::UNDEFINED`] for rates that have none.
    pub const fn of_rate(numerator: u8, denominator: u8) -> FecInner {
        FecInner(match (numerator, denominator) {
            (1, 2) => 1,
            (2, 3) => 2,
            (3, 4) => 3,
            (5, 6) => 4,
            (7, 8) => 5,
            (8, 9) => 6,
            (3, 5) => 7,
            (4, 5) => 8,
            (9, 10) => 9,
            _ => 0,
        })
    }

    /// The low four bits of `value`.
    pub const fn from_bits(value: u8) -> FecInner {
        FecInner(value & 0x0f)
    }

    /// The value, below sixteen.
    pub const fn bits(self) -> u8 {
        self.0
    }
}

impl Descriptor for SatelliteDeliverySystem {
    const TAG: u8 = 0x43;

    fn write_body(&self, out: &mut Vec<u8>) -> Result<(), FieldError> {
        let digits = |value: u32, count: u32, field: &'static str| {
            to_bcd(value, count).ok_or(FieldError::Range { field })
        };
        let frequency = digits(self.frequency_10khz, 8, "frequency")?;
        let position = u32::from(self.orbital_position_decidegrees);
        let position = digits(position, 4, "orbital_position")?;
        let symbol_rate = digits(self.symbol_rate_100, 7, "symbol_rate")?;
        let (roll_off, is_s2) = match self.system {
            ModulationSystem::DvbS => (0, 0),
            ModulationSystem::DvbS2 { roll_off } => (roll_off as u8, 1),
        };
        out.extend_from_slice(&frequency.to_be_bytes());
        out.extend_from_slice(&(position as u16).to_be_bytes());
        out.push(
            u8::from(self.east) << 7
                | (self.polarization as u8) << 5
                | roll_off << 3
                | is_s2 << 2
                | self.modulation as u8,
        );
        let rate_and_code = symbol_rate << 4 | u32::from(self.fec_inner.0);
        out.extend_from_slice(&rate_and_code.to_be_bytes());
        Ok(())
    }

    fn read_body(body: &[u8]) -> Result<SatelliteDeliverySystem, FieldError> {
        let digits = |bcd: u32, count: u32, field: &'static str| {
            from_bcd(bcd, count).ok_or(FieldError::Range { field })
        };
        let mut reader = Reader::new(body);
        let frequency_10khz = digits(reader.u32()?, 8, "frequency")?;
        let position = digits(u32::from(reader.u16()?), 4, "orbital_position")?;
        let flags = reader.u8()?;
        let rate_and_code = reader.u32()?;
        Ok(SatelliteDeliverySystem {
            frequency_10khz,
            orbital_position_decidegrees: position as u16,
            east: flags & 0x80 != 0,
            polarization: polarization(flags >> 5),
            system: system(flags),
            modulation: modulation_type(flags),
            symbol_rate_100: digits(rate_and_code >> 4, 7, "symbol_rate")?,
            fec_inner: FecInner::from_bits(rate_and_code as u8),
        })
    }
}

fn polarization(bits: u8) -> Polarization {
    match bits & 0x03 {
        0 => Polarization::Horizontal,
        1 => Polarization::Vertical,
        2 => Polarization::Left,
        _ => Polarization::Right,
    }
}

fn system(flags: u8) -> ModulationSystem {
    if flags & 0x04 == 0 {
        return ModulationSystem::DvbS;
    }
    let roll_off = match (flags >> 3) & 0x03 {
        0 => RollOffCode::Alpha35,
        1 => RollOffCode::Alpha25,
        2 => RollOffCode::Alpha20,
        _ => RollOffCode::Reserved,
    };
    ModulationSystem::DvbS2 { roll_off }
}

fn modulation_type(bits: u8) -> ModulationType {
    match bits & 0x03 {
        0 => ModulationType::Auto,
        1 => ModulationType::Qpsk,
        2 => ModulationType::Psk8,
        _ => ModulationType::Qam16,
    }
}

/// S2_satellite_delivery_system_descriptor (EN 300 468 clause 6.2.13.3). It is needed beside
/// [`SatelliteDeliverySystem`] only when the carrier holds several streams, is sliced in time or
/// has a scrambling sequence other than the default.
///
/// ```text
/// scrambling_sequence_selector 1 | multiple_input_stream_flag 1 | backwards_compatibility 1 |
/// not_timeslice_flag 1 | 11 | TS_GS_mode 2 | [111111 scrambling_sequence_index 18] |
/// [input_stream_identifier 8] | [timeslice_number 8]
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct S2SatelliteDeliverySystem {
    /// Index of the physical layer scrambling sequence, 18 bits; `None` for the default.
    pub scrambling_sequence_index: Option<u32>,
    /// Which stream of the carrier this is; `None` when there is one alone.
    pub input_stream_identifier: Option<u8>,
    /// Whether receivers of DVB-S can take a part of the carrier.
    pub backwards_compatible: bool,
    /// Slice of a carrier sliced in time.
    pub timeslice_number: Option<u8>,
    /// TS_GS_mode, two bits: 3 is a transport stream.
    pub ts_gs_mode: u8,
}

impl S2SatelliteDeliverySystem {
    /// TS_GS_mode of a transport stream.
    pub const TRANSPORT_STREAM: u8 = 3;
}

impl Descriptor for S2SatelliteDeliverySystem {
    const TAG: u8 = 0x79;

    fn write_body(&self, out: &mut Vec<u8>) -> Result<(), FieldError> {
        let mode = fit(u32::from(self.ts_gs_mode), 2, "TS_GS_mode")?;
        out.push(
            u8::from(self.scrambling_sequence_index.is_some()) << 7
                | u8::from(self.input_stream_identifier.is_some()) << 6
                | u8::from(self.backwards_compatible) << 5
                | u8::from(self.timeslice_number.is_none()) << 4
                | 0x0c
                | mode as u8,
        );
        if let Some(index) = self.scrambling_sequence_index {
            let index = fit(index, 18, "scrambling_sequence_index")?;
            out.extend_from_slice(&(0xfc_0000 | index).to_be_bytes()[1..]);
        }
        out.extend(self.input_stream_identifier);
        out.extend(self.timeslice_number);
        Ok(())
    }

    fn read_body(body: &[u8]) -> Result<S2SatelliteDeliverySystem, FieldError> {
        let mut reader = Reader::new(body);
        let flags = reader.u8()?;
        let scrambled = flags & 0x80 != 0;
        let several = flags & 0x40 != 0;
        let sliced = flags & 0x10 == 0;
        Ok(S2SatelliteDeliverySystem {
            scrambling_sequence_index: match scrambled {
                true => Some(reader.u24()? & 0x03_ffff),
                false => None,
            },
            input_stream_identifier: if several { Some(reader.u8()?) } else { None },
            backwards_compatible: flags & 0x20 != 0,
            timeslice_number: if sliced { Some(reader.u8()?) } else { None },
            ts_gs_mode: flags & 0x03,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::descriptor::DescriptorLoop;

    #[test]
    fn the_published_c_band_carrier_has_the_published_bytes() {
        let carrier = SatelliteDeliverySystem {
            frequency_10khz: 392_000,
            orbital_position_decidegrees: 922,
            east: true,
            polarization: Polarization::Horizontal,
            system: ModulationSystem::DvbS,
            modulation: ModulationType::Qpsk,
            symbol_rate_100: 275_000,
            fec_inner: FecInner::of_rate(3, 4),
        };
        let mut descriptors = DescriptorLoop::new();
        descriptors.push(&carrier).unwrap();
        let published = [0x43, 0x0b, 0, 0x39, 0x20, 0, 0x09, 0x22, 0x81, 0x02, 0x75, 0, 0x03];
        assert_eq!(descriptors.as_bytes(), published);
        assert_eq!(descriptors.first(), Some(Ok(carrier)));
    }
}
