//! What documents must do whatever they are made of, checked through the traits alone: for automerge, and for the opaque
//! documents of the simulation, which besides must read alike.

mod plays;

use lienquay_shared::ChangeHash;
use lienquay_shared::log::DocKind;
use lienquay_shared::schema::{Change, Document, Documents, Edit, RawDoc, Scalar};

pub use plays::{Act, Play, Seen, play};

const ONE: [u8; 16] = [1; 16];
const TWO: [u8; 16] = [2; 16];

/// Checks the contract of [`Documents`].
pub fn check_documents(documents: &dyn Documents) {
    let checks: &[fn(&dyn Documents)] = &[
        a_new_document_holds_its_genesis,
        a_change_says_who_made_it_on_what,
        what_is_saved_comes_back,
        changes_after_a_snapshot_are_loaded,
        bytes_that_are_not_ours_are_refused,
        an_orphan_is_told_before_it_is_applied,
        an_authors_last_change_is_named_though_others_built_on_it,
        a_place_in_a_sequence_is_given_once,
        two_edits_of_one_field_both_stand,
        a_conflict_is_settled_by_writing,
        what_is_written_beside_hides_nothing,
        whoever_wrote_since_writes_on_top,
        a_change_written_again_elsewhere_says_the_same,
        what_changes_nothing_is_not_an_edit,
    ];
    for check in checks {
        check(documents);
    }
}

/// Two copies of one document.
type Copies = [Box<dyn Document>; 2];

fn new(documents: &dyn Documents) -> Box<dyn Document> {
    let made = documents.load(DocKind::Dossier, &[], Vec::new());
    made.unwrap().unwrap()
}

fn write(document: &mut Box<dyn Document>, actor: [u8; 16], edits: &[Edit]) -> Box<dyn Change> {
    let salt = salt(document.as_ref());
    document.write(actor, &[], edits, salt).unwrap()
}

/// New in every change.
fn salt(document: &dyn Document) -> [u8; 16] {
    (document.history().len() as u128).to_be_bytes()
}

fn values(document: &dyn Document, key: &str) -> Vec<Scalar> {
    let raw = document.read();
    let field = raw.fields.get(key);
    let values = field.map(|field| field.values.iter().map(|(value, _)| value.clone()));
    values.into_iter().flatten().collect()
}

fn text(text: &str) -> Scalar {
    Scalar::Text(text.to_owned())
}

/// Two copies of one document that wrote the field `k` without knowing of each other, and both changes.
fn parted(documents: &dyn Documents) -> (Copies, [Box<dyn Change>; 2]) {
    let (mut left, mut right) = (new(documents), new(documents));
    let first = write(&mut left, ONE, &[Edit::text("k", "first")]);
    right.apply(first.as_ref()).unwrap();
    let changes = [
        write(&mut left, ONE, &[Edit::text("k", "left")]),
        write(&mut right, TWO, &[Edit::text("k", "right")]),
    ];
    ([left, right], changes)
}

fn a_new_document_holds_its_genesis(documents: &dyn Documents) {
    for kind in [DocKind::Site, DocKind::Ticket] {
        let document = documents.load(kind, &[], Vec::new()).unwrap().unwrap();
        let genesis = documents.genesis(kind).unwrap();
        assert!(documents.is_genesis(&genesis) && document.contains(&genesis));
        assert_eq!(document.heads(), [genesis]);
        assert_eq!(document.history().len(), 1);
        assert_eq!(document.read(), RawDoc::default());
    }
    assert_ne!(
        documents.genesis(DocKind::Site),
        documents.genesis(DocKind::Ticket)
    );
    for kind in [DocKind::Log, DocKind(200)] {
        assert!(documents.load(kind, &[], Vec::new()).unwrap().is_none());
        assert_eq!(documents.genesis(kind), None);
    }
    assert!(!documents.is_genesis(&ChangeHash([0; 32])));
}

