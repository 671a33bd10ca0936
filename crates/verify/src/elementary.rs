//! One elementary stream: its PES packets, its time stamps, its way through the target decoder.

use crate::check::Check;
use crate::clock::Clock;
use crate::findings::{Findings, Measure, Place, ticks_to_ns};
use crate::report::BufferFigures;
use crate::stamps::{Stamped, Stamps};
use crate::tstd::{
    Delay, MainBuffer, Model, Passage, TransportBuffer, audio_model, private_model, video_model,
};
use crate::units_audio::{AudioWalk, Framing};
use crate::units_video::VideoWalk;
use es::{Codec, VideoFacts};
use ts::pes::PesHeader;
use ts::psi::{PmtStream, descriptors};
use ts::{PacketView, TICKS_PER_SECOND};

/// How access units are found.
#[derive(Clone, Debug)]
enum Walk {
    Video(Box<VideoWalk>),
    Audio(AudioWalk),
    /// One access unit in each PES packet.
    Packets,
}

/// An elementary stream.
#[derive(Clone, Debug)]
pub(crate) struct Elementary {
    pid: u16,
    stream: PmtStream,
    clock_pid: u16,
    walk: Walk,
    stamps: Stamps,
    model: Option<Model>,
    model_known: bool,
    transport: Option<TransportBuffer>,
    main: Option<MainBuffer>,
    /// The decoding time that the next access unit takes from the PES header.
    pending: Option<u64>,
    /// The last decoding time, and by how much the next one follows without a time stamp.
    last_decode: u64,
    unit_ticks: u64,
    max_residence: u64,
}

/// Whether a stream is one of subtitles or teletext (EN 300 468 clauses 6.2.32, 6.2.42, 6.2.43).
pub(crate) fn is_sparse(stream: &PmtStream) -> bool {
    descriptors(&stream.descriptors).any(|(tag, _)| matches!(tag, 0x46 | 0x56 | 0x59))
}

impl Elementary {
    /// The stream as its PMT describes it; `None` when it does not come in PES packets.
    pub(crate) fn new(stream: &PmtStream, clock_pid: u16, now: u64) -> Option<Elementary> {
        let kind = stream.stream_type.0;
        if !is_pes(kind) {
            return None;
        }
        let tags = || descriptors(&stream.descriptors).map(|(tag, _)| tag);
        let walk = walk_of(kind, tags());
        let model = match kind {
            0x01 | 0x02 | 0x1b | 0x24 => Some(video_model(kind, None)),
            0x03 | 0x04 | 0x0f | 0x11 => Some(audio_model(kind, None)),
            _ => private_model(descriptors(&stream.descriptors)),
        };
        let pid = stream.pid.value();
        let regular = model.is_some() && !is_sparse(stream);
        Some(Elementary {
            pid,
            stream: stream.clone(),
            clock_pid,
            model_known: !matches!(walk, Walk::Video(_)),
            walk,
            stamps: Stamps::new(pid, regular),
            transport: model.map(|m| TransportBuffer::new(m.tb_bytes, m.rx_bps, now)),
            model,
            main: None,
            pending: None,
            last_decode: 0,
            unit_ticks: 0,
            max_residence: 0,
        })
    }

    /// Whether this is the stream that a PMT describes now.
    pub(crate) fn is(&self, stream: &PmtStream, clock_pid: u16) -> bool {
        let same = self.stream.pid == stream.pid && self.stream.stream_type == stream.stream_type;
        same && self.clock_pid == clock_pid
    }

    /// The PID of its clock.
    pub(crate) const fn clock_pid(&self) -> u16 {
        self.clock_pid
    }

