//! What an officer types, as words to look for: folded like the index, harmless to its query language.

use lienquay_shared::domain::text::fold;

/// Words looked at; a name, a code and a procedure have fewer.
const MAX_WORDS: usize = 16;

/// The folded words of a text: runs of letters and digits. Punctuation, quotes and operators vanish here, which is what
/// keeps typed text from ever being read as query syntax.
pub(crate) fn words(text: &str) -> Vec<String> {
    fold(text)
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .take(MAX_WORDS)
        .map(str::to_owned)
        .collect()
}

/// An FTS5 expression: every word, the last one as the beginning of a word. `None` when there is nothing to look for.
pub(crate) fn match_expression(text: &str) -> Option<String> {
    let words = words(text);
    let (last, before) = words.split_last()?;
    let mut expression = String::new();
    for word in before {
        expression.push('"');
        expression.push_str(word);
        expression.push_str("\" AND ");
    }
    expression.push('"');
    expression.push_str(last);
    expression.push_str("\" *");
    Some(expression)
}

/// Whether a folded text has each of the words, the last as the beginning of one: the same rule, for short lists that
/// need no index.
pub(crate) fn contains(folded: &str, words: &[String]) -> bool {
    let Some((last, before)) = words.split_last() else {
        return true;
    };
    let has = |is_match: &dyn Fn(&str) -> bool| {
        folded.split(|c: char| !c.is_alphanumeric()).any(is_match)
    };
    has(&|found| found.starts_with(last.as_str()))
        && before.iter().all(|word| has(&|found| found == word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typed_text_becomes_quoted_words_with_a_prefix_at_the_end() {
        for (typed, expect) in [
            ("Đào", Some("\"dao\" *")),
            (
                "  Nguyễn Thị  Đ",
                Some("\"nguyen\" AND \"thi\" AND \"d\" *"),
            ),
            (
                "H26.15-251121-0007",
                Some("\"h26\" AND \"15\" AND \"251121\" AND \"0007\" *"),
            ),
            (
                "\" OR NEAR(a) NOT *",
                Some("\"or\" AND \"near\" AND \"a\" AND \"not\" *"),
            ),
            ("- \"\" *", None),
            ("", None),
        ] {
            assert_eq!(match_expression(typed).as_deref(), expect, "{typed:?}");
        }
        assert_eq!(words(&"a ".repeat(100)).len(), MAX_WORDS);
    }

    #[test]
    fn short_lists_follow_the_same_rule() {
        let folded = fold("Đăng ký khai sinh (1.001193)");
        for (typed, expect) in [
            ("khai s", true),
            ("KHAI SINH", true),
            ("kha sinh", false),
            ("1.0011", true),
            ("", true),
        ] {
            assert_eq!(contains(&folded, &words(typed)), expect, "{typed:?}");
        }
    }
}
