//! Reads the QR of a citizen identity card (CCCD) as a scanner types it. The code is unsigned: it fills in a form and
//! authenticates nobody, so doubts become warnings and only the unreadable is an error.

use core::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::text::fold;

/// Cards carry about 200 bytes; longer input is not a card.
pub const MAX_QR_BYTES: usize = 1024;

/// Fields every card has; newer cards add more behind them.
const MIN_FIELDS: usize = 7;

/// Number on an identity document: 12 digits (CCCD, personal identifier) or 9 (the former CMND).
///
/// Its `Debug` is masked, so that a derived `Debug` further up cannot put it into a log.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct IdNumber(String);

impl IdNumber {
    /// Takes 9 or 12 ASCII digits and nothing else.
    pub fn parse(text: &str) -> Result<Self, CccdError> {
        let digits_only = text.bytes().all(|byte| byte.is_ascii_digit());
        if digits_only && matches!(text.len(), 9 | 12) {
            Ok(Self(text.to_owned()))
        } else {
            Err(CccdError::BadNumber)
        }
    }

    /// All digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// For public screens: only the last three digits.
    #[must_use]
    pub fn masked(&self) -> String {
        let hidden = self.0.len() - 3;
        format!("{}{}", "•".repeat(hidden), &self.0[hidden..])
    }

    /// Sex and birth year that a 12-digit number states: after three digits of the place come one for century and sex
    /// (0 male, 1 female of 19xx; 2, 3 of 20xx …) and two for the year. `None` for 9 digits.
    #[must_use]
    pub fn stated_sex_and_year(&self) -> Option<(Sex, i16)> {
        if self.0.len() != 12 {
            return None;
        }
        let digit = |index: usize| i16::from(self.0.as_bytes()[index] - b'0');
        let sex = if digit(3) % 2 == 0 {
            Sex::Male
        } else {
            Sex::Female
        };
        let year = 1900 + 100 * (digit(3) / 2) + 10 * digit(4) + digit(5);
        Some((sex, year))
    }
}

impl fmt::Debug for IdNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "IdNumber({})", self.masked())
    }
}

impl TryFrom<String> for IdNumber {
    type Error = CccdError;

    fn try_from(text: String) -> Result<Self, CccdError> {
        Self::parse(&text)
    }
}

impl From<IdNumber> for String {
    fn from(number: IdNumber) -> Self {
        number.0
    }
}

/// Sex as written on identity documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sex {
    /// Nam.
    Male,
    /// Nữ.
    Female,
}

/// What the card says. `None` where the field was empty or unreadable: the officer types it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cccd {
    /// Number of this card.
    pub number: IdNumber,
    /// Number of the card it replaced; often empty.
    pub old_number: Option<IdNumber>,
    /// As printed.
    pub full_name: String,
    /// Date of birth.
    pub birth_date: Option<Date>,
    /// Sex.
    pub sex: Option<Sex>,
    /// Residence, one line; may be empty.
    pub address: String,
    /// Date of issue.
    pub issued_on: Option<Date>,
}

/// Masked: a card is personal data and must not reach a log.
impl fmt::Debug for Cccd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cccd")
            .field("number", &self.number)
            .finish_non_exhaustive()
    }
}

/// The input is not a card; the text tells the officer what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CccdError {
    /// More than [`MAX_QR_BYTES`].
    #[error(
        "Mã quét dài quá {MAX_QR_BYTES} byte, không phải thẻ căn cước: hãy quét lại đúng mã QR trên thẻ"
    )]
    TooLong,
    /// Fewer fields than any card has.
    #[error(
        "Mã quét chỉ có {found} mục, thẻ căn cước có ít nhất {MIN_FIELDS}: hãy quét lại hoặc nhập tay"
    )]
    TooFewFields {
        /// How many there were.
        found: usize,
    },
    /// Not 9 or 12 digits.
    #[error(
        "Số giấy tờ phải có 12 chữ số (hoặc 9 với chứng minh nhân dân cũ): hãy quét lại hoặc nhập tay"
    )]
    BadNumber,
    /// The name field is empty.
    #[error("Mã quét không có họ tên: hãy quét lại hoặc nhập tay")]
    NoName,
}

