//! A pcap capture as a source: which of its flows is the stream, and where its FEC flows are.

use super::network::Datagram;
use super::recording::Content;
use rtp::pcap::{FileHeader, RECORD_HEADER_SIZE, frame};
use rtp::{Encapsulation, classify};
use std::cmp::Reverse;
use std::collections::{BTreeMap, VecDeque};
use std::io::{self, ErrorKind, Read};
use std::net::SocketAddr;

/// Datagrams that are looked at before a flow is chosen, and their bytes.
const SAMPLE_DATAGRAMS: usize = 4096;
const SAMPLE_BYTES: usize = 16 << 20;

/// A capture of which one flow, with its FEC flows, is read.
#[derive(Debug)]
pub(crate) struct Capture {
    content: Content,
    header: FileHeader,
    /// Datagrams that were read when the flow was chosen.
    sample: VecDeque<(SocketAddr, Vec<u8>)>,
    media: Option<SocketAddr>,
}

/// What is known of a flow of transport packets.
#[derive(Debug)]
struct FlowSeen {
    is_rtp: bool,
    datagrams: u64,
    order: usize,
}

impl Capture {
    /// Reads ahead until a flow can be chosen: of those with transport packets one in RTP before
    /// one in plain UDP, then the one with the most datagrams, then the first.
    pub(crate) fn open(content: Content, header: FileHeader) -> io::Result<Capture> {
        let mut capture = Capture { content, header, sample: VecDeque::new(), media: None };
        while capture.media.is_none() {
            capture.sample.clear();
            let is_ended = capture.take_sample()?;
            capture.media = busiest(&capture.sample);
            if is_ended {
                break;
            }
        }
        Ok(capture)
    }

    /// The next datagram of the stream or its FEC flows; `None` at the end.
    pub(crate) fn next(&mut self) -> io::Result<Option<Datagram>> {
        let Some(media) = self.media else {
            return Ok(None);
        };
        loop {
            let Some((to, payload)) = self.datagram()? else {
                return Ok(None);
            };
            if to == media {
                return Ok(Some(Datagram::Media(payload)));
            }
            let offset = to.port().checked_sub(media.port());
            if to.ip() == media.ip() && matches!(offset, Some(2 | 4)) {
                return Ok(Some(Datagram::Fec(payload)));
            }
        }
    }

    fn datagram(&mut self) -> io::Result<Option<(SocketAddr, Vec<u8>)>> {
        match self.sample.pop_front() {
            Some(datagram) => Ok(Some(datagram)),
            None => self.read_datagram(),
        }
    }

    /// Returns whether the capture has ended.
    fn take_sample(&mut self) -> io::Result<bool> {
        let mut bytes = 0;
        while self.sample.len() < SAMPLE_DATAGRAMS && bytes < SAMPLE_BYTES {
            let Some((to, payload)) = self.read_datagram()? else {
                return Ok(true);
            };
            bytes += payload.len();
            self.sample.push_back((to, payload));
        }
        Ok(false)
    }

    /// The next UDP datagram. A capture that was cut ends with its last whole record, and so does
    /// one behind whose damage no record can be found.
    fn read_datagram(&mut self) -> io::Result<Option<(SocketAddr, Vec<u8>)>> {
        loop {
            let mut record = [0; RECORD_HEADER_SIZE];
            if !fill(&mut self.content, &mut record)? {
                return Ok(None);
            }
            let Ok(record) = self.header.record(&record) else {
                return Ok(None);
            };
            let mut bytes = vec![0; record.captured_len];
            if !fill(&mut self.content, &mut bytes)? {
                return Ok(None);
            }
            if let Some(datagram) = frame::udp(self.header.link_type, &bytes) {
                return Ok(Some((datagram.destination, datagram.payload.to_vec())));
            }
        }
    }
}

fn busiest(sample: &VecDeque<(SocketAddr, Vec<u8>)>) -> Option<SocketAddr> {
    let mut flows: BTreeMap<SocketAddr, FlowSeen> = BTreeMap::new();
    for (to, payload) in sample {
        let is_rtp = match classify(payload) {
            Encapsulation::Rtp(packet) => {
                if !packet.payload().is_some_and(rtp::header::is_transport_payload) {
                    continue;
                }
                true
            }
            Encapsulation::Udp(_) => false,
            Encapsulation::Unknown => continue,
        };
        let order = flows.len();
        let flow = flows.entry(*to).or_insert(FlowSeen { is_rtp, datagrams: 0, order });
        flow.datagrams += 1;
    }
    let rank = |flow: &FlowSeen| (flow.is_rtp, flow.datagrams, Reverse(flow.order));
    let best = flows.iter().max_by_key(|(_, flow)| rank(flow));
    best.map(|(address, _)| *address)
}

/// Fills a buffer; returns whether there was enough.
fn fill(content: &mut impl Read, buffer: &mut [u8]) -> io::Result<bool> {
    match content.read_exact(buffer) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}
