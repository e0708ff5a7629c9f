//! Recognises the keyboard burst of a card scanner inside a text field, and takes it out again: an officer scans the card
//! wherever the cursor happens to stand.

/// A card has seven fields, so six bars. No name, address or number has one.
const MIN_BARS: usize = 6;
/// How long the text may stand still before a scanner that sends neither Enter nor Tab is taken to have finished, seconds.
const PAUSE_SECONDS: f64 = 0.4;

/// What one field knows of a burst that may be under way.
#[derive(Debug, Clone, Default)]
pub(super) struct BurstWatch {
    /// The field's text as it was last without a bar, as long as no bar came.
    before: String,
    under_way: Option<UnderWay>,
}

#[derive(Debug, Clone)]
struct UnderWay {
    /// Bytes that stood behind the cursor and are no part of the burst.
    n_behind: usize,
    n_bytes: usize,
    changed_at_seconds: f64,
}

impl BurstWatch {
    /// Whether what is typed now comes from a scanner: it may be longer than the field allows.
    pub(super) fn is_under_way(&self) -> bool {
        self.under_way.is_some()
    }

    /// Once a frame, after the field. Gives the burst when it is complete and leaves in `text` what the officer typed.
    /// `has_ended`: the field lost the focus (Enter, Tab or a click).
    pub(super) fn look(
        &mut self,
        text: &mut String,
        has_ended: bool,
        now_seconds: f64,
    ) -> Option<String> {
        if !text.contains('|') {
            self.under_way = None;
            if self.before != *text {
                self.before.clone_from(text);
            }
            return None;
        }
        let before = &self.before;
        let under_way = self.under_way.get_or_insert_with(|| UnderWay {
            n_behind: n_behind(before, text),
            n_bytes: 0,
            changed_at_seconds: now_seconds,
        });
        if under_way.n_bytes != text.len() {
            under_way.n_bytes = text.len();
            under_way.changed_at_seconds = now_seconds;
        }
        let is_still = now_seconds - under_way.changed_at_seconds >= PAUSE_SECONDS;
        let is_whole = text.matches('|').count() >= MIN_BARS;
        if !is_whole || !(has_ended || is_still) {
            return None;
        }
        let n_behind = under_way.n_behind;
        self.under_way = None;
        let (kept, burst) = split(text, n_behind);
        text.clone_from(&kept);
        self.before = kept;
        Some(burst)
    }
}

/// The burst at the end of a text that somebody stopped typing, if there is one.
pub(crate) fn scanned_behind(text: &str) -> Option<String> {
    (text.matches('|').count() >= MIN_BARS).then(|| split(text, 0).1)
}

/// Bytes of `before` that stand behind the place where something was put in.
fn n_behind(before: &str, after: &str) -> usize {
    let n_ahead = before
        .bytes()
        .zip(after.bytes())
        .take_while(|(one, other)| one == other)
        .count();
    let rest = &before.as_bytes()[n_ahead..];
    let n_same = rest
        .iter()
        .rev()
        .zip(after.as_bytes().iter().rev())
        .take_while(|(one, other)| one == other)
        .count();
    // Never in the middle of a letter.
    let at = after.len() - n_same;
    (at..=after.len())
        .find(|at| after.is_char_boundary(*at))
        .map_or(0, |at| after.len() - at)
}

/// What was there without the burst, and the burst: it begins with the 12 (or 9) digits before the first bar.
fn split(text: &str, n_behind: usize) -> (String, String) {
    let first_bar = text.find('|').unwrap_or(text.len());
    let n_digits = text[..first_bar]
        .bytes()
        .rev()
        .take_while(u8::is_ascii_digit)
        .count();
    let n_number = match n_digits {
        12.. => 12,
        9..12 => 9,
        fewer => fewer,
    };
    let start = first_bar - n_number;
    // What stood behind may have been edited since: never in the middle of a letter.
    let end = text.len().saturating_sub(n_behind).max(first_bar);
    let end = text.ceil_char_boundary(end);
    let kept = format!("{}{}", &text[..start], &text[end..]);
    (kept, text[start..end].to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const CARD: &str = "001085012345||Nguyễn Văn Bình|01011985|Nam|Thôn 3, xã Bình Minh|02032021";

    /// Types `card` letter by letter behind the first `at` bytes of `before`, then ends; gives what is left and what came.
    fn scan(before: &str, at: usize, card: &str) -> (String, Option<String>) {
        let mut watch = BurstWatch::default();
        let mut text = before.to_owned();
        let mut now = 0.0;
        assert_eq!(watch.look(&mut text, false, now), None);
        let mut cursor = at;
        for letter in card.chars() {
            text.insert(cursor, letter);
            cursor += letter.len_utf8();
            now += 0.005;
            assert_eq!(watch.look(&mut text, false, now), None);
        }
        let burst = watch.look(&mut text, true, now);
        (text, burst)
    }

    #[test]
    fn a_burst_is_taken_out_wherever_the_cursor_stands() {
        let name = "Trần Thị";
        for (before, at) in [
            ("", 0),
            (name, name.len()),
            (name, 0),
            (name, "Trần".len()),
            ("0912", 4),
        ] {
            let expect = (before.to_owned(), Some(CARD.to_owned()));
            assert_eq!(scan(before, at, CARD), expect, "{before:?} at {at}");
        }
    }

    #[test]
    fn a_burst_that_comes_at_once_is_taken_out_too() {
        let mut watch = BurstWatch::default();
        let mut text = "Lê".to_owned();
        watch.look(&mut text, false, 0.0);
        text.push_str(CARD);
        assert_eq!(watch.look(&mut text, true, 0.0).as_deref(), Some(CARD));
        assert_eq!(text, "Lê");
    }

    #[test]
    fn a_scanner_without_enter_is_done_when_it_pauses() {
        let mut watch = BurstWatch::default();
        let mut text = CARD.to_owned();
        assert_eq!(watch.look(&mut text, false, 1.0), None);
        assert_eq!(watch.look(&mut text, false, 1.2), None);
        assert_eq!(watch.look(&mut text, false, 1.5).as_deref(), Some(CARD));
        assert_eq!(text, "");
    }

    #[test]
    fn what_changes_behind_a_burst_meanwhile_breaks_no_letter() {
        let mut watch = BurstWatch::default();
        let mut text = "Thị".to_owned();
        watch.look(&mut text, false, 0.0);
        text = format!("{CARD}Thị");
        watch.look(&mut text, false, 0.1);
        text = format!("{CARD}ịị");
        assert!(watch.look(&mut text, true, 0.2).is_some());
    }

    #[test]
    fn what_an_officer_types_is_never_taken() {
        for typed in ["Nguyễn Văn Bình", "a|b", "|||||"] {
            let expect = (typed.to_owned(), None);
            assert_eq!(scan("", 0, typed), expect);
        }
    }
}
