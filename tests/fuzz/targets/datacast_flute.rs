//! Packets of FLUTE, FDT instances, and the objects that symbols make.
#![no_main]

use datacast::flute::{FdtInstance, Object, Received, Session, SessionLimits};
use fuzz::pieces;
use libfuzzer_sys::fuzz_target;
use std::collections::BTreeMap;

const OBJECT_SIZE_MAX: u64 = 1 << 16;

fuzz_target!(|data: &[u8]| {
    if let Ok(instance) = FdtInstance::parse(data) {
        let again = FdtInstance::parse(instance.to_xml().as_bytes());
        assert_eq!(again, Ok(instance));
    }
    let limits = SessionLimits { fdt_size_max: OBJECT_SIZE_MAX, fdts_max: 2 };
    let mut session = Session::new(1, limits);
    let mut objects: BTreeMap<u128, Object> = BTreeMap::new();
    for packet in pieces(data) {
        let Received::Symbol { toi, oti: Some(oti), payload, symbol } = session.push(packet) else {
            continue;
        };
        let known = objects.get_mut(&toi).filter(|object| *object.oti() == oti);
        match known {
            Some(object) => drop(object.push(payload, symbol)),
            None => {
                let object = Object::new(oti, OBJECT_SIZE_MAX);
                objects.extend(object.ok().map(|object| (toi, object)));
            }
        }
    }
});
