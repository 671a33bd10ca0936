//! The whole receiving site: datagrams on all ports and pieces of a recorded stream.
#![no_main]

use fuzz::pieces;
use libfuzzer_sys::fuzz_target;
use receiver::{Event, Limits, Site};

fuzz_target!(|data: &[u8]| {
    let limits = Limits { spool_bytes_max: 1 << 20, modules_max: 64, ..Limits::default() };
    let mut site = Site::new(limits);
    for piece in pieces(data) {
        match piece {
            [0, datagram @ ..] => site.push_fec(datagram),
            [1, datagram @ ..] => site.push_media(datagram),
            [_, bytes @ ..] => site.push_stream(bytes),
            [] => site.flush(),
        }
        drain(&mut site);
    }
    site.flush();
    drain(&mut site);
    site.report();
});

fn drain(site: &mut Site) {
    while let Some(event) = site.poll() {
        match event {
            Event::FileReady(job) => site.file_result(job.version, job.file, true),
            Event::Decode(job) => {
                let block = vec![0; usize::from(job.block.shape.symbol_size())];
                site.decoded_block(job.version, job.block.first_block, &block);
                site.decode_result(job.version, job.block.number, job.symbols.len() % 2 == 0);
            }
            _ => {}
        }
    }
}