    /// A packet of the stream arrives. `repeated` packets stop in the transport buffer.
    pub(crate) fn packet(
        &mut self,
        view: PacketView<'_>,
        repeated: bool,
        clock: Option<&Clock>,
        place: Place,
        findings: &mut Findings,
    ) {
        let now = place.time_ticks;
        let passage = match &mut self.transport {
            Some(transport) => transport.arrive(now),
            None => Passage {
                first_out: now,
                last_out: now,
                overflow_bytes: None,
                never_empty_ticks: None,
            },
        };
        self.judge_transport(passage, place, findings);
        let payload = view.payload();
        if repeated || payload.is_empty() || view.scrambling() != 0 {
            return;
        }
        let mut header_bytes = 0;
        if view.unit_start() {
            match PesHeader::parse(payload) {
                Ok((header, size)) => {
                    header_bytes = size.min(payload.len());
                    self.begin_packet(&header, clock, place, findings);
                }
                Err(error) => {
                    let measure = Measure::count(0, 1);
                    findings.error(Check::PesSyntax, place, Some(self.pid), measure, || {
                        error.to_string()
                    });
                }
            }
        }
        if self.main.is_some() {
            self.fill(payload, header_bytes, passage, place, findings);
        }
    }

    /// No packet has come for a while: what is due is decoded, what is missing is told.
    pub(crate) fn wait(&mut self, place: Place, findings: &mut Findings) {
        self.stamps.wait(place, findings);
        if let Some(main) = &mut self.main {
            main.advance(place.time_ticks);
            self.judge_main(None, place, findings);
        }
    }

    /// What was measured.
    pub(crate) fn figures(&self) -> BufferFigures {
        let main = self.main.as_ref().map(MainBuffer::figures).unwrap_or_default();
        let transport = self.transport.as_ref();
        let multiplexing = self.model.and_then(|model| model.multiplexing);
        BufferFigures {
            pid: self.pid,
            stream_type: self.stream.stream_type.0,
            model_known: self.model_known,
            tb_max_bytes: transport.map_or(0, TransportBuffer::max_fill_bytes),
            tb_size_bytes: transport.map_or(0, TransportBuffer::size_bytes),
            mb_max_bytes: main.max_multiplexing_bytes,
            mb_size_bytes: multiplexing.map_or(0, |mb| mb.size_bits / 8),
            main_max_bytes: main.max_fill_bytes,
            main_size_bytes: self.model.map_or(0, |model| model.main_bits / 8),
            min_margin_ns: main.min_margin_ticks.map(ticks_to_ns),
            max_residence_ns: ticks_to_ns(self.max_residence as i64) as u64,
            units: main.units,
            pts_interval_max_ns: ticks_to_ns(self.stamps.interval_max() as i64) as u64,
            decode_lead_min_ns: self.stamps.lead_min().map(ticks_to_ns),
        }
    }

    fn begin_packet(
        &mut self,
        header: &PesHeader,
        clock: Option<&Clock>,
        place: Place,
        findings: &mut Findings,
    ) {
        let now = place.time_ticks;
        let decode = header.dts.or(header.pts);
        let decode_ticks = decode.zip(clock).map(|(stamp, clock)| clock.stream_time(stamp, now));
        if let Some(pts) = header.pts {
            let stamped = Stamped { pts, dts: header.dts, decode_ticks };
            let discontinuities = clock.map_or(0, Clock::time_bases);
            self.stamps.take(stamped, discontinuities, place, findings);
        }
        match &mut self.walk {
            Walk::Video(walk) => {
                if walk.begin_packet(decode_ticks.is_some()) {
                    let facts = walk.facts().copied();
                    self.take_headers(facts);
                }
            }
            Walk::Audio(walk) => walk.begin_packet(),
            Walk::Packets => {}
        }
        self.pending = decode_ticks;
        if let (None, Some(model), Some(_)) = (&self.main, &self.model, decode_ticks) {
            self.main = Some(MainBuffer::new(model, now));
        }
    }

    fn take_headers(&mut self, facts: Option<VideoFacts>) {
        let Some(facts) = facts else {
            return;
        };
        if let Some(duration) = facts.frame_duration {
            self.unit_ticks = duration.ticks_of(1);
        }
        self.set_model(video_model(self.stream.stream_type.0, Some(&facts)));
    }

    fn set_model(&mut self, model: Model) {
        self.model_known = true;
        if self.model == Some(model) {
            return;
        }
        self.model = Some(model);
        if let Some(transport) = &mut self.transport {
            transport.set_model(model.tb_bytes, model.rx_bps);
        }
        if let Some(main) = &mut self.main {
            main.set_model(&model);
        }
    }

