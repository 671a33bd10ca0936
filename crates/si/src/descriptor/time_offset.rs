//! Local time against UTC.

use super::{Descriptor, FieldError, fit};
use crate::bcd::{from_bcd, to_bcd};
use crate::code::CountryCode;
use crate::reader::Reader;
use crate::time::UtcSeconds;

/// local_time_offset_descriptor (EN 300 468 clause 6.2.20).
///
/// ```text
/// { country_code 24 | country_region_id 6 | 1 | polarity 1 | local_time_offset 16 BCD |
///   time_of_change 40 | next_time_offset 16 BCD } ...
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LocalTimeOffset {
    /// The regions.
    pub offsets: Vec<TimeOffset>,
}

/// The offset of one region, now and after its next change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeOffset {
    /// The country.
    pub country: CountryCode,
    /// Zone within the country, six bits: 0 when it has one alone, else 1 for the easternmost.
    pub region_id: u8,
    /// Minutes that local time is ahead of UTC.
    pub offset_minutes: i16,
    /// When the offset changes; the present time when no change is known.
    pub time_of_change: UtcSeconds,
    /// Minutes ahead of UTC after the change. One sign bit serves both offsets, so this may not
    /// be on the other side of zero.
    pub next_offset_minutes: i16,
}

impl Descriptor for LocalTimeOffset {
    const TAG: u8 = 0x58;

    fn write_body(&self, out: &mut Vec<u8>) -> Result<(), FieldError> {
        for entry in &self.offsets {
            let region = fit(u32::from(entry.region_id), 6, "country_region_id")? as u8;
            let (now, next) = (entry.offset_minutes, entry.next_offset_minutes);
            if now.signum() * next.signum() < 0 {
                return Err(FieldError::Range { field: "local_time_offset_polarity" });
            }
            out.extend_from_slice(&entry.country.to_bytes());
            out.push(region << 2 | 0x02 | u8::from(now < 0 || next < 0));
            out.extend_from_slice(&offset_to_wire(now, "local_time_offset")?);
            out.extend_from_slice(&entry.time_of_change.to_wire());
            out.extend_from_slice(&offset_to_wire(next, "next_time_offset")?);
        }
        Ok(())
    }

    fn read_body(body: &[u8]) -> Result<LocalTimeOffset, FieldError> {
        let mut reader = Reader::new(body);
        let mut offsets = Vec::new();
        while !reader.is_empty() {
            let country = CountryCode::from_bytes(reader.array()?);
            let flags = reader.u8()?;
            let sign = if flags & 0x01 == 0 { 1 } else { -1 };
            let offset_minutes = sign * offset_from_wire(reader.u16()?, "local_time_offset")?;
            let change = UtcSeconds::from_wire(reader.array()?);
            offsets.push(TimeOffset {
                country,
                region_id: flags >> 2,
                offset_minutes,
                time_of_change: change
                    .map_err(|_| FieldError::Range { field: "time_of_change" })?,
                next_offset_minutes: sign * offset_from_wire(reader.u16()?, "next_time_offset")?,
            });
        }
        Ok(LocalTimeOffset { offsets })
    }
}

fn offset_to_wire(minutes: i16, field: &'static str) -> Result<[u8; 2], FieldError> {
    let minutes = u32::from(minutes.unsigned_abs());
    if minutes >= 24 * 60 {
        return Err(FieldError::Range { field });
    }
    let hhmm = to_bcd(minutes / 60 * 100 + minutes % 60, 4).ok_or(FieldError::Range { field })?;
    Ok((hhmm as u16).to_be_bytes())
}

fn offset_from_wire(hhmm: u16, field: &'static str) -> Result<i16, FieldError> {
    let value = from_bcd(u32::from(hhmm), 4).ok_or(FieldError::Range { field })?;
    let (hours, minutes) = (value / 100, value % 100);
    if hours < 24 && minutes < 60 {
        Ok((hours * 60 + minutes) as i16)
    } else {
        Err(FieldError::Range { field })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(offset_minutes: i16, next_offset_minutes: i16) -> Result<Vec<u8>, FieldError> {
        let country = CountryCode::new("CAN").unwrap();
        let time_of_change = UtcSeconds(1_790_000_000);
        let entry = TimeOffset {
            country,
            region_id: 1,
            offset_minutes,
            time_of_change,
            next_offset_minutes,
        };
        let mut body = Vec::new();
        LocalTimeOffset { offsets: vec![entry] }.write_body(&mut body)?;
        Ok(body)
    }

    #[test]
    fn west_of_greenwich_sets_the_polarity() {
        let body = write(-150, -210).unwrap();
        assert_eq!(body[3..6], [0x07, 0x02, 0x30]);
        assert_eq!(body[11..], [0x03, 0x30]);
        let read = LocalTimeOffset::read_body(&body).unwrap();
        assert_eq!(read.offsets[0].offset_minutes, -150);
    }

    #[test]
    fn offsets_on_both_sides_of_zero_are_refused() {
        let field = "local_time_offset_polarity";
        assert_eq!(write(-60, 60), Err(FieldError::Range { field }));
        assert!(write(0, -60).is_ok());
        assert!(write(24 * 60, 0).is_err());
    }
}
