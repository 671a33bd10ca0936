//! Writes the seeds that are made by the project's own writers into the corpora:
//!
//!     cargo run --manifest-path tests/fuzz/Cargo.toml --example seeds
//!
//! The other files of the corpora were found by fuzzing, or are short streams of other encoders.

#[path = "seeds/datacasts.rs"]
mod datacasts;

use std::error::Error;
use std::fs;
use std::path::Path;

use datacast::{BundleFile, BundleName, Carousel, CarouselOptions, RelativePath, pack};
use fec::Matrix;
use rtp::pcap::{Flow, file_header, write_record};
use rtp::{DATAGRAM_PACKETS, DATAGRAM_SIZE, HEADER_SIZE, MediaStream, Protector};
use ts::psi::{Pat, Pmt, PmtStream, StreamType};
use ts::section::packetise;
use ts::{NULL_PACKET, PACKET_SIZE, Packet, Pid, Rate, SlotGrid};

const PMT_PID: u16 = 0x100;
const CAROUSEL_PID: u16 = 0x200;

fn main() -> Result<(), Box<dyn Error>> {
    let (manifest, blob) = bundle()?;
    save("datacast_manifest", "bundle", manifest.bytes())?;
    let options = CarouselOptions { block_size: 400, ..CarouselOptions::default() };
    let sections = carousel(&Carousel::new(&manifest, options)?, &blob)?;
    for (number, section) in sections.iter().enumerate() {
        let fields = &section[..section.len() - 4];
        save("datacast_messages", &format!("message-{number}"), fields)?;
    }
    let packets = stream(&sections)?;
    let bytes = packets.as_flattened();
    save("ts_sections", "carousel", bytes)?;
    save("receiver_site", "recording", &framed([(2, bytes)]))?;
    let (media, repair) = datagrams(&packets)?;
    let sent = media.iter().map(|bytes| (1, &bytes[..]));
    let sent = framed(sent.chain(repair.iter().map(|bytes| (0, &bytes[..]))));
    save("receiver_site", "datagrams", &sent)?;
    save("rtp_receive", "whole", &sent)?;
    let kept = media.iter().enumerate().filter(|(number, _)| number % 5 != 2);
    let kept = kept.map(|(_, bytes)| (1, &bytes[..]));
    let lossy = framed(kept.chain(repair.iter().map(|bytes| (0, &bytes[..]))));
    save("rtp_receive", "losses", &lossy)?;
    save("verify_datagrams", "losses", &lossy)?;
    save("capture", "datagrams", &capture(&media[..4])?)?;
    datacasts::save_all()
}

fn save(target: &str, name: &str, bytes: &[u8]) -> Result<(), Box<dyn Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target);
    fs::create_dir_all(&folder)?;
    Ok(fs::write(folder.join(name), bytes)?)
}

fn bundle() -> Result<(datacast::Manifest, Vec<u8>), Box<dyn Error>> {
    let file = |path: &str, bytes: &[u8]| -> Result<BundleFile, Box<dyn Error>> {
        Ok(BundleFile { path: RelativePath::new(path)?, bytes: bytes.to_vec() })
    };
    let files = vec![
        file("index.html", b"<p>slides</p>")?,
        file("data/harvest.csv", &b"week,kilograms\n1,12\n".repeat(60))?,
        file("empty", b"")?,
    ];
    Ok(pack(BundleName::new("worksheets", "Worksheets")?, files, 700)?)
}

fn carousel(carousel: &Carousel, blob: &[u8]) -> Result<Vec<Vec<u8>>, Box<dyn Error>> {
    let mut sections = carousel.control_sections().to_vec();
    for block in 0..carousel.blocks() {
        let range = carousel.block_range(block).ok_or("every block has a range")?;
        let mut section = Vec::new();
        let payload = &blob[range.start as usize..range.end as usize];
        carousel.write_ddb(block, payload, &mut section)?;
        sections.push(section);
    }
    Ok(sections)
}