    /// Cuts the payload into access units and lets it into the main buffer.
    fn fill(
        &mut self,
        payload: &[u8],
        header_bytes: usize,
        passage: Passage,
        place: Place,
        findings: &mut Findings,
    ) {
        let mut walk = core::mem::replace(&mut self.walk, Walk::Packets);
        let flooded = match &mut walk {
            Walk::Video(walk) => {
                self.fill_video(walk, payload, header_bytes, passage, place, findings)
            }
            Walk::Audio(walk) => {
                self.fill_audio(walk, payload, header_bytes, passage, place, findings)
            }
            Walk::Packets => {
                self.begin_pending(place, findings);
                self.arrive(payload.len(), passage)
            }
        };
        self.walk = walk;
        self.judge_main(flooded, place, findings);
    }

    fn fill_video(
        &mut self,
        walk: &mut VideoWalk,
        payload: &[u8],
        header_bytes: usize,
        passage: Passage,
        place: Place,
        findings: &mut Findings,
    ) -> Option<u64> {
        let body = &payload[header_bytes..];
        self.begin_pending(place, findings);
        if let Some(main) = self.main.as_mut().filter(|_| header_bytes > 0) {
            main.header(header_bytes as u64);
        }
        let mut done = 0;
        let mut flooded = None;
        let changed = walk.scan(body, |at| {
            flooded = flooded.or(self.arrive(at - done, passage));
            done = at;
            self.begin_unstamped(place, findings);
        });
        flooded = flooded.or(self.arrive(body.len() - done, passage));
        if changed {
            self.take_headers(walk.facts().copied());
        }
        flooded
    }

    fn fill_audio(
        &mut self,
        walk: &mut AudioWalk,
        payload: &[u8],
        header_bytes: usize,
        passage: Passage,
        place: Place,
        findings: &mut Findings,
    ) -> Option<u64> {
        // The header of the PES packet waits in B for the frame behind it.
        let mut carried = header_bytes;
        let mut body = &payload[header_bytes..];
        let mut flooded = None;
        if walk.is_lost() && self.pending.is_some() {
            self.begin_pending(place, findings);
        }
        while !body.is_empty() {
            let step = walk.step(body);
            if step.begins && !self.begin_pending(place, findings) {
                self.begin_unstamped(place, findings);
            }
            if let Some(header) = step.header {
                self.take_audio_header(header);
            }
            flooded = flooded.or(self.arrive(carried + step.bytes, passage));
            carried = 0;
            body = &body[step.bytes..];
        }
        flooded
    }

    fn take_audio_header(&mut self, header: crate::units_audio::Header) {
        if let Some((samples, rate_hz)) = header.samples {
            self.unit_ticks = u64::from(samples) * TICKS_PER_SECOND / u64::from(rate_hz.max(1));
        }
        let kind = self.stream.stream_type.0;
        if header.channels.is_some() && matches!(kind, 0x03 | 0x04 | 0x0f | 0x11) {
            self.set_model(audio_model(kind, header.channels));
        }
    }

    /// Begins the access unit that has the time stamp of the PES header, if there is one waiting.
    fn begin_pending(&mut self, place: Place, findings: &mut Findings) -> bool {
        let Some(decode) = self.pending.take() else {
            return false;
        };
        self.begin_unit(decode, place, findings);
        true
    }

    /// Begins an access unit that follows another in the same PES packet.
    fn begin_unstamped(&mut self, place: Place, findings: &mut Findings) {
        if self.unit_ticks > 0 {
            self.begin_unit(self.last_decode + self.unit_ticks, place, findings);
        }
    }

