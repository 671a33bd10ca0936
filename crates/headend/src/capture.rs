//! A capture of all flows of a multiplex, as they would be on the wire.

use crate::config::Output;
use crate::exit::{Code, Failure};
use crate::lineup::Lineup;
use crate::progress;
use crate::render;
use crate::seal::Sealer;
use crate::when;
use rtp::pcap::{Flow, file_header, unix_ns, write_record};
use rtp::{DATAGRAM_SIZE, Direction, HEADER_SIZE, RepairPackets};
use std::net::SocketAddr;
use ts::Ticks;
use uplink::{Carriage, Interface};

/// The port that datagrams of a capture come from.
const SOURCE_PORT: u16 = 5000;

/// The flows of a multiplex.
#[derive(Debug)]
pub struct Capture {
    flows: Vec<(Flow, Carriage)>,
    sealer_matrix: Option<fec::Matrix>,
}

impl Capture {
    /// The flows of these outputs.
    pub fn new(outputs: &[Output]) -> Result<Capture, Failure> {
        let mut flows = Vec::new();
        for output in outputs {
            let config = output.to_uplink();
            let source = source_address(&config);
            let flow = Flow::new(source, config.destination, config.ttl, config.dscp);
            let wrong = || {
                let name = &config.name;
                Failure::new(Code::Config, format!("output {name}: mixed address families"))
            };
            flows.push((flow.ok_or_else(wrong)?, config.carriage));
        }
        let sealer_matrix = outputs.iter().find_map(|o| o.matrix());
        Ok(Capture { flows, sealer_matrix })
    }

    /// Writes the file header and every datagram that is due in `[from, until)`, in order of time.
    pub fn write(
        &self,
        lineup: &Lineup,
        from: Ticks,
        until: Ticks,
        take: &mut dyn FnMut(&[u8]) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        take(&file_header())?;
        let mut frames = render::superframes(lineup.grid(), from, until);
        // The last repair packets of the superframe before are due in the first one.
        frames.start = frames.start.saturating_sub(1);
        let mut sealer =
            Sealer::new(lineup.at(frames.start).engine.multiplex(), self.sealer_matrix);
        let bar = progress::bytes((frames.end - frames.start) * 1316, "capturing");
        let leap_s = when::tai_minus_utc_s(from);
        let mut records = Vec::new();
        render::render(lineup, frames, HEADER_SIZE, |frame| {
            let repairs = sealer
                .seal(frame.superframe, &mut frame.datagrams)
                .map_err(|e| Failure::new(Code::Config, e))?;
            let first = lineup.grid().first_datagram(frame.superframe);
            records.clear();
            let media = frame.datagrams.chunks_exact(DATAGRAM_SIZE);
            let media = (first..).zip(media).map(|(i, d)| (sealer.stream().due(i), d));
            self.merge(media, &repairs, from..until, leap_s, &mut records);
            bar.inc(1316);
            take(&records)
        })?;
        bar.finish_and_clear();
        Ok(())
    }

    /// Writes media and repair packets of one superframe in order of due time.
    fn merge<'a>(
        &self,
        media: impl Iterator<Item = (Ticks, &'a [u8])>,
        repairs: &RepairPackets,
        window: std::ops::Range<Ticks>,
        leap_s: u32,
        out: &mut Vec<u8>,
    ) {
        let mut repairs = repairs.iter().peekable();
        let mut media = media.peekable();
        loop {
            let repair_first = match (media.peek(), repairs.peek()) {
                (None, None) => break,
                (Some((due, _)), Some(repair)) => repair.due < *due,
                (None, Some(_)) => true,
                (Some(_), None) => false,
            };
            if repair_first {
                let Some(repair) = repairs.next() else { break };
                if window.contains(&repair.due) {
                    let offset = if repair.direction == Direction::Column { 2 } else { 4 };
                    for (flow, carriage) in &self.flows {
                        let flow = flow.with_port_offset(offset);
                        if let (Carriage::RtpFec, Some(flow)) = (carriage, flow) {
                            write_record(out, unix_ns(repair.due, leap_s), &flow, repair.bytes);
                        }
                    }
                }
            } else if let Some((due, datagram)) = media.next()
                && window.contains(&due)
            {
                for (flow, carriage) in &self.flows {
                    let skip = if *carriage == Carriage::Udp { HEADER_SIZE } else { 0 };
                    write_record(out, unix_ns(due, leap_s), flow, &datagram[skip..]);
                }
            }
        }
    }
}

/// The address that an output sends from, as far as the configuration tells it.
fn source_address(output: &uplink::OutputConfig) -> SocketAddr {
    let unspecified = match output.destination {
        SocketAddr::V4(_) => "127.0.0.1",
        SocketAddr::V6(_) => "::1",
    };
    match &output.interface {
        Some(Interface::Address(address)) => SocketAddr::new(*address, SOURCE_PORT),
        _ => SocketAddr::new(unspecified.parse().expect("an address"), SOURCE_PORT),
    }
}
