//! The words on the screen: Vietnamese is the source, English is complete; both stand side by side in `words/*.yml`.

use serde::{Deserialize, Serialize};

/// The language of the window.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lang {
    /// Tiếng Việt.
    #[default]
    Vi,
    /// English.
    En,
}

impl Lang {
    /// As in the files of words.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Vi => "vi",
            Self::En => "en",
        }
    }

    /// The other one.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Vi => Self::En,
            Self::En => Self::Vi,
        }
    }
}

/// A text of the window: `tr!(cx, "find.looking")`, `tr!(cx, "dossiers.n_found", n = 3)`. The first argument is anything with a
/// field `lang`, mostly the [`Cx`](crate::cx::Cx). Gives a `String`.
#[macro_export]
macro_rules! tr {
    ($cx:expr, $key:expr) => {
        ::rust_i18n::t!($key, locale = $cx.lang.code()).into_owned()
    };
    ($cx:expr, $key:expr, $($name:ident = $value:expr),+ $(,)?) => {
        ::rust_i18n::t!($key, locale = $cx.lang.code(), $($name = $value),+).into_owned()
    };
}

/// A number as people write it: `3.400`, in English `3,400`.
#[must_use]
pub fn count(lang: Lang, n: u64) -> String {
    let separator = match lang {
        Lang::Vi => '.',
        Lang::En => ',',
    };
    let digits = n.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(separator);
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::{Lang, count};

    #[test]
    fn long_numbers_are_grouped() {
        for (n, vi, en) in [
            (0, "0", "0"),
            (999, "999", "999"),
            (3_400, "3.400", "3,400"),
            (1_234_567, "1.234.567", "1,234,567"),
        ] {
            assert_eq!(
                (count(Lang::Vi, n).as_str(), count(Lang::En, n).as_str()),
                (vi, en)
            );
        }
    }
}
