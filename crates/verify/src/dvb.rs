//! What the judge reads of DVB SI: services, events, time (EN 300 468 clause 5.2, annexes A and C).
//!
//! Read here and not by the crate that writes SI, so that a mistake cannot hide by being made
//! twice.

use ts::psi::descriptors;

/// service_descriptor.
const SERVICE_DESCRIPTOR: u8 = 0x48;

/// A service of an SDT.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SdtService {
    pub(crate) service_id: u16,
    pub(crate) has_present_following: bool,
    pub(crate) service_type: Option<u8>,
    pub(crate) provider: Option<String>,
    pub(crate) name: Option<String>,
}

/// original_network_id and the services of an SDT section; what does not end within the section is
/// left out.
pub(crate) fn sdt(body: &[u8]) -> Option<(u16, Vec<SdtService>)> {
    let (head, mut rest) = body.split_first_chunk::<3>()?;
    let mut services = Vec::new();
    while let Some((entry, behind)) = rest.split_first_chunk::<5>() {
        let length = usize::from(u16::from_be_bytes([entry[3] & 0x0f, entry[4]]));
        let Some((loop_bytes, behind)) = behind.split_at_checked(length) else {
            break;
        };
        rest = behind;
        let mut service = SdtService {
            service_id: u16::from_be_bytes([entry[0], entry[1]]),
            has_present_following: entry[2] & 1 != 0,
            service_type: None,
            provider: None,
            name: None,
        };
        for (_, body) in descriptors(loop_bytes).filter(|(tag, _)| *tag == SERVICE_DESCRIPTOR) {
            read_service_descriptor(body, &mut service);
        }
        services.push(service);
    }
    Some((u16::from_be_bytes([head[0], head[1]]), services))
}

fn read_service_descriptor(body: &[u8], service: &mut SdtService) {
    let Some((&[service_type, provider_len], rest)) = body.split_first_chunk::<2>() else {
        return;
    };
    service.service_type = Some(service_type);
    let Some((provider, rest)) = rest.split_at_checked(usize::from(provider_len)) else {
        return;
    };
    service.provider = Some(text(provider));
    let named = rest.split_first().and_then(|(len, rest)| rest.get(..usize::from(*len)));
    service.name = named.map(text);
}

/// An event of an EIT, times in seconds of UTC since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Event {
    pub(crate) event_id: u16,
    pub(crate) start_s: i64,
    pub(crate) duration_s: i64,
}

impl Event {
    /// The second at which it ends.
    pub(crate) const fn end_s(&self) -> i64 {
        self.start_s + self.duration_s
    }
}

/// An EIT section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EitBody {
    pub(crate) transport_stream_id: u16,
    pub(crate) original_network_id: u16,
    pub(crate) segment_last_number: u8,
    pub(crate) last_table_id: u8,
    pub(crate) events: Vec<Event>,
}

/// Reads the body of an EIT section. Events without a time (NVOD) are left out.
pub(crate) fn eit(body: &[u8]) -> Option<EitBody> {
    let (head, mut rest) = body.split_first_chunk::<6>()?;
    let mut events = Vec::new();
    while let Some((entry, behind)) = rest.split_first_chunk::<12>() {
        let length = usize::from(u16::from_be_bytes([entry[10] & 0x0f, entry[11]]));
        let start = utc([entry[2], entry[3], entry[4], entry[5], entry[6]]);
        let duration = clock_seconds([entry[7], entry[8], entry[9]]);
        if let (Some(start_s), Some(duration_s)) = (start, duration) {
            let event_id = u16::from_be_bytes([entry[0], entry[1]]);
            events.push(Event { event_id, start_s, duration_s });
        }
        rest = behind.get(length..).unwrap_or(&[]);
    }
    Some(EitBody {
        transport_stream_id: u16::from_be_bytes([head[0], head[1]]),
        original_network_id: u16::from_be_bytes([head[2], head[3]]),
        segment_last_number: head[4],
        last_table_id: head[5],
        events,
    })
}

/// Seconds of UTC since 1970 from the 40-bit form; `None` when undefined or not decimal.
pub(crate) fn utc(bytes: [u8; 5]) -> Option<i64> {
    if bytes == [0xff; 5] {
        return None;
    }
    let day = i64::from(u16::from_be_bytes([bytes[0], bytes[1]]));
    // The 16 bits end in 2038; dates below the middle of their range are those behind the end.
    let day = if day < 0x8000 { day + 0x1_0000 } else { day };
    Some((day - 40_587) * 86_400 + clock_seconds([bytes[2], bytes[3], bytes[4]])?)
}

fn clock_seconds(bcd: [u8; 3]) -> Option<i64> {
    let mut parts = [0i64; 3];
    for (part, byte) in parts.iter_mut().zip(bcd) {
        let (tens, units) = (byte >> 4, byte & 0x0f);
        if tens > 9 || units > 9 {
            return None;
        }
        *part = i64::from(tens * 10 + units);
    }
    Some(parts[0] * 3600 + parts[1] * 60 + parts[2])
}

/// A text for a report: UTF-8 and 16-bit text as it is, of other character sets the part that is
/// ASCII, with a mark for the rest.
pub(crate) fn text(bytes: &[u8]) -> String {
    match bytes {
        [0x15, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        [0x11, rest @ ..] => {
            let units = rest.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
            char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
        }
        _ => {
            let plain = |b: &u8| {
                if (0x20..0x7f).contains(b) { char::from(*b) } else { '\u{fffd}' }
            };
            bytes.iter().skip_while(|b| **b < 0x20).map(plain).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_times_are_read() {
        assert_eq!(utc([0xef, 0x64, 0x00, 0x30, 0x00]), Some(1_788_222_600));
        assert_eq!(utc([0xc0, 0x79, 0x12, 0x45, 0x00]), Some(750_516_300));
        assert_eq!(utc([0x00, 0x00, 0x00, 0x00, 0x00]), Some((65_536 - 40_587) * 86_400));
        assert_eq!(utc([0xff; 5]), None);
        assert_eq!(utc([0xef, 0x64, 0x0a, 0, 0]), None);
    }

    #[test]
    fn published_service_table_is_read() {
        let body = [
            0xff, 0x01, 0xff, 0x00, 0x01, 0xff, 0x80, 0x15, 0x48, 0x13, 0x19, 0x03, 0x45, 0x44,
            0x55, 0x0d, 0x15, 0xe7, 0xa9, 0xba, 0xe4, 0xb8, 0xad, 0xe8, 0xaf, 0xbe, 0xe5, 0xa0,
            0x82,
        ];
        let (network, services) = sdt(&body).unwrap();
        assert_eq!((network, services.len()), (0xff01, 1));
        assert_eq!(services[0].name.as_deref(), Some("空中课堂"));
        assert_eq!(services[0].provider.as_deref(), Some("EDU"));
        assert!(services[0].has_present_following);
    }
}
