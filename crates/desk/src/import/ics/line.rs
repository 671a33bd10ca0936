//! Content lines: unfolded, and cut into name, parameters and value (RFC 5545 section 3.1).

use crate::import::Fault;

/// One content line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// The line of the file on which it begins.
    pub number: usize,
    /// Its name, in capitals.
    pub name: String,
    /// Its parameters, names in capitals.
    pub parameters: Vec<(String, String)>,
    /// Its value, escapes and all.
    pub value: String,
}

impl Line {
    /// The value of a parameter.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// The value as a text: escapes resolved, control characters left out.
    pub fn text(&self) -> String {
        let mut text = String::with_capacity(self.value.len());
        let mut chars = self.value.chars();
        while let Some(c) = chars.next() {
            match (c, c == '\\') {
                (_, true) => match chars.next() {
                    Some('n' | 'N') => text.push(' '),
                    Some(c) => text.push(c),
                    None => {}
                },
                (c, false) if c.is_control() => text.push(' '),
                (c, false) => text.push(c),
            }
        }
        text.trim().to_owned()
    }
}

/// The content lines of a file; empty lines are none.
pub(super) fn lines(text: &str) -> impl Iterator<Item = Result<Line, Fault>> {
    let mut rest = text.lines().enumerate().peekable();
    std::iter::from_fn(move || {
        loop {
            let (number, first) = rest.next()?;
            let mut content = first.to_owned();
            while let Some((_, next)) = rest.peek()
                && let Some(folded) = next.strip_prefix([' ', '\t'])
            {
                content.push_str(folded);
                rest.next();
            }
            if !content.trim().is_empty() {
                return Some(parse(number + 1, &content));
            }
        }
    })
}

fn parse(number: usize, content: &str) -> Result<Line, Fault> {
    let fault = || Fault::new(number, "this is no line of a calendar, NAME:VALUE");
    let mut quoted = false;
    let mut cuts = Vec::new();
    let mut colon = None;
    for (at, c) in content.char_indices() {
        match c {
            '"' => quoted = !quoted,
            ';' if !quoted => cuts.push(at),
            ':' if !quoted => {
                colon = Some(at);
                break;
            }
            _ => {}
        }
    }
    let colon = colon.ok_or_else(fault)?;
    let name_end = cuts.first().copied().unwrap_or(colon);
    let name = content[..name_end].trim().to_ascii_uppercase();
    let proper = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
    if name.is_empty() || !name.bytes().all(proper) {
        return Err(fault());
    }
    let ends = cuts.iter().skip(1).copied().chain([colon]);
    let parameter = |(start, end): (usize, usize)| {
        let (name, value) = content[start + 1..end].split_once('=')?;
        Some((name.to_ascii_uppercase(), value.trim_matches('"').to_owned()))
    };
    let parameters = cuts.iter().copied().zip(ends).filter_map(parameter).collect();
    Ok(Line { number, name, parameters, value: content[colon + 1..].to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folded_lines_and_quoted_parameters_are_read() {
        let text = "DTSTART;TZID=\"Asia/Shanghai:x\";VALUE=DATE-TIME:2027\r\n 0301T1\r\n\t93000\r\n\
                    \r\nSUMMARY:大棚\\, 蔬菜\\n一\r\nnonsense\r\n";
        let lines: Vec<_> = lines(text).collect();
        let start = lines[0].as_ref().unwrap();
        assert_eq!((start.number, start.value.as_str()), (1, "20270301T193000"));
        assert_eq!(start.parameter("TZID"), Some("Asia/Shanghai:x"));
        assert_eq!(start.parameter("VALUE"), Some("DATE-TIME"));
        assert_eq!(lines[1].as_ref().unwrap().text(), "大棚, 蔬菜 一");
        assert_eq!(lines[2].as_ref().unwrap_err().line, 6);
    }
}
