//! The recovery sheet: the site's secret key on paper, as numbered groups of hex digits and as the text of a QR code.
//!
//! Eight groups of ten digits carry four bytes each and a check byte, so that a typing error is found in its group; a
//! ninth group checks the whole.

use std::fmt;

use crate::ids::SiteId;
use crate::log::NodeKey;

/// What the text of the QR code begins with. Capitals and digits only: the QR code's compact alphabet.
const QR_PREFIX: &str = "LIENQUAY1:";
/// Groups that carry the key.
const N_DATA_GROUPS: usize = 8;
/// Groups on the sheet: the key's and the check of the whole.
pub const N_GROUPS: usize = N_DATA_GROUPS + 1;
/// Bytes in a data group: four of the key, one check.
const GROUP_BYTES: usize = 5;
/// Bytes in the last group.
const WHOLE_CHECK_BYTES: usize = 4;
/// All digits in a row are split into groups of this length.
const GROUP_DIGITS: usize = GROUP_BYTES * 2;
/// The longest text read: the digits, the prefix, and generous spacing.
const MAX_TEXT_BYTES: usize = 1024;

/// The site's secret key, on its way to paper or back.
pub struct RecoverySheet(NodeKey);

/// Why a text is not a recovery sheet. Groups count from 1, as on paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RecoveryError {
    /// Far longer than a sheet.
    #[error("the text is far longer than a recovery sheet")]
    TooLong,
    /// Too few or too many groups.
    #[error("{0} groups instead of {N_GROUPS}")]
    GroupCount(usize),
    /// A character that is no hex digit.
    #[error("group {group}: {character:?} is not one of 0–9, a–f")]
    NotADigit {
        /// Which group.
        group: usize,
        /// What stands there.
        character: char,
    },
    /// Digits missing or too many.
    #[error("group {group} has {digits} digits instead of {expected}")]
    GroupLength {
        /// Which group.
        group: usize,
        /// How many it has.
        digits: usize,
        /// How many it should have.
        expected: usize,
    },
    /// A digit of this group is wrong, or the group stands in the wrong place.
    #[error("group {0} is wrong")]
    WrongGroup(usize),
    /// Every group is right by itself, but they are not of one sheet.
    #[error("the groups do not belong to one sheet")]
    WrongWhole,
}

impl RecoveryError {
    /// For the screen of whoever types the sheet in.
    pub fn vietnamese(&self) -> String {
        match self {
            Self::TooLong => "Nội dung quá dài, không phải phiếu khôi phục.".to_owned(),
            Self::GroupCount(n) => {
                format!("Có {n} nhóm, phiếu khôi phục phải có đủ {N_GROUPS} nhóm.")
            }
            Self::NotADigit { group, character } => {
                format!("Nhóm {group}: ký tự “{character}” không hợp lệ, chỉ dùng 0–9 và a–f.")
            }
            Self::GroupLength {
                group,
                digits,
                expected,
            } => {
                format!("Nhóm {group} có {digits} ký tự, phải có {expected}.")
            }
            Self::WrongGroup(group) => {
                format!("Nhóm {group} bị sai, hãy đối chiếu lại với phiếu.")
            }
            Self::WrongWhole => {
                "Từng nhóm đúng nhưng không cùng một phiếu, hãy nhập lại từ một phiếu duy nhất."
                    .to_owned()
            }
        }
    }
}

impl RecoverySheet {
    /// The sheet of this site key.
    pub fn new(key: NodeKey) -> Self {
        Self(key)
    }

    /// The key.
    pub fn key(&self) -> &NodeKey {
        &self.0
    }

    /// Whose sheet it is; not secret, and printed on it in the clear.
    pub fn site(&self) -> SiteId {
        self.0.site()
    }

    /// The groups to print, numbered from 1: `1a2b3-c4d5e` eight times, then `1a2b-3c4d`. **Secret.**
    pub fn groups(&self) -> [String; N_GROUPS] {
        let secret = self.0.to_secret();
        std::array::from_fn(|index| {
            let digits = match secret.chunks_exact(4).nth(index) {
                Some(data) => hex(&[data, &[group_check(index, data)]].concat()),
                None => hex(&whole_check(&secret)),
            };
            let (left, right) = digits.split_at(digits.len() / 2);
            format!("{left}-{right}")
        })
    }

