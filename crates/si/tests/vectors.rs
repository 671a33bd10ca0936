//! Sections with published bytes, built and read.

use si::descriptor::{
    Content, ContentItem, FecInner, LocalTimeOffset, ModulationSystem, ModulationType, NetworkName,
    Polarization, RollOffCode, SatelliteDeliverySystem, Service, ServiceList, ShortEvent,
    TimeOffset,
};
use si::table::{
    EitSection, EitService, Event, Nit, Scope, Sdt, SdtService, Tdt, Tot, TransportEntry,
    present_following, schedule_home,
};
use si::{
    CharacterSet, CountryCode, Descriptor, DescriptorLoop, LanguageCode, RunningStatus, Section,
    ServiceType, SubTable, Text, TransportId, UtcSeconds,
};
use ts::section::SectionView;

/// 2026-09-01T00:30:00Z.
const FIRST_LESSON: UtcSeconds = UtcSeconds(1_788_222_600);

fn text(text: &str, set: CharacterSet) -> Text {
    Text::encode(text, set, 255).text
}

fn utf8(characters: &str) -> Text {
    text(characters, CharacterSet::Utf8)
}

fn loop_of(push: impl FnOnce(&mut DescriptorLoop)) -> DescriptorLoop {
    let mut descriptors = DescriptorLoop::new();
    push(&mut descriptors);
    descriptors
}

fn push<D: Descriptor>(descriptors: &mut DescriptorLoop, descriptor: &D) {
    descriptors.push(descriptor).unwrap();
}

/// Compares in hexadecimal, as the vectors are published.
fn assert_bytes(section: &Section, published: &str) {
    let hex: Vec<String> = section.bytes().iter().map(|byte| format!("{byte:02X}")).collect();
    assert_eq!(hex.join(" "), published);
}

fn service() -> EitService {
    EitService {
        scope: Scope::Actual,
        service_id: 1,
        transport_stream_id: 1,
        original_network_id: 0xff01,
    }
}

#[test]
fn network_information_with_a_dvb_s2_carrier() {
    let carrier = SatelliteDeliverySystem {
        frequency_10khz: 1_250_000,
        orbital_position_decidegrees: 1105,
        east: true,
        polarization: Polarization::Vertical,
        system: ModulationSystem::DvbS2 { roll_off: RollOffCode::Alpha20 },
        modulation: ModulationType::Psk8,
        symbol_rate_100: 300_000,
        fec_inner: FecInner::of_rate(3, 4),
    };
    let nit = Nit {
        scope: Scope::Actual,
        network_id: 0xff01,
        version: 0,
        descriptors: loop_of(|d| push(d, &NetworkName { name: utf8("远教") })),
        transports: vec![TransportEntry {
            transport_stream_id: 1,
            original_network_id: 0xff01,
            descriptors: loop_of(|d| {
                push(d, &ServiceList { services: vec![(1, ServiceType::AVC_HD_TELEVISION)] });
                push(d, &carrier);
            }),
        }],
    };
    let sections = nit.sections().unwrap();
    assert_eq!(sections.len(), 1);
    assert_bytes(
        &sections[0],
        "40 F0 2E FF 01 C1 00 00 F0 09 40 07 15 E8 BF 9C E6 95 99 F0 18 00 01 FF 01 F0 12 41 03 00 \
         01 19 43 0B 01 25 00 00 11 05 B6 03 00 00 03 A0 6C 79 98",
    );
    assert_eq!(Nit::parse(&sections[0].view().unwrap()), Ok(nit));
}

#[test]
fn network_names_in_the_other_character_sets() {
    for (set, published) in [
        (
            CharacterSet::Gb2312,
            "40 F0 14 00 01 C1 00 00 F0 07 40 05 13 D4 B6 BD CC F0 00 6F C5 B4 C2",
        ),
        (
            CharacterSet::Ucs2,
            "40 F0 14 00 01 C1 00 00 F0 07 40 05 11 8F DC 65 59 F0 00 3B A6 86 4A",
        ),
    ] {
        let nit = Nit {
            scope: Scope::Actual,
            network_id: 1,
            version: 0,
            descriptors: loop_of(|d| push(d, &NetworkName { name: text("远教", set) })),
            transports: vec![],
        };
        assert_bytes(&nit.sections().unwrap()[0], published);
        let name = nit.descriptors.first::<NetworkName>().unwrap().unwrap().name;
        assert_eq!(name.decode(), "远教");
    }
}

