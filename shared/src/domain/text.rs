//! Folding of Vietnamese text for search and sorting: one rule, used when indexing and when asking.

/// Lowercases and strips every mark, so that "NGUYỄN THỊ ĐÀO", "nguyễn thị đào" and "nguyen thi dao" are one text.
///
/// Takes composed (NFC) and decomposed (NFD) input alike: phones and macOS send the latter. Spacing, digits and
/// punctuation are kept. SQLite's `unicode61` leaves đ alone, so index and query must both pass through here.
#[must_use]
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for lower in text.chars().flat_map(char::to_lowercase) {
        if !is_combining_mark(lower) {
            folded.push(base_letter(lower));
        }
    }
    folded
}

/// Sort key of a Vietnamese name: by given name (the last word), then family name, then the words between.
///
/// Marks decide only between names that are otherwise equal, so a list stays in one order on every counter.
#[must_use]
pub fn given_name_key(full_name: &str) -> String {
    let words: Vec<&str> = full_name.split_whitespace().collect();
    let Some((given, before)) = words.split_last() else {
        return String::new();
    };
    // U+0001 sorts below every letter and space: "An" comes before "Anh" whatever the family name.
    let family_first = before.join(" ");
    let plain = format!("{}\u{1}{}", fold(given), fold(&family_first));
    format!("{plain}\u{1}{}", full_name.to_lowercase())
}

/// The block "Combining Diacritical Marks": all tones, breve, circumflex and horn of decomposed Vietnamese.
const fn is_combining_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}')
}

/// A lowercase Latin letter without its marks. Beyond Vietnamese it covers the names foreign spouses bring.
/// Eth (ð) stands for đ because old documents were typed with it.
const fn base_letter(c: char) -> char {
    match c {
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' | 'ā' | 'ă' | 'ą' | 'ǎ' | 'ạ' | 'ả' | 'ấ' | 'ầ' | 'ẩ'
        | 'ẫ' | 'ậ' | 'ắ' | 'ằ' | 'ẳ' | 'ẵ' | 'ặ' => 'a',
        'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => 'c',
        'ď' | 'đ' | 'ð' => 'd',
        'è' | 'é' | 'ê' | 'ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' | 'ẹ' | 'ẻ' | 'ẽ' | 'ế' | 'ề' | 'ể'
        | 'ễ' | 'ệ' => 'e',
        'ĝ' | 'ğ' | 'ġ' | 'ģ' => 'g',
        'ĥ' => 'h',
        'ì' | 'í' | 'î' | 'ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' | 'ǐ' | 'ỉ' | 'ị' => 'i',
        'ĵ' => 'j',
        'ķ' => 'k',
        'ĺ' | 'ļ' | 'ľ' => 'l',
        'ñ' | 'ń' | 'ņ' | 'ň' => 'n',
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ō' | 'ŏ' | 'ő' | 'ơ' | 'ǒ' | 'ọ' | 'ỏ' | 'ố' | 'ồ' | 'ổ'
        | 'ỗ' | 'ộ' | 'ớ' | 'ờ' | 'ở' | 'ỡ' | 'ợ' => 'o',
        'ŕ' | 'ŗ' | 'ř' => 'r',
        'ś' | 'ŝ' | 'ş' | 'š' => 's',
        'ţ' | 'ť' => 't',
        'ù' | 'ú' | 'û' | 'ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' | 'ư' | 'ǔ' | 'ǖ' | 'ǘ' | 'ǚ'
        | 'ǜ' | 'ụ' | 'ủ' | 'ứ' | 'ừ' | 'ử' | 'ữ' | 'ự' => 'u',
        'ŵ' => 'w',
        'ý' | 'ÿ' | 'ŷ' | 'ỳ' | 'ỵ' | 'ỷ' | 'ỹ' => 'y',
        'ź' | 'ż' | 'ž' => 'z',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(input: &str, expect: &str) {
        assert_eq!(fold(input), expect, "input {input:?}");
    }

    #[test]
    fn folds_composed_decomposed_and_upper_case_alike() {
        check("Nguyễn Thị Đào", "nguyen thi dao");
        check("NGUYỄN THỊ ĐÀO", "nguyen thi dao");
        check("nguyen thi dao", "nguyen thi dao");
        // "ễ", "ị", "à" typed as letter + combining marks.
        check(
            "Nguye\u{302}\u{303}n Thi\u{323} Đa\u{300}o",
            "nguyen thi dao",
        );
        // "ượ" as u + horn, o + horn + dot below.
        check("đu\u{31b}o\u{31b}\u{323}c", "duoc");
        check("Ðặng", "dang"); // U+00D0, not U+0110.
        check("Thửa đất số 12/3, tờ 05", "thua dat so 12/3, to 05");
        check("", "");
        check("李", "李");
    }

    #[test]
    fn every_vietnamese_letter_has_an_ascii_base() {
        let vowels = [
            ("aàáảãạăằắẳẵặâầấẩẫậ", 'a'),
            ("eèéẻẽẹêềếểễệ", 'e'),
            ("iìíỉĩị", 'i'),
            ("oòóỏõọôồốổỗộơờớởỡợ", 'o'),
            ("uùúủũụưừứửữự", 'u'),
            ("yỳýỷỹỵ", 'y'),
            ("dđ", 'd'),
        ];
        for (letters, base) in vowels {
            for letter in letters.chars().chain(letters.to_uppercase().chars()) {
                check(&letter.to_string(), &base.to_string());
            }
        }
    }

    #[test]
    fn names_sort_by_given_name_then_family() {
        let mut names = [
            "Trần Văn Anh",
            "Lê An",
            "Đỗ Thị Bình",
            "Nguyễn Văn An",
            "Lê Ân",
            "Lê Văn An",
        ];
        names.sort_by_key(|name| given_name_key(name));
        let expect = [
            "Lê An",
            "Lê Ân",
            "Lê Văn An",
            "Nguyễn Văn An",
            "Trần Văn Anh",
            "Đỗ Thị Bình",
        ];
        assert_eq!(names, expect);
        assert_eq!(given_name_key("  "), "");
    }

    proptest! {
        #[test]
        fn folding_twice_is_folding_once(text in ".{0,80}") {
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once);
        }
    }
}
