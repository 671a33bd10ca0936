//! Tables are divided by the rules and read back whole; no bytes disturb the reading.

use proptest::collection::vec;
use proptest::prelude::*;
use si::table::{
    Bat, Cat, EitSection, EitService, Event, Int, IntEntry, Nit, Scope, Sdt, SdtService, Tdt, Tot,
    TransportEntry, present_following,
};
use si::{DescriptorLoop, RunningStatus, Section, TableError, UtcSeconds};
use ts::section::{LongHeader, SectionError, SectionView, section_limit, write_section};

fn descriptors(count_max: usize) -> impl Strategy<Value = DescriptorLoop> {
    vec((any::<u8>(), vec(any::<u8>(), 0..=255)), 0..=count_max).prop_map(|pairs| {
        let mut descriptors = DescriptorLoop::new();
        for (tag, body) in pairs {
            descriptors.push_raw(tag, &body).unwrap();
        }
        descriptors
    })
}

fn scope() -> impl Strategy<Value = Scope> {
    prop::sample::select(vec![Scope::Actual, Scope::Other])
}

fn transports() -> impl Strategy<Value = Vec<TransportEntry>> {
    let entry = (any::<(u16, u16)>(), descriptors(3)).prop_map(|(ids, descriptors)| {
        TransportEntry { transport_stream_id: ids.0, original_network_id: ids.1, descriptors }
    });
    vec(entry, 0..20)
}

fn services() -> impl Strategy<Value = Vec<SdtService>> {
    let service = (any::<(u16, [bool; 3])>(), 0u8..8, descriptors(3)).prop_map(
        |((service_id, flags), status, descriptors)| SdtService {
            service_id,
            eit_schedule: flags[0],
            eit_present_following: flags[1],
            running_status: RunningStatus::from_bits(status),
            scrambled: flags[2],
            descriptors,
        },
    );
    vec(service, 0..40)
}

fn event() -> impl Strategy<Value = Event> {
    (any::<(u16, bool)>(), 0u64..4_900_000_000, 0u32..360_000, 0u8..8, descriptors(3)).prop_map(
        |((event_id, scrambled), start, duration_s, status, descriptors)| Event {
            event_id,
            start: UtcSeconds(start),
            duration_s,
            running_status: RunningStatus::from_bits(status),
            scrambled,
            descriptors,
        },
    )
}

fn service() -> impl Strategy<Value = EitService> {
    (scope(), any::<[u16; 3]>()).prop_map(|(scope, ids)| EitService {
        scope,
        service_id: ids[0],
        transport_stream_id: ids[1],
        original_network_id: ids[2],
    })
}

/// Numbers from 0 to the last, one sub-table, one version, none longer than it may be.
fn assert_well_numbered(sections: &[Section], version: u8) -> Result<(), TestCaseError> {
    prop_assert!(!sections.is_empty());
    for (number, section) in sections.iter().enumerate() {
        prop_assert_eq!(usize::from(section.number()), number);
        prop_assert_eq!(usize::from(section.last_number()), sections.len() - 1);
        prop_assert_eq!(section.version(), Some(version));
        prop_assert_eq!(section.sub_table(), sections[0].sub_table());
        prop_assert!(section.bytes().len() <= section_limit(section.table_id()));
        prop_assert!(section.view().is_some());
    }
    Ok(())
}

fn append(loop_: &mut DescriptorLoop, part: &DescriptorLoop) {
    for (tag, body) in part.iter() {
        loop_.push_raw(tag, body).unwrap();
    }
}

