//! From the judge to the report.

use crate::clock::Clock;
use crate::elementary::Elementary;
use crate::findings::Finding;
use crate::fit::Fit;
use crate::judge::Judge;
use crate::programs::Programs;
use crate::report::{ComponentFigures, RateFigures, Report, ServiceFigures, SystemFigures};
use crate::sections::Si;
use crate::verifier::tally_list;
use ts::psi::{PmtStream, descriptors};

const ISO_639_LANGUAGE: u8 = 0x0a;
const STREAM_IDENTIFIER: u8 = 0x52;

/// Ends the judge and writes its report.
pub(crate) fn summarise(mut judge: Judge) -> Report {
    judge.last_sweep();
    let end = judge.timeline.place();
    let clocks = core::mem::take(&mut judge.clocks);
    let clocks =
        clocks.into_iter().map(|clock: Clock| clock.finish(end, &mut judge.findings)).collect();
    let (tallies, mut findings) = judge.findings.into_parts();
    findings.sort_by_key(|finding: &Finding| (finding.place, finding.check));
    let mut buffers = judge.retired;
    buffers.extend(judge.elementary.iter().map(Elementary::figures));
    buffers.sort_by_key(|buffer| buffer.pid);
    let given = judge.options.rate;
    let rate = given.or_else(|| judge.fit.as_ref().and_then(Fit::rate));
    Report {
        conformant: tallies.iter().all(|tally| tally.errors == 0),
        packets: end.packet,
        skipped_bytes: judge.skipped_bytes,
        duration_ticks: end.time_ticks,
        rate: rate.map(|rate| RateFigures {
            numerator: rate.numerator(),
            denominator: rate.denominator(),
            bps: rate.bps_floor(),
            given: given.is_some(),
        }),
        transport_stream_id: judge.programs.transport_stream_id(),
        null_packets: judge.null_packets,
        checks: tally_list(&tallies),
        findings,
        clocks,
        pids: judge.pids.figures(end.time_ticks),
        buffers,
        system_buffers: judge
            .system
            .iter()
            .map(|system| SystemFigures {
                program: system.program,
                tb_max_bytes: system.buffer.transport.max_fill_bytes(),
                main_max_bytes: system.buffer.main.max_fill_bytes(),
            })
            .collect(),
        services: services(&judge.programs, &judge.si),
        tables: judge.si.tables.figures(),
        guide: judge.si.guide.figures(),
    }
}

fn services(programs: &Programs, si: &Si) -> Vec<ServiceFigures> {
    let service_of = |(number, program): (&u16, &crate::programs::Program)| {
        let described = si.services.get(number);
        let pmt = program.pmt.as_ref();
        ServiceFigures {
            service_id: *number,
            service_type: described.and_then(|service| service.service_type),
            name: described.and_then(|service| service.name.clone()),
            provider: described.and_then(|service| service.provider.clone()),
            pmt_pid: program.pmt_pid,
            pcr_pid: pmt.map(|pmt| pmt.pcr_pid.value()),
            components: pmt.map_or(Vec::new(), |pmt| pmt.streams.iter().map(component).collect()),
        }
    };
    programs.programs.iter().map(service_of).collect()
}

fn component(stream: &PmtStream) -> ComponentFigures {
    let body_of = |wanted| {
        descriptors(&stream.descriptors).find(|(tag, _)| *tag == wanted).map(|(_, body)| body)
    };
    let language = body_of(ISO_639_LANGUAGE).and_then(|body| body.get(..3));
    ComponentFigures {
        pid: stream.pid.value(),
        stream_type: stream.stream_type.0,
        language: language.map(|code| code.iter().map(|b| char::from(*b)).collect()),
        component_tag: body_of(STREAM_IDENTIFIER).and_then(|body| body.first().copied()),
    }
}