    /// The text of the QR code. **Secret.**
    pub fn qr_text(&self) -> String {
        let digits = self.groups().concat().replace('-', "");
        format!("{QR_PREFIX}{}", digits.to_uppercase())
    }

    /// Reads groups as typed, in either case, with or without hyphens, one per line or all in a row; or the QR text.
    /// The letter o is taken for zero, i and l for one.
    pub fn parse(text: &str) -> Result<Self, RecoveryError> {
        if text.len() > MAX_TEXT_BYTES {
            return Err(RecoveryError::TooLong);
        }
        let text = text.trim().to_ascii_lowercase();
        let prefix = QR_PREFIX.to_ascii_lowercase();
        let groups = split_groups(text.strip_prefix(&prefix).unwrap_or(&text));
        if groups.len() != N_GROUPS {
            return Err(RecoveryError::GroupCount(groups.len()));
        }
        let mut secret = Vec::with_capacity(32);
        for (index, group) in groups.iter().take(N_DATA_GROUPS).enumerate() {
            let bytes = unhex::<GROUP_BYTES>(index + 1, group)?;
            let [data @ .., check] = bytes;
            if group_check(index, &data) != check {
                return Err(RecoveryError::WrongGroup(index + 1));
            }
            secret.extend(data);
        }
        let secret: [u8; 32] = secret.try_into().unwrap_or_default();
        let check = unhex::<WHOLE_CHECK_BYTES>(N_GROUPS, &groups[N_DATA_GROUPS])?;
        if whole_check(&secret) != check {
            return Err(RecoveryError::WrongWhole);
        }
        Ok(Self(NodeKey::from_secret(&secret)))
    }
}

impl fmt::Debug for RecoverySheet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RecoverySheet(of {})", self.site().short())
    }
}

fn split_groups(text: &str) -> Vec<Vec<char>> {
    let words: Vec<Vec<char>> = text
        .split_whitespace()
        .map(|word| word.chars().filter(|c| *c != '-').collect())
        .collect();
    match words.as_slice() {
        [row] if row.len() > GROUP_DIGITS => {
            row.chunks(GROUP_DIGITS).map(<[char]>::to_vec).collect()
        }
        _ => words,
    }
}

/// CRC-8 (polynomial x⁸+x²+x+1) over the group's place and data: finds every wrong digit, every two wrong neighbours and
/// every group in another's place, which a hash of one byte would miss once in 256.
fn group_check(index: usize, data: &[u8]) -> u8 {
    let index = u8::try_from(index).unwrap_or(u8::MAX);
    let shift = |crc: u8| {
        if crc & 0x80 == 0 {
            crc << 1
        } else {
            (crc << 1) ^ 0x07
        }
    };
    std::iter::once(&index)
        .chain(data)
        .fold(0, |crc, byte| (0..8).fold(crc ^ byte, |crc, _| shift(crc)))
}

fn whole_check(secret: &[u8; 32]) -> [u8; WHOLE_CHECK_BYTES] {
    let [a, b, c, d, ..] = blake3::derive_key("lienquay 2026 recovery sheet", secret);
    [a, b, c, d]
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex<const N: usize>(group: usize, digits: &[char]) -> Result<[u8; N], RecoveryError> {
    let mut bytes = [0; N];
    let mut values = Vec::with_capacity(N * 2);
    for character in digits {
        let meant = match character {
            'o' => '0',
            'i' | 'l' => '1',
            other => *other,
        };
        let value = meant
            .to_digit(16)
            .and_then(|value| u8::try_from(value).ok());
        values.push(value.ok_or(RecoveryError::NotADigit {
            group,
            character: *character,
        })?);
    }
    if values.len() != N * 2 {
        return Err(RecoveryError::GroupLength {
            group,
            digits: values.len(),
            expected: N * 2,
        });
    }
    for (byte, pair) in bytes.iter_mut().zip(values.chunks_exact(2)) {
        *byte = pair[0] << 4 | pair[1];
    }
    Ok(bytes)
}