proptest! {
    #[test]
    fn any_network_is_read_back_from_its_sections(
        scope in scope(), network_id: u16, version in 0u8..32,
        descriptors in descriptors(12), transports in transports(),
    ) {
        let nit = Nit { scope, network_id, version, descriptors, transports };
        let sections = nit.sections().unwrap();
        assert_well_numbered(&sections, version)?;
        let mut read =
            Nit { descriptors: DescriptorLoop::new(), transports: vec![], ..nit.clone() };
        for section in &sections {
            let part = Nit::parse(&section.view().unwrap()).unwrap();
            append(&mut read.descriptors, &part.descriptors);
            read.transports.extend(part.transports);
        }
        prop_assert_eq!(read, nit);
    }

    #[test]
    fn any_bouquet_is_read_back_from_its_sections(
        bouquet_id: u16, version in 0u8..32,
        descriptors in descriptors(12), transports in transports(),
    ) {
        let bat = Bat { bouquet_id, version, descriptors, transports };
        let sections = bat.sections().unwrap();
        assert_well_numbered(&sections, version)?;
        let mut read =
            Bat { descriptors: DescriptorLoop::new(), transports: vec![], ..bat.clone() };
        for section in &sections {
            let part = Bat::parse(&section.view().unwrap()).unwrap();
            append(&mut read.descriptors, &part.descriptors);
            read.transports.extend(part.transports);
        }
        prop_assert_eq!(read, bat);
    }

    #[test]
    fn any_notification_table_is_read_back_from_its_sections(
        (action_type, platform, processing_order) in (any::<u8>(), 0u32..1 << 24, any::<u8>()),
        version in 0u8..32, descriptors in descriptors(3),
        pairs in vec((descriptors(3), descriptors(3)), 0..20),
    ) {
        let entry = |(targets, operations)| IntEntry { targets, operations };
        let entries = pairs.into_iter().map(entry).collect();
        let int = Int {
            action_type,
            platform_id: platform,
            processing_order,
            version,
            descriptors,
            entries,
        };
        let sections = int.sections().unwrap();
        assert_well_numbered(&sections, version)?;
        let mut read = Int { entries: vec![], ..int.clone() };
        for section in &sections {
            let part = Int::parse(&section.view().unwrap()).unwrap();
            prop_assert_eq!(&part.descriptors, &int.descriptors);
            read.entries.extend(part.entries);
        }
        prop_assert_eq!(read, int);
    }

    #[test]
    fn any_list_of_services_is_read_back_from_its_sections(
        scope in scope(), ids: [u16; 2], version in 0u8..32, services in services(),
    ) {
        let sdt = Sdt {
            scope,
            transport_stream_id: ids[0],
            original_network_id: ids[1],
            version,
            services,
        };
        let sections = sdt.sections().unwrap();
        assert_well_numbered(&sections, version)?;
        let mut read = Sdt { services: vec![], ..sdt.clone() };
        for section in &sections {
            read.services.extend(Sdt::parse(&section.view().unwrap()).unwrap().services);
        }
        prop_assert_eq!(read, sdt);
    }

    #[test]
    fn any_access_table_is_read_back_from_its_sections(
        version in 0u8..32, descriptors in descriptors(12),
    ) {
        let cat = Cat { version, descriptors };
        let sections = cat.sections().unwrap();
        assert_well_numbered(&sections, version)?;
        let mut read = Cat { version, descriptors: DescriptorLoop::new() };
        for section in &sections {
            prop_assert_eq!(section.bytes()[1] & 0xc0, 0x80);
            let part = Cat::parse(&section.view().unwrap()).unwrap();
            append(&mut read.descriptors, &part.descriptors);
        }
        prop_assert_eq!(read, cat);
    }

    #[test]
    fn any_events_are_read_back_from_their_section(
        service in service(), table in 0u8..16, numbers: [u8; 3], version in 0u8..32,
        last_table_id: u8, events in vec(event(), 0..4),
    ) {
        let first = match service.scope { Scope::Actual => 0x50, Scope::Other => 0x60 };
        let section = EitSection {
            table_id: first + table,
            service,
            version,
            number: numbers[0],
            last_number: numbers[1],
            segment_last_number: numbers[2],
            last_table_id,
            events,
        };
        let written = section.to_section().unwrap();
        prop_assert_eq!(EitSection::parse(&written.view().unwrap()), Ok(section));
    }

    #[test]
    fn any_present_and_following_are_read_back(
        service in service(), present in event(), following in event(), version in 0u8..32,
    ) {
        let sections =
            present_following(&service, Some(&present), Some(&following), version).unwrap();
        for (number, (section, event)) in sections.iter().zip([present, following]).enumerate() {
            let read = EitSection::parse(&section.view().unwrap()).unwrap();
            prop_assert_eq!(read.service, service);
            prop_assert_eq!(read.events, vec![event]);
            prop_assert_eq!(usize::from(read.number), number);
            prop_assert_eq!((read.last_number, read.segment_last_number), (1, 1));
            prop_assert_eq!(read.last_table_id, read.table_id);
        }
    }

    #[test]
    fn any_time_is_read_back(utc in 0u64..4_900_000_000, descriptors in descriptors(3)) {
        let utc = UtcSeconds(utc);
        let tdt = Tdt { utc };
        prop_assert_eq!(Tdt::parse(tdt.to_section().unwrap().bytes()), Ok(tdt));
        let tot = Tot { utc, descriptors };
        prop_assert_eq!(Tot::parse(tot.to_section().unwrap().bytes()), Ok(tot));
    }

    #[test]
    fn any_body_is_read_without_panic(
        table_id: u8, extension: u16, body in vec(any::<u8>(), 0..1000),
    ) {
        let header = LongHeader {
            table_id,
            private: true,
            extension,
            version: 1,
            current: true,
            number: 0,
            last_number: 0,
        };
        for table_id in [table_id, 0x01, 0x40, 0x42, 0x4a, 0x4e, 0x50] {
            let bytes = write_section(&LongHeader { table_id, ..header }, &body).unwrap();
            let view = SectionView::parse(&bytes).unwrap();
            let _ = Nit::parse(&view);
            let _ = Bat::parse(&view);
            let _ = Int::parse(&view);
            let _ = Sdt::parse(&view);
            let _ = Cat::parse(&view);
            let _ = EitSection::parse(&view);
        }
        for table_id in [table_id, 0x70, 0x73] {
            let bytes = ts::section::write_short_section(table_id, &body).unwrap();
            let _ = Tdt::parse(&bytes);
            let _ = Tot::parse(&bytes);
            let _ = si::SubTable::of(&bytes);
        }
        let _ = Tdt::parse(&body);
        let _ = Tot::parse(&body);
        let _ = si::SubTable::of(&body);
    }
}

