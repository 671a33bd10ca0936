//! Each descriptor is read as it was written, and no bytes disturb the reading.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use si::descriptor::*;
use si::text::TEXT_MAX;
use si::{
    CountryCode, Descriptor, DescriptorError, DescriptorLoop, LanguageCode, ServiceType, Text,
    UtcSeconds,
};
use std::net::{Ipv4Addr, Ipv6Addr};
use ts::Pid;

fn text(bytes_max: usize) -> impl Strategy<Value = Text> {
    vec(any::<u8>(), 0..=bytes_max).prop_map(|bytes| Text::from_bytes(&bytes).unwrap())
}

fn language() -> impl Strategy<Value = LanguageCode> {
    any::<[u8; 3]>().prop_map(LanguageCode::from_bytes)
}

fn country() -> impl Strategy<Value = CountryCode> {
    any::<[u8; 3]>().prop_map(CountryCode::from_bytes)
}

fn bytes(count_max: usize) -> impl Strategy<Value = Vec<u8>> {
    vec(any::<u8>(), 0..=count_max)
}

fn service_list() -> impl Strategy<Value = ServiceList> {
    vec((any::<u16>(), any::<u8>().prop_map(ServiceType)), 0..=85)
        .prop_map(|services| ServiceList { services })
}

fn linkage() -> impl Strategy<Value = Linkage> {
    (any::<(u16, u16, u16, u8)>(), bytes(200)).prop_map(|(ids, private)| Linkage {
        transport_stream_id: ids.0,
        original_network_id: ids.1,
        service_id: ids.2,
        linkage_type: ids.3,
        private,
    })
}

fn service() -> impl Strategy<Value = Service> {
    (any::<u8>(), text(120), text(120)).prop_map(|(service_type, provider, name)| Service {
        service_type: ServiceType(service_type),
        provider,
        name,
    })
}

fn satellite_delivery_system() -> impl Strategy<Value = SatelliteDeliverySystem> {
    use ModulationSystem::{DvbS, DvbS2};
    let roll_off = prop::sample::select(vec![
        RollOffCode::Alpha35,
        RollOffCode::Alpha25,
        RollOffCode::Alpha20,
        RollOffCode::Reserved,
    ]);
    let system = prop_oneof![Just(DvbS), roll_off.prop_map(|roll_off| DvbS2 { roll_off })];
    let polarization = prop::sample::select(vec![
        Polarization::Horizontal,
        Polarization::Vertical,
        Polarization::Left,
        Polarization::Right,
    ]);
    let modulation = prop::sample::select(vec![
        ModulationType::Auto,
        ModulationType::Qpsk,
        ModulationType::Psk8,
        ModulationType::Qam16,
    ]);
    let numbers = (0u32..100_000_000, 0u16..10_000, any::<bool>(), 0u32..10_000_000, 0u8..16);
    (numbers, polarization, system, modulation).prop_map(
        |(
            (frequency_10khz, position, east, symbol_rate_100, fec),
            polarization,
            system,
            modulation,
        )| {
            SatelliteDeliverySystem {
                frequency_10khz,
                orbital_position_decidegrees: position,
                east,
                polarization,
                system,
                modulation,
                symbol_rate_100,
                fec_inner: FecInner::from_bits(fec),
            }
        },
    )
}

fn s2_satellite_delivery_system() -> impl Strategy<Value = S2SatelliteDeliverySystem> {
    (option::of(0u32..1 << 18), any::<(Option<u8>, bool, Option<u8>)>(), 0u8..4).prop_map(
        |(scrambling_sequence_index, rest, ts_gs_mode)| S2SatelliteDeliverySystem {
            scrambling_sequence_index,
            input_stream_identifier: rest.0,
            backwards_compatible: rest.1,
            timeslice_number: rest.2,
            ts_gs_mode,
        },
    )
}

fn short_event() -> impl Strategy<Value = ShortEvent> {
    (language(), text(125), text(125)).prop_map(|(language, name, text)| ShortEvent {
        language,
        name,
        text,
    })
}

fn extended_event() -> impl Strategy<Value = ExtendedEvent> {
    let items = vec((text(20), text(20)), 0..4);
    (0u8..16, 0u8..16, language(), items, text(80)).prop_map(
        |(number, last_number, language, items, text)| ExtendedEvent {
            number,
            last_number,
            language,
            items,
            text,
        },
    )
}

