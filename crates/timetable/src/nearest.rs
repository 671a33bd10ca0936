//! The known name that a misspelt one most likely means.

/// The candidate with the fewest edits from `word`; `None` when even that one is not alike.
///
/// An edit is a letter added, left out, replaced, or swapped with its neighbour; upper and lower
/// case are the same letter. Of equals the first wins.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = folded(word);
    let limit = (word.len() / 3).max(1);
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        let letters = folded(candidate);
        if letters.len().abs_diff(word.len()) > limit {
            continue;
        }
        let distance = edits(&word, &letters);
        if distance <= limit && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// A word longer than any name in use says nothing more behind its first letters.
fn folded(word: &str) -> Vec<char> {
    word.chars().take(MAX_LETTERS).map(|c| c.to_ascii_lowercase()).collect()
}

/// The optimal string alignment distance.
fn edits(a: &[char], b: &[char]) -> usize {
    let mut two_back = vec![0; b.len() + 1];
    let mut previous: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut current = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let replaced = previous[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            current[j] = replaced.min(previous[j] + 1).min(current[j - 1] + 1);
            let swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if swapped {
                current[j] = current[j].min(two_back[j - 2] + 1);
            }
        }
        two_back = previous;
        previous = current;
    }
    previous[b.len()]
}

const MAX_LETTERS: usize = 64;

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn slips_of_the_hand_are_found_and_strangers_are_not() {
        let keys = ["priority", "length", "course", "service"];
        assert_eq!(nearest("lenght", keys), Some("length"));
        assert_eq!(nearest("Course", keys), Some("course"));
        assert_eq!(nearest("servce", keys), Some("service"));
        assert_eq!(nearest("colour", keys), None);
        assert_eq!(nearest("", keys), None);
    }
}