fn filled(bytes: usize) -> DescriptorLoop {
    let mut descriptors = DescriptorLoop::new();
    let mut left = bytes;
    while left >= 2 {
        let body = (left - 2).min(255);
        descriptors.push_raw(0x80, &vec![0; body]).unwrap();
        left -= body + 2;
    }
    assert_eq!(descriptors.len(), bytes);
    descriptors
}

#[test]
fn sections_are_filled_to_the_last_byte_before_the_next_begins() {
    let service = |service_id, bytes| SdtService {
        service_id,
        eit_schedule: true,
        eit_present_following: true,
        running_status: RunningStatus::RUNNING,
        scrambled: false,
        descriptors: filled(bytes),
    };
    let sdt = |last_bytes| Sdt {
        scope: Scope::Actual,
        transport_stream_id: 1,
        original_network_id: 1,
        version: 0,
        services: vec![service(1, 500), service(2, last_bytes)],
    };
    // 12 bytes around the body, 3 before the services, 5 before the descriptors of each.
    let exact = 1024 - 12 - 3 - 5 - 500 - 5;
    let sections = sdt(exact).sections().unwrap();
    assert_eq!(sections.len(), 1);
    assert_eq!(sections[0].bytes().len(), 1024);
    assert_eq!(sdt(exact + 2).sections().unwrap().len(), 2);
}

#[test]
fn entries_longer_than_a_section_are_refused_by_name() {
    let transport = TransportEntry {
        transport_stream_id: 7,
        original_network_id: 1,
        descriptors: filled(1010),
    };
    let nit = Nit {
        scope: Scope::Actual,
        network_id: 1,
        version: 0,
        descriptors: DescriptorLoop::new(),
        transports: vec![transport],
    };
    let error = TableError::EntryTooLong { table_id: 0x40, entry: 7, size: 1016, limit: 1008 };
    assert_eq!(nit.sections(), Err(error));
    let event = Event {
        event_id: 9,
        start: UtcSeconds(0),
        duration_s: 60,
        running_status: RunningStatus::UNDEFINED,
        scrambled: false,
        descriptors: filled(4070),
    };
    let service = EitService {
        scope: Scope::Actual,
        service_id: 1,
        transport_stream_id: 1,
        original_network_id: 1,
    };
    let error = TableError::EntryTooLong { table_id: 0x4e, entry: 9, size: 4082, limit: 4078 };
    assert_eq!(present_following(&service, Some(&event), None, 0), Err(error));
    let tot = Tot { utc: UtcSeconds(0), descriptors: filled(1100) };
    assert!(matches!(tot.to_section(), Err(TableError::Section(SectionError::TooLong { .. }))));
    let tot = Tot { utc: UtcSeconds(0), descriptors: filled(4500) };
    assert!(tot.to_section().is_err());
}

#[test]
fn more_than_256_sections_are_refused() {
    let transports = vec![
        TransportEntry {
            transport_stream_id: 1,
            original_network_id: 1,
            descriptors: filled(1000),
        };
        257
    ];
    let bat = Bat { bouquet_id: 1, version: 0, descriptors: DescriptorLoop::new(), transports };
    let error = TableError::TooManySections { table_id: 0x4a, sections: 257 };
    assert_eq!(bat.sections(), Err(error));
}

#[test]
fn a_damaged_time_offset_table_is_refused() {
    let tot = Tot { utc: UtcSeconds(1_788_222_600), descriptors: DescriptorLoop::new() };
    let mut bytes = tot.to_section().unwrap().into_bytes();
    bytes[5] ^= 1;
    let crc = SectionError::Crc { table_id: 0x73 };
    assert_eq!(Tot::parse(&bytes), Err(TableError::Section(crc)));
    let wanted = "TDT";
    assert_eq!(Tdt::parse(&bytes), Err(TableError::Kind { wanted, found: 0x73 }));
}