/// Something on the card does not fit; shown to the officer, never blocking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum CccdWarning {
    /// The number states another year than the birth date.
    #[error(
        "Số căn cước cho năm sinh {stated}, ngày sinh trên thẻ lại là năm {printed}: hãy đối chiếu thẻ"
    )]
    BirthYearMismatch {
        /// Year the number states.
        stated: i16,
        /// Year of the birth date.
        printed: i16,
    },
    /// The number states the other sex.
    #[error("Giới tính trong số căn cước khác giới tính ghi trên thẻ: hãy đối chiếu thẻ")]
    SexMismatch,
    /// The birth date is missing or no date.
    #[error("Không đọc được ngày sinh: hãy nhập tay")]
    BirthDateUnreadable,
    /// The sex is neither "Nam" nor "Nữ".
    #[error("Không đọc được giới tính: hãy nhập tay")]
    SexUnreadable,
    /// The date of issue is missing or no date.
    #[error("Không đọc được ngày cấp: hãy nhập tay")]
    IssueDateUnreadable,
    /// The old number is there but has neither 9 nor 12 digits.
    #[error("Số giấy tờ cũ không hợp lệ, đã bỏ qua: hãy nhập tay nếu cần")]
    OldNumberUnreadable,
}

/// Parses what the scanner typed: `number|old number|full name|birth|sex|address|issued|…`, dates `ddMMyyyy` or with
/// slashes. Byte-order marks and stray CR, LF and tabs of the scanner are ignored.
pub fn parse_cccd(scanned: &str) -> Result<(Cccd, Vec<CccdWarning>), CccdError> {
    if scanned.len() > MAX_QR_BYTES {
        return Err(CccdError::TooLong);
    }
    let fields: Vec<String> = scanned.split('|').map(clean_field).collect();
    let [
        number,
        old_number,
        full_name,
        birth,
        sex,
        address,
        issued,
        ..,
    ] = fields.as_slice()
    else {
        return Err(CccdError::TooFewFields {
            found: fields.len(),
        });
    };
    if full_name.is_empty() {
        return Err(CccdError::NoName);
    }
    let number = IdNumber::parse(number)?;
    let mut warnings = Vec::new();
    let card = Cccd {
        old_number: read_old_number(old_number, &mut warnings),
        full_name: full_name.clone(),
        birth_date: or_warn(
            parse_date(birth),
            CccdWarning::BirthDateUnreadable,
            &mut warnings,
        ),
        sex: or_warn(parse_sex(sex), CccdWarning::SexUnreadable, &mut warnings),
        address: address.clone(),
        issued_on: or_warn(
            parse_date(issued),
            CccdWarning::IssueDateUnreadable,
            &mut warnings,
        ),
        number,
    };
    warnings.extend(check_number(&card.number, card.birth_date, card.sex));
    Ok((card, warnings))
}

/// Compares what a 12-digit number states with birth date and sex. Also used for numbers typed by hand.
#[must_use]
pub fn check_number(
    number: &IdNumber,
    birth_date: Option<Date>,
    sex: Option<Sex>,
) -> Vec<CccdWarning> {
    let Some((stated_sex, stated)) = number.stated_sex_and_year() else {
        return Vec::new();
    };
    let year = birth_date
        .map(Date::year)
        .filter(|printed| *printed != stated)
        .map(|printed| CccdWarning::BirthYearMismatch { stated, printed });
    let sex = sex
        .filter(|printed| *printed != stated_sex)
        .map(|_| CccdWarning::SexMismatch);
    year.into_iter().chain(sex).collect()
}

/// Drops control characters and byte-order marks anywhere, then surrounding space.
fn clean_field(raw: &str) -> String {
    let kept: String = raw
        .chars()
        .map(|c| if matches!(c, '\t' | '\u{a0}') { ' ' } else { c })
        .filter(|c| !c.is_control() && !matches!(c, '\u{feff}' | '\u{fffe}' | '\u{200b}'))
        .collect();
    kept.trim().to_owned()
}

fn or_warn<T>(
    value: Option<T>,
    warning: CccdWarning,
    warnings: &mut Vec<CccdWarning>,
) -> Option<T> {
    if value.is_none() {
        warnings.push(warning);
    }
    value
}

fn read_old_number(text: &str, warnings: &mut Vec<CccdWarning>) -> Option<IdNumber> {
    if text.is_empty() {
        return None;
    }
    or_warn(
        IdNumber::parse(text).ok(),
        CccdWarning::OldNumberUnreadable,
        warnings,
    )
}

fn parse_sex(text: &str) -> Option<Sex> {
    match fold(text).as_str() {
        "nam" => Some(Sex::Male),
        "nu" => Some(Sex::Female),
        _ => None,
    }
}

/// `ddMMyyyy`, `dd/MM/yyyy` or `d/M/yyyy`.
fn parse_date(text: &str) -> Option<Date> {
    let (day, month, year) = if text.contains('/') {
        let mut parts = text.split('/');
        let date = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() {
            return None;
        }
        date
    } else {
        (text.get(..2)?, text.get(2..4)?, text.get(4..)?)
    };
    let is_number = |part: &str, lengths: core::ops::RangeInclusive<usize>| {
        lengths.contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    if !(is_number(day, 1..=2) && is_number(month, 1..=2) && is_number(year, 4..=4)) {
        return None;
    }
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

#[cfg(test)]
mod tests;
