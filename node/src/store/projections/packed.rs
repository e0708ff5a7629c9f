//! How a dossier's row stands in its column: values without the names of fields, what is said twice said once. A third
//! smaller than the row as it is sent, and there are as many as dossiers.

use lienquay_shared::DocId;
use lienquay_shared::codec;
use lienquay_shared::domain::dossier::{Channel, Status};
use lienquay_shared::view::{ConflictRow, DossierRow};

use crate::store::fault::{SqlFault, SqlResult};

/// Times of reception, due and end, Unix milliseconds.
type Times = (Option<u64>, Option<u64>, Option<u64>);

type Written<'a> = (
    &'a DocId,
    Option<&'a str>,
    &'a [String],
    (&'a str, &'a str),
    (&'a str, Option<&'a str>),
    (Channel, Status),
    Times,
    u32,
    &'a str,
    &'a [ConflictRow],
);

type Read = (
    DocId,
    Option<String>,
    Vec<String>,
    (String, String),
    (String, Option<String>),
    (Channel, Status),
    Times,
    u32,
    String,
    Vec<ConflictRow>,
);

/// A dossier and its conflicts as stored, the same bytes on every node.
pub(crate) fn pack(row: &DossierRow, conflicts: &[ConflictRow]) -> Vec<u8> {
    let is_first = row.codes.first() == Some(&row.code);
    let is_same = row.subject_name == row.transacting_name;
    let packed: Written<'_> = (
        &row.doc,
        (!is_first).then_some(row.code.as_str()),
        &row.codes,
        (&row.procedure_code, &row.procedure_name),
        (
            &row.transacting_name,
            (!is_same).then_some(row.subject_name.as_str()),
        ),
        (row.channel, row.status),
        (
            row.received_at_millis,
            row.due_at_millis,
            row.ended_at_millis,
        ),
        row.n_conflicts,
        &row.search_text,
        conflicts,
    );
    codec::encode(&packed)
}

/// Reads what [`pack`] wrote.
pub(crate) fn unpack(bytes: &[u8]) -> SqlResult<(DossierRow, Vec<ConflictRow>)> {
    let read: Read = codec::decode(bytes)
        .map_err(|error| SqlFault::damaged(&format!("a projection cannot be read ({error})")))?;
    let (doc, code, codes, procedure, people, kinds, times, n_conflicts, search_text, conflicts) =
        read;
    let row = DossierRow {
        doc,
        code: code.or_else(|| codes.first().cloned()).unwrap_or_default(),
        codes,
        procedure_code: procedure.0,
        procedure_name: procedure.1,
        subject_name: people.1.unwrap_or_else(|| people.0.clone()),
        transacting_name: people.0,
        channel: kinds.0,
        status: kinds.1,
        received_at_millis: times.0,
        due_at_millis: times.1,
        ended_at_millis: times.2,
        n_conflicts,
        search_text,
    };
    Ok((row, conflicts))
}
