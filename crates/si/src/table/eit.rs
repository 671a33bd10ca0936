//! Event information table (EN 300 468 clause 5.2.4), on PID 0x0012: one section, and the pair of
//! present and following. The schedule is in its own module.
//!
//! ```text
//! transport_stream_id 16 | original_network_id 16 | segment_last_section_number 8 |
//! last_table_id 8 |
//! { event_id 16 | start_time 40 | duration 24 | running_status 3 | free_CA_mode 1 |
//!   descriptors_length 12 | descriptors }
//! ```

use super::{BodyReader, Scope, TableError, header};
use crate::code::RunningStatus;
use crate::descriptor::DescriptorLoop;
use crate::section::Section;
use crate::time::{UtcSeconds, duration_from_wire, duration_to_wire};
use ts::section::{LongHeader, SECTION_MAX, SectionView};

/// table_id of present/following of the transport stream that carries it.
pub(super) const PRESENT_FOLLOWING_ACTUAL: u8 = 0x4e;
/// table_id of present/following of another transport stream.
pub(super) const PRESENT_FOLLOWING_OTHER: u8 = 0x4f;
/// First table_id of the schedule of the transport stream that carries it.
pub(super) const SCHEDULE_ACTUAL: u8 = 0x50;
/// First table_id of the schedule of another transport stream.
pub(super) const SCHEDULE_OTHER: u8 = 0x60;
/// The last table_id of all.
const SCHEDULE_LAST: u8 = 0x6f;

/// Bytes that the events of one section may have: all but header, CRC and fixed fields.
pub(super) const EVENTS_MAX: usize = SECTION_MAX - 12 - 6;

/// The service that events belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EitService {
    /// Whether the service is in the transport stream that carries the table.
    pub scope: Scope,
    /// service_id.
    pub service_id: u16,
    /// The transport stream of the service.
    pub transport_stream_id: u16,
    /// The network where that stream began.
    pub original_network_id: u16,
}

/// One event. NVOD reference events, which have no start, are not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// event_id, unique within the service.
    pub event_id: u16,
    /// When it begins.
    pub start: UtcSeconds,
    /// How long it lasts, in seconds; at most 99:59:59.
    pub duration_s: u32,
    /// Whether it is on air.
    pub running_status: RunningStatus,
    /// Whether any of its streams may be scrambled.
    pub scrambled: bool,
    /// Name, description, content and the like.
    pub descriptors: DescriptorLoop,
}

/// One section of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EitSection {
    /// table_id, from 0x4e to 0x6f.
    pub table_id: u8,
    /// The service; its scope is that of the table_id.
    pub service: EitService,
    /// version_number, five bits.
    pub version: u8,
    /// section_number.
    pub number: u8,
    /// last_section_number of the sub-table.
    pub last_number: u8,
    /// Last section of the segment that this section is in.
    pub segment_last_number: u8,
    /// Last table_id of the service in this kind of table.
    pub last_table_id: u8,
    /// The events, by start.
    pub events: Vec<Event>,
}

impl EitSection {
    /// The section.
    ///
    /// # Errors
    /// [`TableError`] when the events exceed it, or one of them lasts too long.
    pub fn to_section(&self) -> Result<Section, TableError> {
        let mut events = Vec::new();
        for event in &self.events {
            events.extend_from_slice(&event.entry(self.table_id)?);
        }
        self.frame(&events)
    }

    /// The section with these bytes for its events.
    pub(super) fn frame(&self, events: &[u8]) -> Result<Section, TableError> {
        let mut body = Vec::with_capacity(6 + events.len());
        body.extend_from_slice(&self.service.transport_stream_id.to_be_bytes());
        body.extend_from_slice(&self.service.original_network_id.to_be_bytes());
        body.extend_from_slice(&[self.segment_last_number, self.last_table_id]);
        body.extend_from_slice(events);
        let header = LongHeader {
            number: self.number,
            last_number: self.last_number,
            ..header(self.table_id, self.service.service_id, self.version)
        };
        Ok(Section::long(&header, &body)?)
    }

