//! Walking the columns of an automerge chunk: what they would expand to, without expanding their runs.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::Read as _;

use flate2::read::DeflateDecoder;

/// The bit of a column's specification that says "compressed".
const DEFLATE: u64 = 8;
/// Columns of one table; automerge knows about fifteen.
const MAX_COLUMNS: u64 = 32;

/// The most that the columns of a chunk may expand to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// Rows of any column, and items of any lists in it.
    pub(super) n_rows: u64,
    /// Bytes of any text column: one long key for every row costs its length every time.
    pub(super) n_text_bytes: u64,
}

/// The specification of the column of actions, and the highest that is let through. The one above are marks, the
/// formatting of texts: nobody writes them, and automerge stores them in orders in which it does not read them again.
const ACTION: u64 = 0x42;
const MAX_ACTION: u64 = 6;

/// The columns of a table by their specification, expanded.
pub(super) type Table<'a> = BTreeMap<u64, Cow<'a, [u8]>>;

/// A column: how its bytes are to be read, and how many there are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Column {
    pub(super) specification: u64,
    is_compressed: bool,
    n_bytes: usize,
}

impl Column {
    /// Takes its bytes and gives them as they are read. What they expand to if they are compressed is subtracted from what
    /// is `left`; `None` when it is more, or where nothing may be compressed.
    fn expanded<'a>(self, rest: &mut Bytes<'a>, left: &mut Option<usize>) -> Option<Cow<'a, [u8]>> {
        let bytes = rest.take(self.n_bytes)?;
        if !self.is_compressed {
            return Some(Cow::Borrowed(bytes));
        }
        let most = (*left)?;
        let mut expanded = Vec::new();
        let mut inflating = DeflateDecoder::new(bytes).take(most as u64 + 1);
        let n = inflating.read_to_end(&mut expanded).ok()?;
        *left = Some(most.checked_sub(n)?);
        Some(Cow::Owned(expanded))
    }
}

/// The rest of a chunk.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bytes<'a>(pub(super) &'a [u8]);

impl<'a> Bytes<'a> {
    pub(super) fn take(&mut self, n: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(n)?;
        self.0 = rest;
        Some(taken)
    }

    /// An unsigned LEB128 number.
    pub(super) fn number(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..63).step_by(7) {
            let byte = *self.take(1)?.first()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }

