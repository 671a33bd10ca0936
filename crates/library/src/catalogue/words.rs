//! Cutting texts into what can be searched for.
//!
//! Chinese has no spaces between words. Each of its characters and each pair of neighbours becomes
//! a token, so that any piece of a title finds it, be it of one character. Other scripts are cut
//! into words, of which the beginning is enough.

/// The tokens of a text, in its order, with those that come twice.
pub(super) fn tokens(text: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    for run in runs(text) {
        match run {
            Run::Characters(characters) => {
                tokens.extend(characters.iter().map(char::to_string));
                tokens.extend(characters.windows(2).map(pair));
            }
            Run::Word(word) => tokens.push(word),
        }
    }
    tokens
}

/// What an FTS5 index of tokens is asked for to find a text; `None` when it has nothing that could
/// be searched for.
pub(super) fn question(text: &str) -> Option<String> {
    let mut terms = Vec::new();
    for run in runs(text) {
        match run {
            Run::Characters(characters) if characters.len() == 1 => {
                terms.push(format!("\"{}\"", characters[0]));
            }
            Run::Characters(characters) => {
                terms.extend(characters.windows(2).map(|two| format!("\"{}\"", pair(two))));
            }
            Run::Word(word) => terms.push(format!("\"{word}\"*")),
        }
    }
    (!terms.is_empty()).then(|| terms.join(" AND "))
}

enum Run {
    /// Characters of a script without spaces.
    Characters(Vec<char>),
    /// A word, folded to lower case.
    Word(String),
}

fn runs(text: &str) -> Vec<Run> {
    let mut runs = Vec::new();
    // Whether the next character may go on with the last run.
    let mut joined = false;
    for c in text.chars() {
        if !c.is_alphanumeric() {
            joined = false;
            continue;
        }
        match (runs.last_mut(), is_unspaced(c)) {
            (Some(Run::Characters(characters)), true) if joined => characters.push(c),
            (_, true) => runs.push(Run::Characters(vec![c])),
            (Some(Run::Word(word)), false) if joined => word.extend(c.to_lowercase()),
            (_, false) => runs.push(Run::Word(c.to_lowercase().collect())),
        }
        joined = true;
    }
    runs
}

fn pair(two: &[char]) -> String {
    two.iter().collect()
}

/// Whether a character belongs to a script that is written without spaces: Han, Kana, Bopomofo.
const fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{2e80}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn chinese_is_cut_into_characters_and_pairs_and_other_scripts_into_words() {
        assert_eq!(tokens("小学数学"), ["小", "学", "数", "学", "小学", "学数", "数学"]);
        assert_eq!(tokens("Maths-4, 第1课"), ["maths", "4", "第", "1", "课"]);
        assert_eq!(tokens("بىئولوگىيە دەرسى").len(), 2);
        assert_eq!(tokens("བོད་ཡིག"), ["བོད", "ཡིག"]);
    }

    #[test]
    fn a_question_wants_all_of_its_parts() {
        assert_eq!(question("数学 ra").as_deref(), Some("\"数学\" AND \"ra\"*"));
        assert_eq!(question("有理数").as_deref(), Some("\"有理\" AND \"理数\""));
        assert_eq!(question("数").as_deref(), Some("\"数\""));
        assert_eq!(question(" \"*( "), None);
    }

    proptest! {
        #[test]
        fn no_text_gets_out_of_the_quotes(text in "\\PC{0,20}") {
            let tokens = tokens(&text);
            prop_assert!(tokens.iter().all(|t| t.chars().all(|c| c != '"' && c != ' ')));
        }
    }
}