fn component() -> impl Strategy<Value = Component> {
    (0u8..16, 0u8..16, any::<(u8, u8)>(), language(), text(200)).prop_map(
        |(stream_content_ext, stream_content, tags, language, text)| Component {
            stream_content_ext,
            stream_content,
            component_type: tags.0,
            component_tag: tags.1,
            language,
            text,
        },
    )
}

fn content() -> impl Strategy<Value = Content> {
    let item = any::<(u8, u8)>().prop_map(|(genre, user)| ContentItem { genre, user });
    vec(item, 0..=127).prop_map(|items| Content { items })
}

fn parental_rating() -> impl Strategy<Value = ParentalRating> {
    vec((country(), any::<u8>()), 0..=63).prop_map(|ratings| ParentalRating { ratings })
}

fn iso_639_language() -> impl Strategy<Value = Iso639Language> {
    vec((language(), any::<u8>()), 0..=63).prop_map(|languages| Iso639Language { languages })
}

fn local_time_offset() -> impl Strategy<Value = LocalTimeOffset> {
    let signed = (0i16..1440, 0i16..1440, prop::sample::select(vec![1i16, -1]));
    let offset = (country(), 0u8..64, signed, 0u64..4_900_000_000).prop_map(
        |(country, region_id, (now, next, sign), change)| TimeOffset {
            country,
            region_id,
            offset_minutes: now * sign,
            time_of_change: UtcSeconds(change),
            next_offset_minutes: next * sign,
        },
    );
    vec(offset, 0..=19).prop_map(|offsets| LocalTimeOffset { offsets })
}

fn data_broadcast() -> impl Strategy<Value = DataBroadcast> {
    (any::<(u16, u8)>(), bytes(120), language(), text(120)).prop_map(
        |(ids, selector, language, text)| DataBroadcast {
            data_broadcast_id: ids.0,
            component_tag: ids.1,
            selector,
            language,
            text,
        },
    )
}

fn data_broadcast_id() -> impl Strategy<Value = DataBroadcastId> {
    (any::<u16>(), bytes(200))
        .prop_map(|(data_broadcast_id, selector)| DataBroadcastId { data_broadcast_id, selector })
}

fn avc_video() -> impl Strategy<Value = AvcVideo> {
    any::<([u8; 3], [bool; 3])>().prop_map(|(profile, flags)| AvcVideo {
        profile_idc: profile[0],
        constraint_flags: profile[1],
        level_idc: profile[2],
        still_present: flags[0],
        pictures_of_24_hours: flags[1],
        frame_packing_sei_not_present: flags[2],
    })
}

fn hevc_video() -> impl Strategy<Value = HevcVideo> {
    let subset = (0u8..8, 0u8..8).prop_map(|(min, max)| TemporalSubset { min, max });
    (any::<([u8; 12], [bool; 3])>(), option::of(subset), 0u8..4).prop_map(
        |((profile_tier_level, flags), temporal_subset, hdr_wcg_idc)| HevcVideo {
            profile_tier_level,
            temporal_subset,
            still_present: flags[0],
            pictures_of_24_hours: flags[1],
            sub_pic_hrd_params_not_present: flags[2],
            hdr_wcg_idc,
        },
    )
}

fn aac() -> impl Strategy<Value = Aac> {
    (any::<(u8, Option<u8>, bool)>(), bytes(200)).prop_map(|(fields, additional)| Aac {
        profile_and_level: fields.0,
        aac_type: fields.1,
        saoc_de: fields.2,
        additional,
    })
}

fn ac3() -> impl Strategy<Value = Ac3> {
    (any::<[Option<u8>; 4]>(), bytes(200)).prop_map(|(fields, additional)| Ac3 {
        component_type: fields[0],
        bsid: fields[1],
        mainid: fields[2],
        asvc: fields[3],
        additional,
    })
}

fn enhanced_ac3() -> impl Strategy<Value = EnhancedAc3> {
    (any::<([Option<u8>; 4], bool, [Option<u8>; 3])>(), bytes(200)).prop_map(
        |((fields, mixing_information, substreams), additional)| EnhancedAc3 {
            component_type: fields[0],
            bsid: fields[1],
            mainid: fields[2],
            asvc: fields[3],
            mixing_information,
            substreams,
            additional,
        },
    )
}

fn ca() -> impl Strategy<Value = Ca> {
    (any::<u16>(), 0u16..0x2000, bytes(200)).prop_map(|(system_id, pid, private)| Ca {
        system_id,
        pid: Pid::new(pid).unwrap(),
        private,
    })
}