    /// Reads one section.
    ///
    /// # Errors
    /// [`TableError`] when the section is of another table, its loops do not add up, or an event
    /// has no time that can be read.
    pub fn parse(section: &SectionView<'_>) -> Result<EitSection, TableError> {
        let table_id = section.table_id();
        let scope = match table_id {
            PRESENT_FOLLOWING_ACTUAL | SCHEDULE_ACTUAL..SCHEDULE_OTHER => Scope::Actual,
            PRESENT_FOLLOWING_OTHER | SCHEDULE_OTHER..=SCHEDULE_LAST => Scope::Other,
            found => {
                return Err(TableError::Kind { wanted: "EIT", found });
            }
        };
        let mut reader = BodyReader::new(section);
        let service = EitService {
            scope,
            service_id: section.extension(),
            transport_stream_id: reader.u16()?,
            original_network_id: reader.u16()?,
        };
        let segment_last_number = reader.u8()?;
        let last_table_id = reader.u8()?;
        let mut events = Vec::new();
        while !reader.is_empty() {
            events.push(Event::parse(&mut reader)?);
        }
        Ok(EitSection {
            table_id,
            service,
            version: section.version(),
            number: section.number(),
            last_number: section.last_number(),
            segment_last_number,
            last_table_id,
            events,
        })
    }

    /// Whether the section is of present/following and not of the schedule.
    pub fn is_present_following(&self) -> bool {
        matches!(self.table_id, PRESENT_FOLLOWING_ACTUAL | PRESENT_FOLLOWING_OTHER)
    }
}

impl Event {
    /// When it ends.
    pub fn end(&self) -> UtcSeconds {
        UtcSeconds(self.start.0.saturating_add(u64::from(self.duration_s)))
    }

    /// The entry in the loop of events.
    pub(super) fn entry(&self, table_id: u8) -> Result<Vec<u8>, TableError> {
        let duration = duration_to_wire(self.duration_s);
        let duration =
            duration.map_err(|error| TableError::Time { table_id, entry: self.event_id, error })?;
        let size = self.descriptors.len() + 12;
        if size > EVENTS_MAX {
            let (entry, limit) = (self.event_id, EVENTS_MAX);
            return Err(TableError::EntryTooLong { table_id, entry, size, limit });
        }
        let mut entry = Vec::with_capacity(size);
        entry.extend_from_slice(&self.event_id.to_be_bytes());
        entry.extend_from_slice(&self.start.to_wire());
        entry.extend_from_slice(&duration);
        let status = u16::from(self.running_status.bits()) << 13 | u16::from(self.scrambled) << 12;
        entry.extend_from_slice(&(status | self.descriptors.len() as u16).to_be_bytes());
        entry.extend_from_slice(self.descriptors.as_bytes());
        Ok(entry)
    }

    fn parse(reader: &mut BodyReader<'_>) -> Result<Event, TableError> {
        let table_id = reader.table_id;
        let event_id = reader.u16()?;
        let timed = |error| TableError::Time { table_id, entry: event_id, error };
        let start = UtcSeconds::from_wire(reader.array()?).map_err(timed)?;
        let duration_s = duration_from_wire(reader.array()?).map_err(timed)?;
        let status = reader.peek_status()?;
        Ok(Event {
            event_id,
            start,
            duration_s,
            running_status: status.running_status,
            scrambled: status.scrambled,
            descriptors: reader.descriptors(event_id)?,
        })
    }
}

/// Sections 0 (present) and 1 (following) of a service (EN 300 468 clause 5.2.4). Both are always
/// sent; one without an event has an empty body.
///
/// # Errors
/// [`TableError`] when an event exceeds a section or lasts too long.
pub fn present_following(
    service: &EitService,
    present: Option<&Event>,
    following: Option<&Event>,
    version: u8,
) -> Result<[Section; 2], TableError> {
    let table_id = match service.scope {
        Scope::Actual => PRESENT_FOLLOWING_ACTUAL,
        Scope::Other => PRESENT_FOLLOWING_OTHER,
    };
    let section = |number, event: Option<&Event>| {
        let section = EitSection {
            table_id,
            service: *service,
            version,
            number,
            last_number: 1,
            segment_last_number: 1,
            last_table_id: table_id,
            events: Vec::new(),
        };
        let events = event.map(|event| event.entry(table_id)).transpose()?;
        section.frame(&events.unwrap_or_default())
    };
    Ok([section(0, present)?, section(1, following)?])
}
