//! Tables and descriptors of EN 300 468.
#![no_main]

use fuzz::section;
use libfuzzer_sys::fuzz_target;
use si::descriptor::*;
use si::table::{Bat, Cat, EitSection, Int, Nit, Sdt, Tdt, Tot};
use ts::section::SectionView;

fuzz_target!(|data: &[u8]| {
    descriptors(data);
    let _ = Tdt::parse(data);
    let _ = Tot::parse(data);
    let Some(bytes) = section(data) else { return };
    let _ = Tot::parse(&bytes);
    let Ok(view) = SectionView::parse(&bytes) else {
        return;
    };
    let _ = Bat::parse(&view);
    let _ = Cat::parse(&view);
    if let Ok(int) = Int::parse(&view) {
        for entry in &int.entries {
            descriptors(entry.targets.as_bytes());
            descriptors(entry.operations.as_bytes());
        }
    }
    let _ = Nit::parse(&view);
    let _ = Sdt::parse(&view);
    if let Ok(eit) = EitSection::parse(&view) {
        for event in &eit.events {
            descriptors(event.descriptors.as_bytes());
        }
    }
});

/// Reads each descriptor of a loop as what it is.
fn descriptors(bytes: &[u8]) {
    let Ok(descriptors) = DescriptorLoop::parse(bytes) else {
        return;
    };
    if let Some(Ok(broadcast)) = descriptors.first::<DataBroadcast>() {
        let _ = DataCarouselInfo::from_selector(&broadcast.selector);
        let _ = ObjectCarouselInfo::from_selector(&broadcast.selector);
        let _ = MultiprotocolInfo::from_selector(&broadcast.selector);
        let _ = IpMacNotificationInfo::from_selector(&broadcast.selector);
    }
    if let Some(Ok(linkage)) = descriptors.first::<Linkage>() {
        let _ = IpMacLinkage::from_private(&linkage.private);
    }
    macro_rules! read {
        ($($kind:ident)*) => { $( let _ = descriptors.all::<$kind>().count(); )* };
    }
    read!(
        Aac Ac3 AssociationTag AvcVideo BouquetName Ca CarouselIdentifier Component Content
        DataBroadcastId EnhancedAc3 ExtendedEvent HevcVideo IpPlatformName IpPlatformProviderName
        IpStreamLocation Iso639Language Linkage LocalTimeOffset
        MaximumBitrate NetworkName ParentalRating PrivateDataSpecifier Registration
        S2SatelliteDeliverySystem SatelliteDeliverySystem Service ServiceList ShortEvent
        SmoothingBuffer StreamIdentifier TargetIpAddress TargetIpSlash TargetIpSourceSlash
        TargetIpv6Slash TargetMacAddress TargetMacRange TimeSliceFecIdentifier
    );
}