fn registration() -> impl Strategy<Value = Registration> {
    (any::<[u8; 4]>(), bytes(200))
        .prop_map(|(format_identifier, additional)| Registration { format_identifier, additional })
}

fn smoothing_buffer() -> impl Strategy<Value = SmoothingBuffer> {
    (0u32..1 << 22, 0u32..1 << 22)
        .prop_map(|(leak, size_bytes)| SmoothingBuffer { leak_units_of_400_bps: leak, size_bytes })
}

fn carousel_identifier() -> impl Strategy<Value = CarouselIdentifier> {
    (any::<(u32, u8)>(), bytes(200)).prop_map(|(ids, private)| CarouselIdentifier {
        carousel_id: ids.0,
        format_id: ids.1,
        private,
    })
}

fn association_tag() -> impl Strategy<Value = AssociationTag> {
    (any::<(u16, u16)>(), bytes(100), bytes(100)).prop_map(|(ids, selector, private)| {
        AssociationTag { association_tag: ids.0, usage: ids.1, selector, private }
    })
}

fn maximum_bitrate() -> impl Strategy<Value = MaximumBitrate> {
    (0u32..1 << 22).prop_map(|units| MaximumBitrate { units_of_50_bytes_per_second: units })
}

fn data_carousel_info() -> impl Strategy<Value = DataCarouselInfo> {
    let layers = prop::sample::select(vec![CarouselLayers::One, CarouselLayers::Two]);
    (layers, any::<[u32; 3]>(), 0u32..1 << 22).prop_map(|(layers, values, leak)| DataCarouselInfo {
        layers,
        transaction_id: values[0],
        time_out_dsi_ms: values[1],
        time_out_dii_ms: values[2],
        leak_units_of_50_bytes_per_second: leak,
    })
}

fn mac() -> impl Strategy<Value = [u8; 6]> {
    any::<[u8; 6]>()
}

fn v4() -> impl Strategy<Value = Ipv4Addr> {
    any::<[u8; 4]>().prop_map(Ipv4Addr::from)
}

fn v4_network() -> impl Strategy<Value = (Ipv4Addr, u8)> {
    (v4(), 0u8..=32)
}

fn v6_network() -> impl Strategy<Value = (Ipv6Addr, u8)> {
    (any::<[u8; 16]>().prop_map(Ipv6Addr::from), 0u8..=128)
}

fn ip_stream_location() -> impl Strategy<Value = IpStreamLocation> {
    (any::<[u16; 4]>(), any::<u8>()).prop_map(|(ids, component_tag)| IpStreamLocation {
        network_id: ids[0],
        original_network_id: ids[1],
        transport_stream_id: ids[2],
        service_id: ids[3],
        component_tag,
    })
}

fn time_slice_fec_identifier() -> impl Strategy<Value = TimeSliceFecIdentifier> {
    (any::<(bool, bool, u8)>(), 0u8..8, 0u8..16, bytes(200)).prop_map(
        |((time_slicing, mpe_fec, max_burst_duration), frame_size, rate, selector)| {
            TimeSliceFecIdentifier {
                time_slicing,
                mpe_fec,
                frame_size,
                max_burst_duration,
                max_average_rate: rate,
                selector,
            }
        },
    )
}

/// Writes a descriptor between two others and reads it back.
fn round_trip<D>(descriptor: &D) -> Result<(), TestCaseError>
where
    D: Descriptor + PartialEq + std::fmt::Debug,
{
    let mut descriptors = DescriptorLoop::new();
    descriptors.push_raw(0xfe, &[1, 2, 3]).unwrap();
    descriptors.push(descriptor).map_err(|error| TestCaseError::fail(error.to_string()))?;
    descriptors.push_raw(0xfe, &[]).unwrap();
    let parsed = DescriptorLoop::parse(descriptors.as_bytes()).unwrap();
    prop_assert_eq!(&parsed, &descriptors);
    let read = parsed.first::<D>().unwrap();
    prop_assert_eq!(read.as_ref(), Ok(descriptor));
    let mut again = Vec::new();
    read.unwrap().write_body(&mut again).unwrap();
    prop_assert_eq!(parsed.iter().nth(1), Some((D::TAG, again.as_slice())));
    Ok(())
}

macro_rules! any_descriptor_survives_the_wire {
    ($($name:ident: $strategy:expr;)*) => {
        proptest! {
            $(
                #[test]
                fn $name(descriptor in $strategy) {
                    round_trip(&descriptor)?;
                }
            )*
        }
    };
}

