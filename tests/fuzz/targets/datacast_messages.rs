//! Download messages of data carousels: DSI, DII and DDB.
#![no_main]

use datacast::{Message, ModuleDescriptors};
use fuzz::section;
use libfuzzer_sys::fuzz_target;
use ts::section::SectionView;

fuzz_target!(|data: &[u8]| {
    let Some(bytes) = section(data) else { return };
    let Ok(view) = SectionView::parse(&bytes) else {
        return;
    };
    match Message::parse(view) {
        Ok(Message::Dii(dii)) => {
            for module in &dii.modules {
                ModuleDescriptors::parse(module.descriptors);
            }
        }
        Ok(Message::Dsi(_) | Message::Ddb(_)) | Err(_) => {}
    }
});