#[test]
fn service_description() {
    let name = Service {
        service_type: ServiceType::AVC_HD_TELEVISION,
        provider: utf8("EDU"),
        name: utf8("空中课堂"),
    };
    let sdt = Sdt {
        scope: Scope::Actual,
        transport_stream_id: 1,
        original_network_id: 0xff01,
        version: 0,
        services: vec![SdtService {
            service_id: 1,
            eit_schedule: true,
            eit_present_following: true,
            running_status: RunningStatus::RUNNING,
            scrambled: false,
            descriptors: loop_of(|d| push(d, &name)),
        }],
    };
    let sections = sdt.sections().unwrap();
    assert_bytes(
        &sections[0],
        "42 F0 26 00 01 C1 00 00 FF 01 FF 00 01 FF 80 15 48 13 19 03 45 44 55 0D 15 E7 A9 BA E4 B8 \
         AD E8 AF BE E5 A0 82 C1 E3 BC 0F",
    );
    assert_eq!(Sdt::parse(&sections[0].view().unwrap()), Ok(sdt));
}

#[test]
fn present_and_following() {
    let event = Event {
        event_id: 0x0101,
        start: FIRST_LESSON,
        duration_s: 45 * 60,
        running_status: RunningStatus::RUNNING,
        scrambled: false,
        descriptors: loop_of(|d| {
            let name = utf8("数学");
            let language = LanguageCode::CHINESE;
            push(d, &ShortEvent { language, name, text: Text::default() });
            let item = ContentItem { genre: ContentItem::FURTHER_EDUCATION, user: 0 };
            push(d, &Content { items: vec![item] });
        }),
    };
    let [present, following] = present_following(&service(), Some(&event), None, 0).unwrap();
    assert_bytes(
        &present,
        "4E F0 2D 00 01 C1 00 01 00 01 FF 01 01 4E 01 01 EF 64 00 30 00 00 45 00 80 12 4D 0C 63 68 \
         69 07 15 E6 95 B0 E5 AD A6 00 54 02 96 00 C1 40 A4 8B",
    );
    assert_bytes(&following, "4E F0 0F 00 01 C1 01 01 00 01 FF 01 01 4E 57 AD 68 F4");
    let read = EitSection::parse(&present.view().unwrap()).unwrap();
    assert_eq!(read.events, [event]);
    assert!(read.is_present_following());
    assert_eq!(EitSection::parse(&following.view().unwrap()).unwrap().number, 1);
}

#[test]
fn time_and_time_offset() {
    let tdt = Tdt { utc: FIRST_LESSON };
    let section = tdt.to_section().unwrap();
    assert_bytes(&section, "70 70 05 EF 64 00 30 00");
    assert_eq!(Tdt::parse(section.bytes()), Ok(tdt));

    let china = TimeOffset {
        country: CountryCode::CHINA,
        region_id: 0,
        offset_minutes: 480,
        time_of_change: FIRST_LESSON,
        next_offset_minutes: 480,
    };
    let descriptors = loop_of(|d| push(d, &LocalTimeOffset { offsets: vec![china] }));
    let tot = Tot { utc: FIRST_LESSON, descriptors };
    let section = tot.to_section().unwrap();
    assert_bytes(
        &section,
        "73 70 1A EF 64 00 30 00 F0 0F 58 0D 43 48 4E 02 08 00 EF 64 00 30 00 08 00 9F A8 BD 6A",
    );
    assert_eq!(Tot::parse(section.bytes()), Ok(tot));
}

#[test]
fn homes_of_events_in_the_schedule() {
    for (day, hour, home) in [
        (0, 0, (0x50, 0)),
        (0, 8, (0x50, 16)),
        (1, 0, (0x50, 64)),
        (3, 23, (0x50, 248)),
        (4, 0, (0x51, 0)),
        (8, 0, (0x52, 0)),
        (63, 23, (0x5f, 248)),
    ] {
        let start = UtcSeconds(FIRST_LESSON.midnight().0 + day * 86_400 + hour * 3600);
        assert_eq!(schedule_home(Scope::Actual, FIRST_LESSON, start), Some(home));
        let other = (home.0 + 0x10, home.1);
        assert_eq!(schedule_home(Scope::Other, FIRST_LESSON, start), Some(other));
    }
}

#[test]
fn sub_tables_are_told_apart_by_what_the_standard_says() {
    let [present, _] = present_following(&service(), None, None, 0).unwrap();
    let stream = TransportId { transport_stream_id: 1, original_network_id: 0xff01 };
    let expected = SubTable { table_id: 0x4e, extension: 1, transport: Some(stream) };
    assert_eq!(present.sub_table(), expected);
    let tdt = Tdt { utc: FIRST_LESSON }.to_section().unwrap();
    assert_eq!(tdt.sub_table(), SubTable { table_id: 0x70, extension: 0, transport: None });
    assert_eq!((tdt.version(), tdt.number(), tdt.last_number()), (None, 0, 0));
    assert!(SectionView::parse(present.bytes()).is_ok());
}
