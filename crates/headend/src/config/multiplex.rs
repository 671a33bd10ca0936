//! `[[multiplex]]`.

use super::carrier::{self, Carrier, read_carrier, read_place};
use super::output::{Output, read_output};
use super::read::identifier;
use super::table::advise;
use engine::{Multiplex, SuperframeGrid};
use fec::Matrix;
use si::DescriptorLoop;
use si::modulation::Transmission;
use std::collections::BTreeMap;
use timetable::read::{Fields, Report, Value, value};
use timetable::{Code, Diagnostic, Id, Located, Location};
use ts::Rate;

/// Null packets that are kept unless said otherwise, in ten-thousandths of all.
const NULL_SHARE_E4: u32 = 10;

/// One transport stream and where it is sent.
#[derive(Clone, Debug)]
pub struct MultiplexConfig {
    /// Its name.
    pub name: String,
    /// transport_stream_id.
    pub transport_stream_id: u16,
    /// original_network_id.
    pub original_network_id: u16,
    /// Rate and superframes, which hold whole matrices of the outputs.
    pub grid: SuperframeGrid,
    /// How the carrier is modulated, where that is known.
    pub transmission: Option<Transmission>,
    /// The descriptors that announce the carrier; empty where its place is not known.
    pub delivery: DescriptorLoop,
    /// Null packets that are kept, in ten-thousandths of all.
    pub null_share_e4: u32,
    /// SSRC of its RTP streams.
    pub ssrc: u32,
    /// Its services by their names in the timetable, in the order of their PIDs; never empty.
    pub services: Vec<String>,
    /// Where it is sent.
    pub outputs: Vec<Output>,
    pub(super) name_at: Location,
    pub(super) stream_id_at: Location,
    pub(super) service_places: Vec<Location>,
}

impl MultiplexConfig {
    /// The rate.
    pub fn rate(&self) -> Rate {
        self.grid.slots().rate()
    }

    /// The matrix of those outputs that are protected: they all have the same.
    pub fn matrix(&self) -> Option<Matrix> {
        self.outputs.iter().find_map(Output::matrix)
    }

    /// Datagrams that a superframe is a multiple of: those of a matrix.
    pub fn superframe_unit(&self) -> u64 {
        superframe_unit(&self.outputs)
    }
}

fn superframe_unit(outputs: &[Output]) -> u64 {
    let matrix = outputs.iter().find_map(Output::matrix);
    matrix.map_or(1, |matrix| matrix.packets() as u64)
}

/// The SSRC of a multiplex that names none: the CRC_32 of ISO/IEC 13818-1 over its name, the same
/// on every machine.
fn derived_ssrc(name: &str) -> u32 {
    ts::crc32::crc32(name.as_bytes())
}

/// Reads a multiplex.
pub(super) fn read_multiplex(
    mut table: Fields<'_>,
    report: &mut Report,
) -> Option<MultiplexConfig> {
    let name = table.required("name", report, value::id);
    let stream_id = table.required("transport_stream_id", report, identifier);
    let network_id = table.required("original_network_id", report, identifier);
    let carrier = read_carrier(&mut table, report);
    let place = table.optional("carrier", report, read_place);
    let nulls =
        table.optional("null_share_per_10000", report, |v, r| value::integer(v, r, 0..=5000));
    let ssrc = table.optional("ssrc", report, |v, r| value::integer(v, r, 0..=u64::from(u32::MAX)));
    let services = table.required("services", report, read_services);
    let outputs = table.tables("output", report);
    table.finish(report);

    let outputs: Vec<Option<Output>> =
        outputs.into_iter().map(|t| read_output(t, report)).collect();
    let sound: Vec<&Output> = outputs.iter().flatten().collect();
    check_matrices(&sound, report);
    let delivery = match (&carrier, place) {
        (Some(carrier), Some(place)) => carrier::delivery(&carrier.value, place, report),
        _ => Some(DescriptorLoop::new()),
    };
    let outputs: Option<Vec<Output>> = outputs.into_iter().collect();
    let (outputs, carrier, stream_id) = (outputs?, carrier?, stream_id?);
    let grid = read_grid(&carrier, &outputs, report)?;
    let Located { value: Carrier { transmission, .. }, .. } = carrier;
    let (name, services) = (name?, services?.value);
    Some(MultiplexConfig {
        ssrc: ssrc.map_or_else(|| derived_ssrc(name.value.as_str()), |s| s.value as u32),
        name: name.value.as_str().to_owned(),
        transport_stream_id: stream_id.value,
        original_network_id: network_id?.value,
        grid,
        transmission,
        delivery: delivery?,
        null_share_e4: nulls.map_or(NULL_SHARE_E4, |n| n.value as u32),
        service_places: services.iter().map(|s| s.at).collect(),
        services: services.iter().map(|s| s.value.as_str().to_owned()).collect(),
        outputs,
        name_at: name.at,
        stream_id_at: stream_id.at,
    })
}

fn read_services(value: Value<'_>, report: &mut Report) -> Option<Vec<Located<Id>>> {
    let before = report.diagnostics.len();
    let services = value::list(value, report, value::id)?;
    let mut seen: BTreeMap<&Id, Location> = BTreeMap::new();
    for service in &services {
        if let Some(first) = seen.insert(&service.value, service.at) {
            let message = format!("service `{}` is listed twice", service.value);
            let finding = Diagnostic::new(Code::Duplicate, message)
                .primary(service.at, "again here")
                .secondary(first, "first here");
            report.push(finding);
        }
    }
    if services.is_empty() && report.diagnostics.len() == before {
        let message = "`services` lists no service";
        let help = "services = [\"tv-1\"], with names that the timetable defines";
        advise(report, Code::EmptyRange, value.at, message, help);
        return None;
    }
    if services.len() > Multiplex::SERVICES_MAX {
        let most = Multiplex::SERVICES_MAX;
        let message = format!("a multiplex has PIDs for {most} services");
        report.fault(Code::TooLarge, services[most].at, message, "one too many");
        return None;
    }
    Some(services)
}

/// The repair packets of a multiplex are made once and sent by all outputs that are protected.
fn check_matrices(outputs: &[&Output], report: &mut Report) {
    let mut protected = outputs.iter().filter(|o| o.matrix().is_some());
    let Some(first) = protected.next() else {
        return;
    };
    for other in protected.filter(|o| o.matrix() != first.matrix()) {
        let message = "outputs of one multiplex have different matrices";
        let finding = Diagnostic::new(Code::BadMatrix, message)
            .primary(other.fec_at(), "this one")
            .secondary(first.fec_at(), "and this one")
            .help("give them the same `fec`, or leave it out");
        report.push(finding);
    }
}

fn read_grid(
    carrier: &Located<Carrier>,
    outputs: &[Output],
    report: &mut Report,
) -> Option<SuperframeGrid> {
    let grid = SuperframeGrid::new(carrier.value.rate, superframe_unit(outputs));
    match grid {
        Ok(grid) => Some(grid),
        Err(error) => {
            let mut finding = Diagnostic::new(Code::BadMatrix, error.to_string());
            if let Some(output) = outputs.iter().find(|o| o.matrix().is_some()) {
                finding = finding.primary(output.fec_at(), "this matrix");
            }
            report.push(finding.secondary(carrier.at, "for this rate"));
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::derived_ssrc;

    #[test]
    fn the_ssrc_follows_from_the_name_alone() {
        assert_eq!(derived_ssrc("123456789"), 0x0376_e6e7);
        assert_ne!(derived_ssrc("demo"), derived_ssrc("demo-2"));
    }
}
