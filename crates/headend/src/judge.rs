//! Feeding the verifier from a file, a capture, or what is being rendered.

use rtp::pcap::{FileHeader, LinkType, RECORD_HEADER_SIZE, frame};
use serde::Serialize;
use std::fmt;
use std::io::{self, Read};
use ts::Rate;
use verify::fec::{FecReport, FecVerifier};
use verify::rtp::{RtpOptions, RtpReport, RtpVerifier};
use verify::{Options, Report, Verifier};

/// What was found.
#[derive(Debug, Serialize)]
pub struct Verdict {
    /// The transport stream.
    pub stream: Report,
    /// The RTP datagrams, of a capture.
    pub rtp: Option<RtpReport>,
    /// The repair packets, of a capture that has any.
    pub fec: Option<FecReport>,
}

impl Verdict {
    /// Whether nothing is wrong.
    pub fn is_conformant(&self) -> bool {
        self.stream.is_conformant()
            && self.rtp.as_ref().is_none_or(|r| r.conformant)
            && self.fec.as_ref().is_none_or(|r| r.conformant)
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.stream)?;
        if let Some(rtp) = &self.rtp {
            let state = if rtp.conformant { "conformant" } else { "NOT conformant" };
            writeln!(f, "\nRTP: {state}, {} datagrams", rtp.datagrams)?;
            for finding in &rtp.findings {
                writeln!(
                    f,
                    "    {:?} at packet {}: {}",
                    finding.check, finding.place.packet, finding.what
                )?;
            }
        }
        if let Some(fec) = &self.fec {
            let state = if fec.conformant { "conformant" } else { "NOT conformant" };
            let FecReport { columns, rows, matching, unjudged, .. } = fec;
            writeln!(
                f,
                "FEC: {state}, {columns} columns, {rows} rows, {matching} match, {unjudged} of media before the capture"
            )?;
            for finding in &fec.findings {
                writeln!(
                    f,
                    "    {:?} at packet {}: {}",
                    finding.check, finding.place.packet, finding.what
                )?;
            }
        }
        Ok(())
    }
}

/// Judges a transport stream or a capture, told apart by how they begin.
pub fn stream(
    input: &mut dyn Read,
    rate: Option<Rate>,
    mut progress: impl FnMut(u64),
) -> io::Result<Verdict> {
    let mut head = [0; 24];
    let got = read_up_to(input, &mut head)?;
    if let Ok(header) = FileHeader::parse(&head)
        && got == head.len()
    {
        return capture(header, input, rate, progress);
    }
    let mut verifier = Verifier::new(Options { rate, ..Options::default() });
    verifier.push(&head[..got]);
    let mut buffer = vec![0; 1 << 20];
    loop {
        let got = input.read(&mut buffer)?;
        if got == 0 {
            break;
        }
        verifier.push(&buffer[..got]);
        progress(got as u64);
    }
    Ok(Verdict { stream: verifier.finish(), rtp: None, fec: None })
}

/// Judges the first media flow of a capture and the FEC flows beside it.
fn capture(
    header: FileHeader,
    input: &mut dyn Read,
    rate: Option<Rate>,
    mut progress: impl FnMut(u64),
) -> io::Result<Verdict> {
    let mut flows = Flows::new(header.link_type, rate);
    let mut bytes = Vec::new();
    let mut head = [0; RECORD_HEADER_SIZE];
    while read_up_to(input, &mut head)? == head.len() {
        let record =
            header.record(&head).map_err(|e| io::Error::new(io::ErrorKind::InvalidData, e))?;
        bytes.resize(record.captured_len, 0);
        if read_up_to(input, &mut bytes)? < bytes.len() {
            break;
        }
        progress((RECORD_HEADER_SIZE + bytes.len()) as u64);
        flows.push(record.unix_ns, &bytes);
    }
    Ok(flows.finish())
}

struct Flows {
    link_type: LinkType,
    media: Option<(std::net::SocketAddr, bool)>,
    stream: Verifier,
    rtp: Option<RtpVerifier>,
    fec: FecVerifier,
    repairs: u64,
}

impl Flows {
    fn new(link_type: LinkType, rate: Option<Rate>) -> Flows {
        let rtp = rate.map(|rate| RtpVerifier::new(RtpOptions::new(rate)));
        let stream = Verifier::new(Options { rate, ..Options::default() });
        Flows { link_type, media: None, stream, rtp, fec: FecVerifier::new(20), repairs: 0 }
    }

    fn push(&mut self, unix_ns: u64, frame_bytes: &[u8]) {
        let Some(datagram) = frame::udp(self.link_type, frame_bytes) else { return };
        let payload = datagram.payload;
        if self.media.is_none() {
            match rtp::classify(payload) {
                rtp::Encapsulation::Rtp(_) => self.media = Some((datagram.destination, true)),
                rtp::Encapsulation::Udp(_) => self.media = Some((datagram.destination, false)),
                _ => return,
            }
        }
        let Some((media, is_rtp)) = self.media else { return };
        if datagram.destination.ip() != media.ip() {
            return;
        }
        let ticks = (u128::from(unix_ns) * 27 / 1000) as u64;
        match datagram.destination.port().wrapping_sub(media.port()) {
            0 if is_rtp => {
                self.fec.push_media(payload);
                let packets = match &mut self.rtp {
                    Some(rtp) => rtp.push(ticks, payload),
                    None => payload.get(rtp::HEADER_SIZE..).unwrap_or(&[]),
                };
                self.stream.push(packets);
            }
            0 => self.stream.push(payload),
            2 | 4 if is_rtp => {
                self.repairs += 1;
                self.fec.push_repair(ticks, payload);
            }
            _ => {}
        }
    }

    fn finish(self) -> Verdict {
        Verdict {
            stream: self.stream.finish(),
            rtp: self.rtp.map(RtpVerifier::finish),
            fec: (self.repairs > 0).then(|| self.fec.finish()),
        }
    }
}

fn read_up_to(input: &mut dyn Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut got = 0;
    while got < buffer.len() {
        match input.read(&mut buffer[got..]) {
            Ok(0) => break,
            Ok(n) => got += n,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(got)
}