fn a_change_says_who_made_it_on_what(documents: &dyn Documents) {
    let mut document = new(documents);
    let edits = [Edit::int("n", 3), Edit::Append { event: vec![9] }];
    let made = write(&mut document, ONE, &edits);
    let read = documents.change(made.bytes().to_vec()).unwrap();
    for change in [&made, &read, &document.change(&made.hash()).unwrap()] {
        assert_eq!(change.hash(), made.hash());
        assert_eq!(change.actor(), ONE);
        assert_eq!(change.bytes(), made.bytes());
        assert_eq!(
            change.deps(),
            [documents.genesis(DocKind::Dossier).unwrap()]
        );
        assert_eq!(change.edits(), edits);
    }
    assert_eq!(document.heads(), [made.hash()]);
    let history = document.history();
    assert_eq!(history.last().unwrap().actor, ONE);
}

fn what_is_saved_comes_back(documents: &dyn Documents) {
    let ([mut document, _], [_, right]) = parted(documents);
    document.apply(right.as_ref()).unwrap();
    let saved = documents.load(DocKind::Dossier, &document.save(), Vec::new());
    let (sent, _saved) = documents.receive(&document.save()).unwrap();
    for copy in [saved.unwrap().unwrap(), sent] {
        assert_eq!(copy.heads(), document.heads());
        assert_eq!(copy.read(), document.read());
        assert_eq!(copy.history().len(), document.history().len());
    }
}

fn changes_after_a_snapshot_are_loaded(documents: &dyn Documents) {
    let mut document = new(documents);
    let first = write(&mut document, ONE, &[Edit::int("n", 1)]);
    let saved = document.save();
    let second = write(&mut document, ONE, &[Edit::int("n", 2)]);
    let bytes = |change: &dyn Change| change.bytes().to_vec();
    let later = documents.load(DocKind::Dossier, &saved, vec![bytes(second.as_ref())]);
    let all = documents.load(
        DocKind::Dossier,
        &[],
        vec![bytes(first.as_ref()), bytes(second.as_ref())],
    );
    for copy in [later, all] {
        assert_eq!(copy.unwrap().unwrap().read(), document.read());
    }
}

fn bytes_that_are_not_ours_are_refused(documents: &dyn Documents) {
    let mut document = new(documents);
    let change = write(&mut document, ONE, &[Edit::text("k", "some text")]);
    for len in 0..change.bytes().len() {
        assert!(documents.change(change.bytes()[..len].to_vec()).is_err());
    }
    for len in 0..document.save().len() {
        let part = documents.receive(&document.save()[..len]);
        // A document may end between two changes; then it is another document.
        assert!(part.is_err() || !part.unwrap().0.contains(&change.hash()));
    }
}

fn an_orphan_is_told_before_it_is_applied(documents: &dyn Documents) {
    let (mut author, mut other) = (new(documents), new(documents));
    let first = write(&mut author, ONE, &[Edit::int("n", 1)]);
    let second = write(&mut author, ONE, &[Edit::int("n", 2)]);
    assert_eq!(other.missing(&second.deps()), [first.hash()]);
    assert!(!other.contains(&second.hash()));
    assert!(other.change(&second.hash()).is_none());
    other.apply(first.as_ref()).unwrap();
    assert_eq!(other.missing(&second.deps()), []);
    for _twice in 0..2 {
        other.apply(second.as_ref()).unwrap();
        assert_eq!(other.read(), author.read());
    }
}

fn an_authors_last_change_is_named_though_others_built_on_it(documents: &dyn Documents) {
    let (mut document, mut stranger) = (new(documents), new(documents));
    let own = write(&mut document, ONE, &[Edit::int("n", 1)]);
    let head = write(&mut document, TWO, &[Edit::int("n", 2)]);
    let next = write(&mut document, ONE, &[Edit::int("n", 3)]);
    assert_eq!(next.deps().len(), 2);
    for dep in [own.hash(), head.hash()] {
        assert!(next.deps().contains(&dep));
    }
    assert_eq!(document.heads(), [next.hash()]);
    assert_eq!(stranger.missing(&next.deps()).len(), 2);
    stranger.apply(own.as_ref()).unwrap();
    assert_eq!(stranger.missing(&next.deps()), [head.hash()]);
}

