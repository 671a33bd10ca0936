//! Pages of a poster, and their HTML.

use super::super::Tongue;
use super::fit::Size;

/// What is printed.
pub(super) struct Sheet<'p> {
    pub tongue: Tongue,
    /// The name of the zone in which times are told.
    pub zone: &'p str,
    pub pages: &'p [Page],
}

/// One page.
pub(super) struct Page {
    /// What it is about, and the same in a second language.
    pub title: [String; 2],
    /// The dates that it covers, and which part of several it is.
    pub dates: String,
    /// The heading of the first column.
    pub corner: [String; 2],
    /// The headings of the other columns, each in up to two languages.
    pub columns: Vec<[String; 2]>,
    pub rows: Vec<Row>,
    /// The first column is one of names, not of times.
    pub is_named: bool,
    /// The size of its letters.
    pub size: Size,
}

/// One row.
pub(super) struct Row {
    /// What it begins with: a time or a name, and something in small letters below it.
    pub head: [String; 2],
    /// One for each column.
    pub cells: Vec<Vec<Block>>,
}

/// What stands in a cell; a cell may have several, one above the other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Block {
    pub is_required: bool,
    /// The title, and the same in a second language.
    pub title: [String; 2],
    /// When it ends, where the row does not tell it, and which lesson it is.
    pub lesson: String,
    /// The file.
    pub file: String,
}

impl Sheet<'_> {
    /// The whole document.
    pub fn html(&self, style: &str) -> String {
        let lang = if self.tongue == Tongue::English { "en" } else { "zh" };
        let name = self.tongue.word("播出表", "Timetable");
        let mut html = format!(
            "<!DOCTYPE html>\n<html lang=\"{lang}\">\n<head>\n<meta charset=\"utf-8\">\n\
             <title>{name}</title>\n<style>\n{style}</style>\n</head>\n<body>\n"
        );
        for page in self.pages {
            self.page(&mut html, page);
        }
        if self.pages.is_empty() {
            let none = self.tongue.word("没有节目", "Nothing is planned");
            html.push_str(&format!("<p class=\"none\">{none}</p>\n"));
        }
        html.push_str("</body>\n</html>\n");
        html
    }

    fn page(&self, html: &mut String, page: &Page) {
        let [title, second] = page.title.each_ref().map(|text| escaped(text));
        html.push_str(&format!("<section>\n<header><h1>{title}"));
        if !second.is_empty() {
            html.push_str(&format!("<small>{second}</small>"));
        }
        html.push_str(&format!("</h1><p>{}</p></header>\n", escaped(&page.dates)));
        let size = page.size.class();
        let head = if page.is_named { "name" } else { "time" };
        html.push_str(&format!("<table class=\"{size}\">\n<thead><tr>"));
        html.push_str(&format!("<th class=\"{head}\">{}</th>", two(&page.corner)));
        for column in &page.columns {
            html.push_str(&format!("<th>{}</th>", two(column)));
        }
        html.push_str("</tr></thead>\n<tbody>\n");
        for row in &page.rows {
            html.push_str(&format!("<tr><th class=\"{head}\">{}</th>", two(&row.head)));
            row.cells.iter().for_each(|blocks| cell(html, blocks));
            html.push_str("</tr>\n");
        }
        html.push_str("</tbody>\n</table>\n");
        let marked = page.rows.iter().flat_map(|row| row.cells.iter().flatten());
        let mark = if marked.into_iter().any(|block| block.is_required) {
            let words = self.tongue.word("★ 必修课", "required course");
            format!("<span class=\"mark\">{words}</span>")
        } else {
            String::new()
        };
        let zone = self.tongue.word("时间按", "Times of");
        html.push_str(&format!(
            "<footer><p>{mark}</p><p>{zone} {}</p></footer>\n</section>\n",
            escaped(self.zone)
        ));
    }
}

fn cell(html: &mut String, blocks: &[Block]) {
    let required = blocks.iter().any(|block| block.is_required);
    html.push_str(if required { "<td class=\"required\">" } else { "<td>" });
    for block in blocks {
        let star = if block.is_required { "★ " } else { "" };
        let [title, second] = block.title.each_ref().map(|text| escaped(text));
        html.push_str(&format!("<div class=\"title\">{star}{title}</div>"));
        if !second.is_empty() {
            html.push_str(&format!("<div class=\"second\">{second}</div>"));
        }
        if !block.lesson.is_empty() {
            html.push_str(&format!("<div class=\"lesson\">{}</div>", escaped(&block.lesson)));
        }
        if !block.file.is_empty() {
            html.push_str(&format!("<code>{}</code>", escaped(&block.file)));
        }
    }
    html.push_str("</td>");
}

/// A text with a second one in small letters.
fn two([first, second]: &[String; 2]) -> String {
    match second.as_str() {
        "" => escaped(first),
        second => format!("{}<small>{}</small>", escaped(first), escaped(second)),
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
