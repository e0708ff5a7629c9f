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