    /// A signed LEB128 number.
    pub(super) fn signed(&mut self) -> Option<i64> {
        let mut number = 0;
        for shift in (0..63).step_by(7) {
            let byte = *self.take(1)?.first()?;
            number |= i64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                let unused = 64 - 7 - shift;
                return Some(number << unused >> unused);
            }
        }
        None
    }

    /// As many bytes as the number before them says.
    pub(super) fn counted(&mut self) -> Option<&'a [u8]> {
        let n = self.number()?;
        self.take(usize::try_from(n).ok()?)
    }

    /// Leaves them out; how many they are.
    pub(super) fn skip_counted(&mut self) -> Option<u64> {
        self.counted().map(|bytes| bytes.len() as u64)
    }

    pub(super) fn skip_hashes(&mut self, limit: u64) -> Option<()> {
        let n = self.number().filter(|n| *n <= limit)?;
        self.take(usize::try_from(n).ok()?.checked_mul(32)?)
            .map(drop)
    }

    /// Actors, each with its length.
    pub(super) fn actors(&mut self, limit: u64) -> Option<Vec<&'a [u8]>> {
        let n = self.number().filter(|n| *n <= limit)?;
        (0..n).map(|_actor| self.counted()).collect()
    }

    /// The description of a table: each column once, in the order of the format.
    pub(super) fn columns(&mut self) -> Option<Vec<Column>> {
        let n = self.number().filter(|n| *n <= MAX_COLUMNS)?;
        let column = |_| {
            let specification = self.number()?;
            Some(Column {
                specification: specification & !DEFLATE,
                is_compressed: specification & DEFLATE != 0,
                n_bytes: usize::try_from(self.number()?).ok()?,
            })
        };
        let columns: Vec<Column> = (0..n).map(column).collect::<Option<_>>()?;
        let rises = |pair: &[Column]| pair[0].specification < pair[1].specification;
        columns.windows(2).all(rises).then_some(columns)
    }

    /// Reads the columns of a table and holds what they would expand to against the limits; `left`: what compressed ones
    /// may come to, `None` if there may be none.
    pub(super) fn check(
        &mut self,
        columns: &[Column],
        n_actors: u64,
        limits: Limits,
        left: &mut Option<usize>,
    ) -> Option<Table<'a>> {
        let mut n_value_bytes = 0;
        let mut table = Table::new();
        for column in columns {
            let bytes = column.expanded(self, left)?;
            let (sum, limit) = Bytes(&bytes).sum_and_limit(
                column.specification,
                n_actors,
                limits,
                &mut n_value_bytes,
            )?;
            if sum > limit {
                return None;
            }
            table.insert(column.specification, bytes);
        }
        // Lengths that no bytes followed are not let through.
        (n_value_bytes == 0).then_some(table)
    }

    /// What a column comes to, and what it may. `n_value_bytes`: what the lengths before it say of a column of values.
    fn sum_and_limit(
        self,
        specification: u64,
        n_actors: u64,
        limits: Limits,
        n_value_bytes: &mut u64,
    ) -> Option<(u64, u64)> {
        let none = |_| 0;
        let counted = match specification & 7 {
            GROUP => (self.runs(limits, Self::number)?, limits.n_rows),
            ACTOR => {
                let actor = |bytes: &mut Self| bytes.number().filter(|at| *at < n_actors);
                (self.runs(limits, |bytes| actor(bytes).map(none))?, 0)
            }
            INTEGER if specification == ACTION => {
                let action = |bytes: &mut Self| bytes.number().filter(|at| *at <= MAX_ACTION);
                (self.runs(limits, |bytes| action(bytes).map(none))?, 0)
            }
            INTEGER => (self.runs(limits, |bytes| bytes.number().map(none))?, 0),
            DELTA => (self.runs(limits, |bytes| bytes.signed().map(|_| 0))?, 0),
            BOOLEAN => (self.booleans(limits)?, 0),
            STRING => (self.runs(limits, Self::skip_counted)?, limits.n_text_bytes),
            VALUE_META => {
                let lengths = self.runs(limits, |bytes| Some(bytes.number()? >> 4))?;
                *n_value_bytes = lengths.checked_add(*n_value_bytes)?;
                (0, 0)
            }
            _value => (std::mem::take(n_value_bytes), self.0.len() as u64),
        };
        Some(counted)
    }

    /// Walks runs of equal values, of different values and of nothing; the sum of what `value` tells of each row.
    pub(super) fn runs(
        mut self,
        limits: Limits,
        value: impl Fn(&mut Self) -> Option<u64>,
    ) -> Option<u64> {
        let (mut n_rows, mut sum) = (0_u64, 0_u64);
        while !self.0.is_empty() {
            let count = self.signed()?;
            let n = if count == 0 {
                self.number()?
            } else {
                count.unsigned_abs()
            };
            n_rows = n_rows
                .checked_add(n)
                .filter(|rows| *rows <= limits.n_rows)?;
            if count > 0 {
                sum = sum.checked_add(value(&mut self)?.checked_mul(n)?)?;
            }
            for _literal in 0..if count < 0 { n } else { 0 } {
                sum = sum.checked_add(value(&mut self)?)?;
            }
        }
        Some(sum)
    }

    /// Walks the lengths of alternating runs of no and yes.
    pub(super) fn booleans(mut self, limits: Limits) -> Option<u64> {
        let mut n_rows = 0_u64;
        while !self.0.is_empty() {
            let n = self.number()?;
            n_rows = n_rows
                .checked_add(n)
                .filter(|rows| *rows <= limits.n_rows)?;
        }
        Some(0)
    }
}

/// Columns within bounds, expanded.
impl Bytes<'_> {
    /// The value of each row.
    pub(super) fn values<T: Copy>(
        mut self,
        value: impl Fn(&mut Self) -> Option<T>,
    ) -> Option<Vec<Option<T>>> {
        let mut values = Vec::new();
        while !self.0.is_empty() {
            let count = self.signed()?;
            let n = usize::try_from(count.unsigned_abs()).ok()?;
            match count {
                0 => {
                    let n = usize::try_from(self.number()?).ok()?;
                    values.resize(values.len() + n, None);
                }
                1.. => {
                    let value = value(&mut self)?;
                    values.resize(values.len() + n, Some(value));
                }
                _ => {
                    for _literal in 0..n {
                        values.push(Some(value(&mut self)?));
                    }
                }
            }
        }
        Some(values)
    }

    /// Numbers that are kept as the steps between them.
    pub(super) fn deltas(self) -> Option<Vec<Option<i64>>> {
        let mut last = 0_i64;
        let mut values = self.values(Self::signed)?;
        for value in values.iter_mut().flatten() {
            last = last.checked_add(*value)?;
            *value = last;
        }
        Some(values)
    }

    /// Yes or no for each of `n` rows; rows left out are no.
    pub(super) fn flags(mut self, n: usize) -> Option<Vec<bool>> {
        let (mut flags, mut flag) = (Vec::new(), false);
        while !self.0.is_empty() {
            let n = usize::try_from(self.number()?).ok()?;
            flags.resize(flags.len() + n, flag);
            flag = !flag;
        }
        flags.resize(n.max(flags.len()), false);
        (flags.len() == n).then_some(flags)
    }
}

const GROUP: u64 = 0;
const ACTOR: u64 = 1;
const INTEGER: u64 = 2;
const DELTA: u64 = 3;
const BOOLEAN: u64 = 4;
const STRING: u64 = 5;
const VALUE_META: u64 = 6;