/// PAT, PMT and carousel.
fn stream(sections: &[Vec<u8>]) -> Result<Vec<Packet>, Box<dyn Error>> {
    let pid = |value| Pid::new(value).ok_or("the PID has 13 bits");
    let programs = vec![(1, pid(PMT_PID)?)];
    let pat = Pat { transport_stream_id: 1, version: 0, programs }.to_section()?;
    let carousel = PmtStream {
        stream_type: StreamType::DSMCC_UN,
        pid: pid(CAROUSEL_PID)?,
        // data_broadcast_id_descriptor: a data carousel.
        descriptors: vec![0x66, 2, 0x00, 0x06],
    };
    let pmt = Pmt {
        program_number: 1,
        version: 0,
        pcr_pid: pid(0x1fff)?,
        descriptors: Vec::new(),
        streams: vec![carousel],
    };
    let mut packets = Vec::new();
    packetise(pid(0)?, 0, &[&pat], &mut packets);
    packetise(pid(PMT_PID)?, 0, &[&pmt.to_section()?], &mut packets);
    let sections: Vec<&[u8]> = sections.iter().map(Vec::as_slice).collect();
    packetise(pid(CAROUSEL_PID)?, 0, &sections, &mut packets);
    Ok(packets)
}

/// One matrix of datagrams with these packets, and its repair packets.
fn datagrams(packets: &[Packet]) -> Result<(Vec<Vec<u8>>, Vec<Vec<u8>>), Box<dyn Error>> {
    let rate = Rate::new(8_446_000, 1).ok_or("the rate is not zero")?;
    let stream = MediaStream { grid: SlotGrid::new(rate), ssrc: 0x6865_6164 };
    let matrix = Matrix::new(4, 4, true)?;
    let mut bytes = Vec::new();
    for index in 0..matrix.packets() {
        let mut header = [0; HEADER_SIZE];
        stream.write_header(index as u64, &mut header);
        bytes.extend_from_slice(&header);
        for slot in index * DATAGRAM_PACKETS..(index + 1) * DATAGRAM_PACKETS {
            bytes.extend_from_slice(packets.get(slot).unwrap_or(&NULL_PACKET));
        }
    }
    let repair = Protector { stream, matrix }.protect(0, &bytes)?;
    let repair = repair.iter().map(|packet| packet.bytes.to_vec()).collect();
    Ok((bytes.chunks(DATAGRAM_SIZE).map(<[u8]>::to_vec).collect(), repair))
}

fn capture(datagrams: &[Vec<u8>]) -> Result<Vec<u8>, Box<dyn Error>> {
    let flow = Flow::new("10.0.0.1:5004".parse()?, "239.255.42.1:5004".parse()?, 16, 34);
    let flow = flow.ok_or("the addresses are of one family")?;
    let mut out = file_header().to_vec();
    for (number, datagram) in datagrams.iter().enumerate() {
        write_record(&mut out, 1_800_000_000_000_000_000 + number as u64, &flow, datagram);
    }
    Ok(out)
}

/// The form that `fuzz::pieces` takes apart: a length, then a port, then the bytes.
fn framed<'a>(pieces: impl IntoIterator<Item = (u8, &'a [u8])>) -> Vec<u8> {
    const PIECE_MAX: usize = 200 * PACKET_SIZE;
    let mut out = Vec::new();
    for (port, bytes) in pieces {
        for part in bytes.chunks(PIECE_MAX) {
            out.extend_from_slice(&(part.len() as u16 + 1).to_be_bytes());
            out.push(port);
            out.extend_from_slice(part);
        }
    }
    out
}

/// The same without ports.
fn framed_plain(pieces: &[Vec<u8>]) -> Vec<u8> {
    pieces
        .iter()
        .flat_map(|piece| [&(piece.len() as u16).to_be_bytes(), &piece[..]].concat())
        .collect()
}