fn a_place_in_a_sequence_is_given_once(documents: &dyn Documents) {
    let (mut one, mut clone) = (new(documents), new(documents));
    write(&mut one, ONE, &[Edit::int("n", 1)]);
    let other = write(&mut clone, ONE, &[Edit::int("n", 2)]);
    assert!(one.missing(&other.deps()).is_empty());
    assert!(one.apply(other.as_ref()).is_err());
}

fn two_edits_of_one_field_both_stand(documents: &dyn Documents) {
    let ([mut left, mut right], changes) = parted(documents);
    left.apply(changes[1].as_ref()).unwrap();
    right.apply(changes[0].as_ref()).unwrap();
    assert_eq!(left.read(), right.read());
    assert_eq!(left.heads(), right.heads());
    assert_eq!(left.heads().len(), 2);
    assert!(left.heads().is_sorted());
    assert_eq!(values(left.as_ref(), "k"), [text("right"), text("left")]);
}

fn a_conflict_is_settled_by_writing(documents: &dyn Documents) {
    for choice in ["left", "right", "neither"] {
        let ([mut left, mut right], changes) = parted(documents);
        left.apply(changes[1].as_ref()).unwrap();
        right.apply(changes[0].as_ref()).unwrap();
        let settled = write(&mut left, ONE, &[Edit::text("k", choice)]);
        right.apply(settled.as_ref()).unwrap();
        for copy in [&left, &right] {
            assert_eq!(values(copy.as_ref(), "k"), [text(choice)]);
            assert_eq!(copy.heads(), [settled.hash()]);
        }
    }
}

fn what_is_written_beside_hides_nothing(documents: &dyn Documents) {
    let ([mut left, _], changes) = parted(documents);
    left.apply(changes[1].as_ref()).unwrap();
    let three = [3; 16];
    let edits = [Edit::text("k", "beside"), Edit::text("new", "x")];
    let beside = left.write(three, &changes[0].deps(), &edits, [0xee; 16]);
    assert_eq!(beside.unwrap().deps(), changes[0].deps());
    let expected = [text("beside"), text("right"), text("left")];
    assert_eq!(values(left.as_ref(), "k"), expected);
    assert_eq!(left.heads().len(), 3);
}

fn whoever_wrote_since_writes_on_top(documents: &dyn Documents) {
    let ([mut left, _], changes) = parted(documents);
    left.apply(changes[1].as_ref()).unwrap();
    let edits = [Edit::text("k", "on top")];
    let written = left.write(ONE, &changes[0].deps(), &edits, [0xee; 16]);
    assert_eq!(written.unwrap().actor(), ONE);
    assert_eq!(values(left.as_ref(), "k"), [text("on top")]);
    assert_eq!(left.heads().len(), 1);
}

fn a_change_written_again_elsewhere_says_the_same(documents: &dyn Documents) {
    for choice in ["left", "right", "neither"] {
        let ([mut left, mut other], changes) = parted(documents);
        left.apply(changes[1].as_ref()).unwrap();
        other.apply(changes[0].as_ref()).unwrap();
        let edits = [Edit::text("k", choice), Edit::Append { event: vec![1] }];
        let settled = write(&mut left, ONE, &edits);
        let again = other.write([3; 16], &settled.deps(), &settled.edits(), [0xee; 16]);
        again.unwrap();
        let event = |document: &dyn Document| document.read().events[0].bytes.clone();
        assert_eq!(values(other.as_ref(), "k"), [text(choice)]);
        assert_eq!(event(other.as_ref()), event(left.as_ref()));
    }
}

fn what_changes_nothing_is_not_an_edit(documents: &dyn Documents) {
    let mut document = new(documents);
    write(&mut document, ONE, &[Edit::text("k", "same")]);
    let before = document.read();
    let clear = Edit::Clear {
        key: "no".to_owned(),
    };
    let again = write(&mut document, TWO, &[Edit::text("k", "same"), clear]);
    assert_eq!(again.edits(), []);
    assert_eq!(document.read(), before);
    let gone = Edit::Clear {
        key: "k".to_owned(),
    };
    write(&mut document, TWO, std::slice::from_ref(&gone));
    assert_eq!(document.read(), RawDoc::default());
}
