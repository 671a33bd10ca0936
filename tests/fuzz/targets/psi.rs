//! PAT and PMT: what is read can be written, and is read the same again.
#![no_main]

use fuzz::section;
use libfuzzer_sys::fuzz_target;
use ts::psi::{Pat, Pmt};
use ts::section::SectionView;

fuzz_target!(|data: &[u8]| {
    let Some(bytes) = section(data) else { return };
    let Ok(view) = SectionView::parse(&bytes) else {
        return;
    };
    if let Ok(pat) = Pat::parse(&view)
        && let Ok(written) = pat.to_section()
    {
        let again = SectionView::parse(&written).expect("what is written is a section");
        assert_eq!(Pat::parse(&again), Ok(pat));
    }
    if let Ok(pmt) = Pmt::parse(&view)
        && let Ok(written) = pmt.to_section()
    {
        let again = SectionView::parse(&written).expect("what is written is a section");
        assert_eq!(Pmt::parse(&again), Ok(pmt));
    }
});
