//! The report for people.

use crate::findings::{Finding, Severity};
use crate::report::{BufferFigures, PidFigures, Report};
use core::fmt;

impl fmt::Display for Report {
    /// Verdict, checks that fired, findings, then figures, a section each.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_head(f)?;
        self.write_checks(f)?;
        self.write_clocks(f)?;
        self.write_pids(f)?;
        self.write_buffers(f)?;
        self.write_services(f)?;
        self.write_tables(f)
    }
}

impl Report {
    fn write_head(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = if self.conformant { "conformant" } else { "NOT conformant" };
        writeln!(f, "{verdict}: {} packets, {} s", self.packets, Millis(self.duration_ticks / 27))?;
        match self.rate {
            Some(rate) => {
                let origin = if rate.given { "given" } else { "found" };
                writeln!(f, "rate {} / {} bit/s ({origin})", rate.numerator, rate.denominator)?;
            }
            None => writeln!(f, "rate unknown")?,
        }
        let share = self.null_packets * 10_000 / self.packets.max(1);
        writeln!(f, "null packets {}.{:02} %", share / 100, share % 100)?;
        if let Some(utc) = self.guide.start_utc_s {
            writeln!(f, "starts at {utc} s UTC; {} event changes seen", self.guide.event_changes)?;
        }
        Ok(())
    }

    fn write_checks(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fired = self.checks.iter().filter(|tally| tally.errors + tally.notes > 0);
        for tally in fired {
            let id = tally.check.id();
            writeln!(f, "\n{id:6} {}: {} errors, {} notes", tally.name, tally.errors, tally.notes)?;
            for finding in self.findings.iter().filter(|finding| finding.check == tally.check) {
                write_finding(f, finding)?;
            }
        }
        Ok(())
    }

    fn write_clocks(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\nclock     count  interval ms (min mean max)  accuracy ns  offset ppb")?;
        for c in &self.clocks {
            let offset = c.frequency_offset_ppb.map_or("-".into(), |ppb| ppb.to_string());
            writeln!(
                f,
                "{:#06x} {:8}  {:>8} {:>8} {:>8}  {:11}  {offset:>10}",
                c.pid,
                c.references,
                Millis(c.interval_min_ns),
                Millis(c.interval_mean_ns),
                Millis(c.interval_max_ns),
                c.accuracy_max_ps.div_ceil(1000),
            )?;
        }
        Ok(())
    }

    fn write_pids(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\nPID     role  type    packets      mean bit/s   max bit/s (1 s)")?;
        for PidFigures { pid, role, stream_type, packets, mean_bps, max_bps, .. } in &self.pids {
            let kind = stream_type.map_or("-".into(), |kind| format!("{kind:#04x}"));
            writeln!(f, "{pid:#06x}  {role:5} {kind:>4} {packets:10} {mean_bps:15} {max_bps:17}")?;
        }
        Ok(())
    }

    fn write_buffers(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "\nPID     TB max/size  MB max/size bytes  EB or B max/size bytes  margin ms  stay ms"
        )?;
        for b in &self.buffers {
            let BufferFigures { pid, tb_max_bytes, tb_size_bytes, mb_max_bytes, .. } = b;
            let margin = b.min_margin_ns.map_or("-".into(), |ns| (ns / 1_000_000).to_string());
            write!(f, "{pid:#06x}  {tb_max_bytes:4}/{tb_size_bytes:4}  ")?;
            write!(f, "{mb_max_bytes:9}/{:9}  ", b.mb_size_bytes)?;
            write!(f, "{:11}/{:11}  ", b.main_max_bytes, b.main_size_bytes)?;
            writeln!(f, "{margin:>9}  {:7}", b.max_residence_ns / 1_000_000)?;
        }
        for s in &self.system_buffers {
            let (tb, main) = (s.tb_max_bytes, s.main_max_bytes);
            writeln!(f, "programme {}: TBsys {tb}/512, Bsys {main}/1536", s.program)?;
        }
        Ok(())
    }

    fn write_services(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\nservices")?;
        for s in &self.services {
            let name = s.name.as_deref().unwrap_or("-");
            writeln!(f, "{:5} {name}: PMT {:#06x}", s.service_id, s.pmt_pid)?;
            for c in &s.components {
                let language = c.language.as_deref().unwrap_or("-");
                writeln!(f, "      {:#06x} type {:#04x} {language}", c.pid, c.stream_type)?;
            }
        }
        Ok(())
    }

    fn write_tables(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\ntable         sections  interval max ms  gap min ms")?;
        for t in &self.tables {
            let gap = t.gap_min_ns.map_or("-".into(), |ns| Millis(ns).to_string());
            let interval = Millis(t.interval_max_ns).to_string();
            writeln!(
                f,
                "{:#06x} {:#04x} {:10}  {interval:>15}  {gap:>10}",
                t.pid, t.table_id, t.sections
            )?;
        }
        Ok(())
    }
}

fn write_finding(f: &mut fmt::Formatter<'_>, finding: &Finding) -> fmt::Result {
    let seconds = Millis(finding.place.time_ticks / 27);
    let mark = match finding.severity {
        Severity::Error => "error",
        Severity::Note => "note ",
    };
    write!(f, "    {mark} packet {} at {seconds} s", finding.place.packet)?;
    if let Some(pid) = finding.pid {
        write!(f, " PID {pid:#06x}")?;
    }
    let measure = &finding.measure;
    let sign = match measure.unit.sign() {
        "" => String::new(),
        sign => format!(" {sign}"),
    };
    writeln!(f, ": {} ({}{sign}, limit {}{sign})", finding.what, measure.measured, measure.limit)
}

/// A number of millionths of something, written in it with three decimals: nanoseconds as
/// milliseconds, or microseconds as seconds.
struct Millis(u64);

impl fmt::Display for Millis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:03}", self.0 / 1_000_000, self.0 % 1_000_000 / 1000)
    }
}
