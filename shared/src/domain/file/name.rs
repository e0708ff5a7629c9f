//! File names: whatever a scanner, a phone or a stranger's stick calls a file, made fit to be shown and saved.

use crate::codec::Text;

/// Longest name, bytes.
const MAX: usize = 200;

/// A file's name as shown.
pub type FileName = Text<MAX>;

/// What stands where nothing of a name is left.
const NAMELESS: &str = "tệp";

/// Makes a name of anything: the part behind the last path separator, without characters that cannot be seen, turn the
/// direction of writing, or mean something to a file system; its ending is kept when it has to be shortened.
pub fn clean_name(raw: &str) -> FileName {
    let last = raw.rsplit(['/', '\\']).next().unwrap_or_default();
    let shown: String = last.chars().filter(|c| !is_harmful(*c)).collect();
    let name = shown.trim_matches(|c: char| c.is_whitespace() || c == '.');
    if name.is_empty() {
        return Text::truncated(NAMELESS);
    }
    match name.rsplit_once('.') {
        Some((stem, ending)) if name.len() > MAX && ending.len() <= 10 => {
            let room = MAX - ending.len() - 1;
            let mut cut = room;
            while !stem.is_char_boundary(cut) {
                cut -= 1;
            }
            Text::truncated(&format!("{}.{ending}", &stem[..cut]))
        }
        _ => Text::truncated(name),
    }
}

fn is_harmful(c: char) -> bool {
    // Zero-width and direction marks hide what an ending is: "gpj.exe" shown as "exe.jpg".
    let is_unseen = matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    c.is_control() || is_unseen || matches!(c, '<' | '>' | ':' | '"' | '|' | '?' | '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vietnamese_names_stay_and_paths_go() {
        assert_eq!(&*clean_name("Tờ khai (bản 2).pdf"), "Tờ khai (bản 2).pdf");
        assert_eq!(&*clean_name(r"C:\Users\hoa\Quét 01.jpg"), "Quét 01.jpg");
        assert_eq!(&*clean_name("../../etc/passwd"), "passwd");
    }

    #[test]
    fn what_cannot_be_seen_or_saved_goes() {
        assert_eq!(&*clean_name("anh\u{202e}gpj.exe"), "anhgpj.exe");
        assert_eq!(&*clean_name("a\0b\n.pdf"), "ab.pdf");
        assert_eq!(&*clean_name("hỏi? 1:2 *.png"), "hỏi 12 .png");
    }

    #[test]
    fn nothing_is_left_without_a_name() {
        for raw in ["", ".", "..", "/", "   ", "\u{200b}", "a/.."] {
            assert_eq!(&*clean_name(raw), NAMELESS, "{raw:?}");
        }
    }

    #[test]
    fn a_long_name_keeps_its_ending_and_whole_characters() {
        let name = clean_name(&format!("{}.pdf", "ế".repeat(400)));
        assert!(name.len() <= MAX && name.ends_with("ế.pdf"), "{name}");
        let name = clean_name(&"ế".repeat(400));
        assert!(name.len() <= MAX && name.ends_with('ế'));
    }
}
