//! The programmes as two more demultiplexers read them.

use mpeg2ts::pes::{PesPacketReader, ReadPesPacket};
use mpeg2ts::ts::{ReadTsPacket, TsPacketReader};
use mpeg2ts_reader::demultiplex::{
    Demultiplex, DemuxContext, FilterChangeset, FilterRequest, NullPacketFilter, PatPacketFilter,
    PmtPacketFilter,
};
use mpeg2ts_reader::packet_filter_switch;
use mpeg2ts_reader::pes::{
    ElementaryStreamConsumer, PesContents, PesHeader, PesPacketFilter, PtsDts,
};
use std::collections::BTreeMap;
use tests::stretch::{packets, pmt_pids, streams};
use ts::{PacketView, Pid};

/// What a reader says of the PES packets of a stretch: all PTS with their payload bytes, sorted.
pub type Units = Vec<(u64, usize)>;

/// The tables of a stretch, and behind them its PES packets: a reader that starts there knows
/// every stream before it meets it.
pub fn tables_first(bytes: &[u8]) -> Vec<u8> {
    let tables: Vec<Pid> = [Pid::PAT].into_iter().chain(pmt_pids(bytes).into_keys()).collect();
    let of_pes = streams(bytes).into_iter().filter(|(_, stream)| !stream.is_sections());
    let of_pes: Vec<Pid> = of_pes.map(|(pid, _)| pid).collect();
    let chosen = [tables, of_pes].into_iter().flat_map(|pids| {
        packets(bytes).filter(move |packet| {
            let view = PacketView::new(packet);
            pids.contains(&view.pid()) && view.has_payload()
        })
    });
    chosen.flatten().copied().collect()
}

/// Reads what [`tables_first`] gives with `mpeg2ts`: that crate knows tables of one packet, PES
/// packets and nothing else, and no null packets of the form that the standard asks for.
pub fn units_by_mpeg2ts(chosen: &[u8]) -> Units {
    let mut reader = TsPacketReader::new(chosen);
    while reader.read_ts_packet().expect("mpeg2ts reads each packet").is_some() {}

    let mut reader = PesPacketReader::new(TsPacketReader::new(chosen));
    let mut units = Units::new();
    while let Some(unit) = reader.read_pes_packet().expect("mpeg2ts reads each PES packet") {
        let pts = unit.header.pts.expect("each PES packet has a PTS");
        units.push((pts.as_u64(), unit.data.len()));
    }
    units.sort_unstable();
    units
}

packet_filter_switch! {
    Filter<Context> {
        Pat: PatPacketFilter<Context>,
        Pmt: PmtPacketFilter<Context>,
        Pes: PesPacketFilter<Context, Consumer>,
        Null: NullPacketFilter<Context>,
    }
}

/// What the demultiplexer hands its parts: what was read so far.
#[derive(Default)]
pub struct Context {
    changeset: FilterChangeset<Filter>,
    /// By PID: the unit that is being read.
    open: BTreeMap<u16, (u64, usize)>,
    units: Units,
    continuity_errors: u32,
}

impl DemuxContext for Context {
    type F = Filter;

    fn filter_changeset(&mut self) -> &mut FilterChangeset<Filter> {
        &mut self.changeset
    }

    fn construct(&mut self, request: FilterRequest<'_, '_>) -> Filter {
        match request {
            FilterRequest::ByPid(pid) if u16::from(pid) == Pid::PAT.value() => {
                Filter::Pat(PatPacketFilter::default())
            }
            FilterRequest::Pmt { pid, program_number } => {
                Filter::Pmt(PmtPacketFilter::new(pid, program_number))
            }
            FilterRequest::ByStream { stream_info, stream_type, .. } if stream_type.is_pes() => {
                let pid = u16::from(stream_info.elementary_pid());
                Filter::Pes(PesPacketFilter::new(Consumer { pid }))
            }
            _ => Filter::Null(NullPacketFilter::default()),
        }
    }
}

/// Counts the PES packets of one PID.
pub struct Consumer {
    pid: u16,
}

impl ElementaryStreamConsumer<Context> for Consumer {
    fn start_stream(&mut self, _: &mut Context) {}

    fn begin_packet(&mut self, context: &mut Context, header: PesHeader<'_>) {
        let PesContents::Parsed(Some(parsed)) = header.contents() else {
            panic!("PID {:#06x}: a PES packet without its header", self.pid);
        };
        let pts = match parsed.pts_dts() {
            Ok(PtsDts::PtsOnly(Ok(pts)) | PtsDts::Both { pts: Ok(pts), dts: Ok(_) }) => pts.value(),
            other => panic!("PID {:#06x}: time stamps {other:?}", self.pid),
        };
        context.open.insert(self.pid, (pts, parsed.payload().len()));
    }

    fn continue_packet(&mut self, context: &mut Context, data: &[u8]) {
        if let Some((_, size)) = context.open.get_mut(&self.pid) {
            *size += data.len();
        }
    }

    fn end_packet(&mut self, context: &mut Context) {
        context.units.extend(context.open.remove(&self.pid));
    }

    fn continuity_error(&mut self, context: &mut Context) {
        context.continuity_errors += 1;
    }
}

/// Reads any multiplex with `mpeg2ts-reader`, and holds it to unbroken continuity.
pub fn units_by_mpeg2ts_reader(bytes: &[u8]) -> Units {
    let mut context = Context::default();
    let mut demultiplex = Demultiplex::new(&mut context);
    demultiplex.push(&mut context, bytes);
    assert_eq!(context.continuity_errors, 0, "mpeg2ts-reader sees every counter go on");
    let mut units = context.units;
    units.extend(context.open.into_values());
    units.sort_unstable();
    units
}