any_descriptor_survives_the_wire! {
    any_network_name_survives: text(TEXT_MAX).prop_map(|name| NetworkName { name });
    any_bouquet_name_survives: text(TEXT_MAX).prop_map(|name| BouquetName { name });
    any_service_list_survives: service_list();
    any_linkage_survives: linkage();
    any_service_survives: service();
    any_satellite_delivery_system_survives: satellite_delivery_system();
    any_s2_satellite_delivery_system_survives: s2_satellite_delivery_system();
    any_short_event_survives: short_event();
    any_extended_event_survives: extended_event();
    any_component_survives: component();
    any_stream_identifier_survives: any::<u8>().prop_map(|component_tag| StreamIdentifier {
        component_tag
    });
    any_content_survives: content();
    any_parental_rating_survives: parental_rating();
    any_iso_639_language_survives: iso_639_language();
    any_local_time_offset_survives: local_time_offset();
    any_private_data_specifier_survives: any::<u32>().prop_map(|specifier| PrivateDataSpecifier {
        specifier
    });
    any_data_broadcast_survives: data_broadcast();
    any_data_broadcast_id_survives: data_broadcast_id();
    any_avc_video_survives: avc_video();
    any_hevc_video_survives: hevc_video();
    any_aac_survives: aac();
    any_ac3_survives: ac3();
    any_enhanced_ac3_survives: enhanced_ac3();
    any_ca_survives: ca();
    any_registration_survives: registration();
    any_maximum_bitrate_survives: maximum_bitrate();
    any_smoothing_buffer_survives: smoothing_buffer();
    any_carousel_identifier_survives: carousel_identifier();
    any_association_tag_survives: association_tag();
    any_ip_platform_name_survives: (language(), text(200))
        .prop_map(|(language, name)| IpPlatformName { language, name });
    any_ip_platform_provider_name_survives: (language(), text(200))
        .prop_map(|(language, name)| IpPlatformProviderName { language, name });
    any_target_mac_address_survives: (mac(), vec(mac(), 0..41))
        .prop_map(|(mask, addresses)| TargetMacAddress { mask, addresses });
    any_target_mac_range_survives: vec((mac(), mac()), 0..21)
        .prop_map(|ranges| TargetMacRange { ranges });
    any_target_ip_address_survives: (v4(), vec(v4(), 0..62))
        .prop_map(|(mask, addresses)| TargetIpAddress { mask, addresses });
    any_target_ip_slash_survives: vec(v4_network(), 0..51)
        .prop_map(|networks| TargetIpSlash { networks });
    any_target_ip_source_slash_survives: vec((v4_network(), v4_network()), 0..25)
        .prop_map(|flows| TargetIpSourceSlash { flows });
    any_target_ipv6_slash_survives: vec(v6_network(), 0..15)
        .prop_map(|networks| TargetIpv6Slash { networks });
    any_ip_stream_location_survives: ip_stream_location();
    any_time_slice_fec_identifier_survives: time_slice_fec_identifier();
}

/// Reads a body as a descriptor; what can be read must be writable again.
fn read_any<D: Descriptor>(body: &[u8]) {
    if let Ok(descriptor) = D::read_body(body) {
        assert!(descriptor.write_body(&mut Vec::new()).is_ok());
    }
}

