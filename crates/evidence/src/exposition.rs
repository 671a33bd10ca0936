//! Counters as text for Prometheus (text exposition format 0.0.4).
//!
//! What is told is a snapshot of integers that other threads count, and times in seconds are
//! decimal fractions of integers: so there is no registry and no float.

use std::fmt::{self, Write};

/// The content type of the text, for HTTP.
const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// What kind of number a family has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It only grows; its name ends in `_total`.
    Counter,
    /// It goes up and down.
    Gauge,
    /// How often values fell below each of several bounds.
    Histogram,
}

/// A number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value {
    /// As it is.
    Count(u64),
    /// As it is.
    Signed(i64),
    /// Nanoseconds, told in seconds.
    Nanoseconds(i64),
    /// Microseconds, told in seconds.
    Microseconds(i64),
    /// Milliseconds, told in seconds.
    Milliseconds(i64),
}

/// A page of metrics in the making.
#[derive(Clone, Debug, Default)]
pub struct Exposition {
    text: String,
}

/// A family of metrics that differ by their labels.
#[derive(Debug)]
pub struct Family<'a> {
    text: &'a mut String,
    name: &'a str,
}

impl Exposition {
    /// The content type of the page, for HTTP.
    pub const CONTENT_TYPE: &'static str = CONTENT_TYPE;

    /// An empty page.
    pub fn new() -> Exposition {
        Exposition::default()
    }

    /// Begins a family; its samples follow.
    pub fn family<'a>(&'a mut self, name: &'a str, kind: Kind, help: &str) -> Family<'a> {
        let kind = match kind {
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
            Kind::Histogram => "histogram",
        };
        let help = help.replace('\\', "\\\\").replace('\n', "\\n");
        put(&mut self.text, format_args!("# HELP {name} {help}\n# TYPE {name} {kind}\n"));
        Family { text: &mut self.text, name }
    }

    /// The page.
    pub fn finish(self) -> String {
        self.text
    }
}

impl Family<'_> {
    /// One number.
    pub fn sample(&mut self, labels: &[(&str, &str)], value: Value) -> &mut Self {
        self.line("", labels, None, value);
        self
    }

    /// A histogram: for each bound in seconds how many values lie below it and above the bound
    /// before; the last of `counts` has no bound. `sum` is of all values.
    pub fn histogram(
        &mut self,
        labels: &[(&str, &str)],
        bounds: &[Value],
        counts: &[u64],
        sum: Value,
    ) -> &mut Self {
        let mut total = 0u64;
        for (i, count) in counts.iter().enumerate() {
            total = total.saturating_add(*count);
            let bound = bounds.get(i).map_or_else(|| "+Inf".to_owned(), Value::to_string);
            self.line("_bucket", labels, Some(("le", &bound)), Value::Count(total));
        }
        self.line("_sum", labels, None, sum);
        self.line("_count", labels, None, Value::Count(total));
        self
    }

    fn line(
        &mut self,
        suffix: &str,
        labels: &[(&str, &str)],
        last: Option<(&str, &str)>,
        value: Value,
    ) {
        put(self.text, format_args!("{}{suffix}", self.name));
        let mut sign = '{';
        for (name, text) in labels.iter().copied().chain(last) {
            put(self.text, format_args!("{sign}{name}=\""));
            for letter in text.chars() {
                match letter {
                    '\\' => self.text.push_str("\\\\"),
                    '"' => self.text.push_str("\\\""),
                    '\n' => self.text.push_str("\\n"),
                    other => self.text.push(other),
                }
            }
            self.text.push('"');
            sign = ',';
        }
        if sign == ',' {
            self.text.push('}');
        }
        put(self.text, format_args!(" {value}\n"));
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (value, digits) = match *self {
            Value::Count(count) => return write!(f, "{count}"),
            Value::Signed(count) => return write!(f, "{count}"),
            Value::Nanoseconds(value) => (value, 9),
            Value::Microseconds(value) => (value, 6),
            Value::Milliseconds(value) => (value, 3),
        };
        let unit = 10u64.pow(digits);
        let (whole, part) = (value.unsigned_abs() / unit, value.unsigned_abs() % unit);
        let sign = if value < 0 { "-" } else { "" };
        if part == 0 {
            return write!(f, "{sign}{whole}");
        }
        let part = format!("{part:0width$}", width = digits as usize);
        write!(f, "{sign}{whole}.{}", part.trim_end_matches('0'))
    }
}

fn put(text: &mut String, what: fmt::Arguments<'_>) {
    text.write_fmt(what).expect("a string takes text");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_written_as_prometheus_reads_it() {
        let mut page = Exposition::new();
        page.family("headend_sent_total", Kind::Counter, "What\nwas sent")
            .sample(&[("multiplex", "a\"b\\c\nd")], Value::Count(7))
            .sample(&[], Value::Signed(-7));
        page.family("headend_late_seconds", Kind::Histogram, "How late").histogram(
            &[("multiplex", "r")],
            &[Value::Microseconds(1), Value::Microseconds(2_500_000)],
            &[3, 0, 1],
            Value::Nanoseconds(-1_500_000_000),
        );
        let expected = "\
# HELP headend_sent_total What\\nwas sent
# TYPE headend_sent_total counter
headend_sent_total{multiplex=\"a\\\"b\\\\c\\nd\"} 7
headend_sent_total -7
# HELP headend_late_seconds How late
# TYPE headend_late_seconds histogram
headend_late_seconds_bucket{multiplex=\"r\",le=\"0.000001\"} 3
headend_late_seconds_bucket{multiplex=\"r\",le=\"2.5\"} 3
headend_late_seconds_bucket{multiplex=\"r\",le=\"+Inf\"} 4
headend_late_seconds_sum{multiplex=\"r\"} -1.5
headend_late_seconds_count{multiplex=\"r\"} 4
";
        assert_eq!(page.finish(), expected);
    }
}
