//! Seeds of the formats of datacasting.

use super::{bundle, framed_plain, save};
use datacast::biop::ObjectCarouselOptions;
use datacast::flute::{FdtFile, FdtInstance, Oti, Transfer};
use datacast::mpe_fec::{FrameOptions, Framer};
use datacast::package::{ChunkSizes, PackageOptions, Packer};
use datacast::udp::Udp;
use datacast::{
    BundleFile, BundleName, Carousel, CarouselOptions, RelativePath, RepairId, Symbol, biop,
};
use fec::{ReedSolomon, Rows};
use std::error::Error;

type Outcome = Result<(), Box<dyn Error>>;

/// Bytes of the CRC of a section, which the targets put there themselves.
const CRC_SIZE: usize = 4;

pub fn save_all() -> Outcome {
    fountain()?;
    objects()?;
    flute()?;
    mpe()?;
    package()?;
    words()
}

/// The descriptor that announces a fountain, and some repair symbols.
fn fountain() -> Outcome {
    let (manifest, _) = bundle()?;
    let options = CarouselOptions { block_size: 40, ..CarouselOptions::default() };
    let carousel = Carousel::with_fountain(&manifest, options, 400)?;
    let fountain = carousel.fountain().ok_or("a fountain")?;
    let dsi = &carousel.control_sections()[0];
    let at = dsi.windows(2).position(|bytes| bytes == [0xf0, 17]).ok_or("an announcement")?;
    let mut pieces = vec![dsi[at..at + 19].to_vec()];
    for id in [20, 70_000] {
        let mut section = Vec::new();
        let repair = RepairId { source_block: 1, id };
        fountain.write_repair(repair, &[id as u8; 40], &mut section);
        section.truncate(section.len() - CRC_SIZE);
        pieces.push(section);
    }
    save("datacast_fountain", "repair", &framed_plain(&pieces))
}

fn objects() -> Outcome {
    let file = |path: &str| -> Result<BundleFile, Box<dyn Error>> {
        Ok(BundleFile { path: RelativePath::new(path)?, bytes: path.as_bytes().to_vec() })
    };
    let files = vec![file("index.html")?, file("a/b.png")?];
    let options = ObjectCarouselOptions { block_size: 4000, ..ObjectCarouselOptions::new(7, 1) };
    let (carousel, blob) = biop::pack(files, options)?;
    let dsi = &carousel.control_sections()[0];
    let mut pieces = vec![dsi[..dsi.len() - CRC_SIZE].to_vec()];
    for block in 0..carousel.blocks() {
        let range = carousel.block_range(block).ok_or("a block")?;
        pieces.push(blob[range.start as usize..range.end as usize].to_vec());
    }
    save("datacast_biop", "carousel", &framed_plain(&pieces))
}

fn flute() -> Outcome {
    let file = b"slides, and slides again".repeat(3);
    let oti = Oti::raptorq(file.len() as u64, 16, 64)?;
    let described = FdtFile {
        toi: 1,
        path: RelativePath::new("a/b.pdf")?,
        content_length: Some(file.len() as u64),
        content_type: Some("application/pdf".to_owned()),
        content_encoding: None,
        oti: Some(oti),
    };
    let instance =
        FdtInstance { expires_unix_s: 2_000_000_000, is_complete: true, files: vec![described] };
    let xml = instance.to_xml();
    save("datacast_flute", "fdt", xml.as_bytes())?;
    let fdt = Transfer::fdt(1, FdtInstance::id_of(&xml), xml.len() as u64, 200)?;
    let mut packets = Vec::new();
    for (transfer, bytes) in [(fdt, xml.as_bytes()), (Transfer::file(1, 1, oti), &file)] {
        for block in 0..transfer.oti().symbols() {
            let payload = transfer.payload_id(Symbol::Source { block }).ok_or("a symbol")?;
            let range = transfer.oti().range(payload).ok_or("a symbol")?;
            let mut symbol = bytes[range.start as usize..range.end as usize].to_vec();
            if transfer.oti().encoding_id() == 6 {
                symbol.resize(16, 0);
            }
            let mut packet = Vec::new();
            transfer.append(payload, &symbol, &mut packet);
            packets.push(packet);
        }
    }
    save("datacast_flute", "session", &framed_plain(&packets))
}

fn mpe() -> Outcome {
    let mut framer = Framer::new(Rows::R256);
    for number in 0..3u8 {
        let udp = Udp {
            source: "10.0.0.1:1".parse()?,
            destination: "239.0.0.1:2".parse()?,
            payload: &[number; 60],
        };
        let mut datagram = Vec::new();
        udp.append(9, &mut datagram)?;
        framer.push(&datagram);
    }
    let options = FrameOptions { mac_low: [0, 1], delta_t: 1, parity_columns: 4 };
    let mut sections = framer.sections(options)?;
    // The second datagram is lost, and comes back.
    sections.remove(1);
    sections.iter_mut().for_each(|section| section.truncate(section.len() - CRC_SIZE));
    save("datacast_mpe", "frame", &[vec![0], framed_plain(&sections)].concat())
}

fn package() -> Outcome {
    let options = PackageOptions {
        name: BundleName::new("maths-7", "Fractions")?,
        serial: 3,
        audiences: Vec::new(),
        group_key: None,
        chunk_sizes: ChunkSizes::new(1024)?,
    };
    let mut packer = Packer::new(options);
    let mut stored = Vec::new();
    let bytes = b"the same words again and again ".repeat(100);
    packer.add(RelativePath::new("a")?, [bytes], |chunk| stored.push(chunk.to_vec()))?;
    let manifest = packer.finish()?;
    stored.insert(0, manifest.to_text().into_bytes());
    save("datacast_package", "package", &framed_plain(&stored))
}

fn words() -> Outcome {
    let code = ReedSolomon::new(16);
    let mut word: Vec<u8> = (0..60).collect();
    let mut parity = [0; 16];
    code.encode(&word, &mut parity);
    word.extend(parity);
    word[7] ^= 0x55;
    save("fec_words", "one-error", &[vec![15, 2, 9, 10], word].concat())
}