proptest! {
    #[test]
    fn any_data_carousel_info_survives(info in data_carousel_info()) {
        let selector = info.to_selector().unwrap();
        prop_assert_eq!(selector.len(), 16);
        prop_assert_eq!(DataCarouselInfo::from_selector(&selector), Ok(info));
    }

    #[test]
    fn any_object_carousel_info_survives(
        carousel in data_carousel_info(), names in vec((language(), text(30)), 0..6),
    ) {
        let info = ObjectCarouselInfo { carousel, names };
        let selector = info.to_selector().unwrap();
        prop_assert_eq!(ObjectCarouselInfo::from_selector(&selector), Ok(info));
    }

    #[test]
    fn any_linkage_to_notification_tables_survives(
        platforms in vec((0u32..1 << 24, vec((language(), text(20)), 0..3)), 0..3),
    ) {
        let linkage = IpMacLinkage { platforms };
        let private = linkage.to_private().unwrap();
        prop_assert_eq!(IpMacLinkage::from_private(&private), Ok(linkage));
    }

    #[test]
    fn any_selector_of_ip_streams_survives(
        range in 0u8..8, flags: [bool; 2], sections: u8, private in bytes(20),
        platforms in vec((0u32..1 << 24, any::<u8>(), option::of(0u8..32)), 0..51),
    ) {
        let info = MultiprotocolInfo {
            mac_address_range: range,
            maps_groups: flags[0],
            is_aligned: flags[1],
            max_sections_per_datagram: sections,
        };
        let selector = info.to_selector().unwrap();
        prop_assert_eq!(MultiprotocolInfo::from_selector(&selector), Ok(info));
        let platform = |(platform_id, action_type, version)| NotifiedPlatform {
            platform_id,
            action_type,
            version,
        };
        let platforms = platforms.into_iter().map(platform).collect();
        let info = IpMacNotificationInfo { platforms, private };
        let selector = info.to_selector().unwrap();
        prop_assert_eq!(IpMacNotificationInfo::from_selector(&selector), Ok(info));
    }

    #[test]
    fn any_body_is_read_without_panic(body in bytes(BODY_MAX)) {
        let _ = MultiprotocolInfo::from_selector(&body);
        let _ = IpMacLinkage::from_private(&body);
        let _ = IpMacNotificationInfo::from_selector(&body);
        let _ = ObjectCarouselInfo::from_selector(&body);
        read_any::<IpPlatformName>(&body);
        read_any::<IpPlatformProviderName>(&body);
        read_any::<IpStreamLocation>(&body);
        read_any::<TargetIpAddress>(&body);
        read_any::<TargetIpSlash>(&body);
        read_any::<TargetIpSourceSlash>(&body);
        read_any::<TargetIpv6Slash>(&body);
        read_any::<TargetMacAddress>(&body);
        read_any::<TargetMacRange>(&body);
        read_any::<TimeSliceFecIdentifier>(&body);
        read_any::<NetworkName>(&body);
        read_any::<BouquetName>(&body);
        read_any::<ServiceList>(&body);
        read_any::<Linkage>(&body);
        read_any::<Service>(&body);
        read_any::<SatelliteDeliverySystem>(&body);
        read_any::<S2SatelliteDeliverySystem>(&body);
        read_any::<ShortEvent>(&body);
        read_any::<ExtendedEvent>(&body);
        read_any::<Component>(&body);
        read_any::<StreamIdentifier>(&body);
        read_any::<Content>(&body);
        read_any::<ParentalRating>(&body);
        read_any::<Iso639Language>(&body);
        read_any::<LocalTimeOffset>(&body);
        read_any::<PrivateDataSpecifier>(&body);
        read_any::<DataBroadcast>(&body);
        read_any::<DataBroadcastId>(&body);
        read_any::<AvcVideo>(&body);
        read_any::<HevcVideo>(&body);
        read_any::<Aac>(&body);
        read_any::<Ac3>(&body);
        read_any::<EnhancedAc3>(&body);
        read_any::<Ca>(&body);
        read_any::<Registration>(&body);
        read_any::<MaximumBitrate>(&body);
        read_any::<SmoothingBuffer>(&body);
        read_any::<CarouselIdentifier>(&body);
        read_any::<AssociationTag>(&body);
        let _ = DataCarouselInfo::from_selector(&body);
    }

    #[test]
    fn any_bytes_are_a_loop_or_say_where_it_breaks(bytes in bytes(600)) {
        match DescriptorLoop::parse(&bytes) {
            Ok(descriptors) => prop_assert_eq!(descriptors.into_bytes(), bytes),
            Err(DescriptorError::LoopTruncated { at }) => {
                prop_assert!(DescriptorLoop::parse(&bytes[..at]).is_ok());
                prop_assert!(at < bytes.len());
            }
            Err(error) => prop_assert!(false, "{}", error),
        }
    }
}

#[test]
fn what_does_not_fit_is_refused_by_tag_and_the_loop_is_untouched() {
    let mut descriptors = DescriptorLoop::new();
    let services = vec![(1, ServiceType::DATA); 86];
    let error = descriptors.push(&ServiceList { services }).unwrap_err();
    assert_eq!(error, DescriptorError::TooLong { tag: 0x41, size: 258 });
    let wide = Component {
        stream_content_ext: 15,
        stream_content: 16,
        component_type: 3,
        component_tag: 1,
        language: LanguageCode::CHINESE,
        text: Text::default(),
    };
    let field = FieldError::Range { field: "stream_content" };
    let error = descriptors.push(&wide).unwrap_err();
    assert_eq!(error, DescriptorError::Field { tag: 0x50, error: field });
    assert_eq!(error.to_string(), "descriptor 0x50 has a stream_content out of range");
    assert!(descriptors.is_empty());
}
