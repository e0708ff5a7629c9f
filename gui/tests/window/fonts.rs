//! Every Vietnamese letter, sign and mark the window uses has a glyph.

use std::collections::BTreeSet;
use std::path::Path;

use egui::FontFamily;
use lienquay_gui::fonts;
use skrifa::{FontRef, MetadataProvider as _};

/// Letters outside the block of composed ones, and the signs of the screens.
const OTHERS: &str = "ÀÁÂÃÈÉÊÌÍÒÓÔÕÙÚÝàáâãèéêìíòóôõùúýĂăĐđĨĩŨũƠơƯư₫№✔✖⚠ℹ▲→←↓↑•…–—“”’·×";
/// Marks of decomposed text: grave, acute, tilde, hook, dot below, circumflex, breve, horn.
const MARKS: &str = "\u{300}\u{301}\u{303}\u{309}\u{323}\u{302}\u{306}\u{31b}";

/// Letters that no font of the family has.
fn without_glyph(family: &FontFamily, letters: impl Iterator<Item = char>) -> String {
    let definitions = fonts::definitions();
    let faces: Vec<FontRef<'_>> = definitions.families[family]
        .iter()
        .map(|name| FontRef::new(&definitions.font_data[name].font).unwrap())
        .collect();
    letters
        .filter(|letter| {
            !faces
                .iter()
                .any(|face| face.charmap().map(*letter).is_some())
        })
        .collect()
}

/// The files of words, and the refusals that come from `shared`.
const WORDS: [&str; 2] = ["words", "../shared/src/refusal"];

/// Everything a screen may have to write.
fn written() -> String {
    let folder = |name: &&str| Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    let files = WORDS
        .iter()
        .flat_map(|name| std::fs::read_dir(folder(name)).unwrap());
    files
        .map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap())
        .collect()
}

#[test]
fn every_word_of_the_screens_can_be_written() {
    let text = written();
    let letters: BTreeSet<char> = text.chars().filter(|letter| !letter.is_control()).collect();
    let missing: String = without_glyph(&FontFamily::Proportional, letters.into_iter());
    assert_eq!(missing, "");
}

#[test]
fn every_vietnamese_letter_and_every_sign_has_a_glyph() {
    for family in [
        FontFamily::Proportional,
        fonts::bold(),
        FontFamily::Monospace,
    ] {
        // U+1EA0 to U+1EF9 are the composed Vietnamese letters of their block.
        let letters = ('\u{1ea0}'..='\u{1ef9}')
            .chain(OTHERS.chars())
            .chain(MARKS.chars());
        assert_eq!(without_glyph(&family, letters), "", "{family:?}");
    }
}