    fn begin_unit(&mut self, decode: u64, place: Place, findings: &mut Findings) {
        let Some(main) = &mut self.main else {
            return;
        };
        main.begin_unit(decode);
        self.last_decode = decode;
        let residence = decode.saturating_sub(place.time_ticks);
        self.max_residence = self.max_residence.max(residence);
        if residence <= TICKS_PER_SECOND {
            return;
        }
        let delay = self.model.map_or(Delay::Second, |model| model.delay);
        let pid = Some(self.pid);
        if residence > delay.limit_ticks() {
            let measure = Measure::ticks(delay.limit_ticks(), residence as i64);
            findings.error(Check::DataDelay, place, pid, measure, || {
                "access unit stays in the decoder too long".into()
            });
        } else {
            let measure = Measure::ticks(TICKS_PER_SECOND, residence as i64);
            findings.note(Check::DataDelay, place, pid, measure, || {
                "access unit stays for more than the second of TR 101 290, as its codec may".into()
            });
        }
    }

    fn arrive(&mut self, bytes: usize, passage: Passage) -> Option<u64> {
        if bytes == 0 {
            return None;
        }
        self.main.as_mut()?.arrive(passage.first_out, passage.last_out, bytes as u64)
    }

    fn judge_transport(&mut self, passage: Passage, place: Place, findings: &mut Findings) {
        let Some(transport) = &self.transport else {
            return;
        };
        let size = transport.size_bytes() as i64;
        judge_passage(passage, size, "transport buffer", self.pid, place, findings);
    }

    fn judge_main(&mut self, flooded: Option<u64>, place: Place, findings: &mut Findings) {
        let (Some(main), Some(model)) = (&mut self.main, &self.model) else {
            return;
        };
        let pid = Some(self.pid);
        if let Some(fill) = flooded {
            let (name, bits) = match model.multiplexing {
                Some(mb) => ("multiplexing buffer overflows", mb.size_bits),
                None => ("main buffer overflows", model.main_bits),
            };
            let measure = Measure::bytes((bits / 8) as i64, fill as i64);
            findings.error(Check::Buffer, place, pid, measure, || name.into());
        }
        if let Some(ticks) = main.never_empty_ticks() {
            let measure = Measure::ticks(TICKS_PER_SECOND, ticks as i64);
            findings.error(Check::EmptyBuffer, place, pid, measure, || {
                "multiplexing buffer is not empty once a second".into()
            });
        }
        for late in main.drain_late() {
            let at = Place { packet: place.packet, time_ticks: late.dts };
            let measure = Measure::bytes(0, late.missing_bytes as i64);
            findings.error(Check::Buffer, at, pid, measure, || {
                "buffer underflows: bytes are missing at the decoding time".into()
            });
        }
    }
}

/// Tells what a transport buffer of this size has to tell.
pub(crate) fn judge_passage(
    passage: Passage,
    size_bytes: i64,
    name: &str,
    pid: u16,
    place: Place,
    findings: &mut Findings,
) {
    if let Some(fill) = passage.overflow_bytes {
        let measure = Measure::bytes(size_bytes, fill as i64);
        findings.error(Check::Buffer, place, Some(pid), measure, || format!("{name} overflows"));
    }
    if let Some(ticks) = passage.never_empty_ticks {
        let measure = Measure::ticks(TICKS_PER_SECOND, ticks as i64);
        findings.error(Check::EmptyBuffer, place, Some(pid), measure, || {
            format!("{name} is not empty once a second")
        });
    }
}

/// Whether a stream_type means PES packets (ISO/IEC 13818-1 table 2-34).
const fn is_pes(stream_type: u8) -> bool {
    matches!(stream_type, 0x01..=0x04 | 0x06 | 0x0f..=0x11 | 0x15 | 0x1b..=0x1c)
        || matches!(stream_type, 0x1e..=0x21 | 0x24 | 0x25 | 0x81 | 0x87)
}

fn walk_of(stream_type: u8, mut tags: impl Iterator<Item = u8>) -> Walk {
    let audio = |framing| Walk::Audio(AudioWalk::new(framing));
    match stream_type {
        0x03 | 0x04 => audio(Framing::Mpeg),
        0x0f => audio(Framing::Adts),
        0x11 => audio(Framing::Loas),
        0x06 if tags.any(|tag| matches!(tag, 0x6a | 0x7a)) => audio(Framing::Ac3),
        _ => Codec::from_stream_type(stream_type)
            .and_then(VideoWalk::new)
            .map_or(Walk::Packets, |walk| Walk::Video(Box::new(walk))),
    }
}
