//! Officers' submissions: answered from the record when repeated, decided, written, answered after the commit.

use std::sync::Arc;

use lienquay_shared::command::{Command, DossierRef, Outcome, ReceiveDossier, Submission};
use lienquay_shared::decide::{self, Context, Write};
use lienquay_shared::domain::calendar::unix_millis_from_civil;
use lienquay_shared::domain::procedure::Procedure;
use lienquay_shared::domain::site::Site;
use lienquay_shared::domain::site_time::{Day, TimeQuality};
use lienquay_shared::log::{ActionKind, DocKind};
use lienquay_shared::refusal::Refusal;
use lienquay_shared::schema;
use lienquay_shared::view::ReceivePreview;
use lienquay_shared::{DocId, Hlc, OfficerId, RequestId, SiteId, codec};

use crate::engine::{Cx, Engine};
use crate::event::{Now, Reply, Token};
use crate::number::{NumberFor, PendingReceive};
use crate::store::StoreResult;

/// Procedure versions kept as read: a counter receives a few kinds all day, and each is up to 100 KB of text to parse.
const MAX_PROCEDURES: usize = 16;

/// A procedure version and the day from which it is in force; none of it when it cannot be read.
pub(crate) type InForce = Arc<(Option<Day>, Option<Procedure>)>;

/// Result of deciding: what to tell the officer, or why not.
type Told = Result<Outcome, Refusal>;

impl Engine {
    /// An officer wants something done.
    pub(crate) fn on_submit(
        &mut self,
        cx: &mut Cx<'_>,
        token: Token,
        submission: Submission,
    ) -> StoreResult<()> {
        if let Some(bytes) = cx.store.outcome(&submission.request)? {
            let outcome: Outcome = codec::decode(&bytes)?;
            cx.fx.replies.push(Reply {
                token,
                result: Ok(outcome),
            });
            return Ok(());
        }
        let Some(site_id) = self.site.filter(|_| !self.boot.is_loading()) else {
            return self.refuse(cx, token, Refusal::Loading);
        };
        if self.doubts_own_log(cx.now) {
            return self.refuse(cx, token, Refusal::TooBusy);
        }
        let request = submission.request;
        let told = match submission.command {
            Command::IssueTicket { .. }
            | Command::CallNext { .. }
            | Command::CallTicket { .. }
            | Command::Announce { .. }
            | Command::Recall { .. }
            | Command::NoShow { .. }
            | Command::Park { .. }
            | Command::Unpark { .. }
            | Command::Transfer { .. }
            | Command::Prioritise { .. }
            | Command::Start { .. }
            | Command::FinishTicket { .. }
            | Command::Rate { .. }
            | Command::Decline { .. }
            | Command::TakeOverTickets { .. }
            | Command::EnterPaperNumber { .. }
            | Command::GoMobile
            | Command::ComeBack => return self.on_ticket_command(cx, token, submission),
            Command::Revoke { node, reason } => {
                return self.revoke(cx, token, &request, node, &reason);
            }
            Command::Retire { node } => return self.retire(cx, token, &request, node),
            Command::ReceiveDossier(ask) => return self.receive(cx, token, request, &ask),
            Command::ImportProcedure {
                record,
                effective_from,
            } => self.import(cx, &site_id, &record, effective_from.map(Day::of))?,
            Command::Forget { doc } => self.forget(cx, doc)?,
            Command::ConfirmDate { date } => self.confirm_date(cx, date),
            other => self.on_document_command(cx, &site_id, &other)?,
        };
        match told {
            Ok(outcome) => self.done(cx, token, &request, outcome),
            Err(refusal) => self.refuse(cx, token, refusal),
        }
    }

    /// Commands about the site or about one dossier: decided by pure functions, written here.
    fn on_document_command(
        &mut self,
        cx: &mut Cx<'_>,
        site_id: &SiteId,
        command: &Command,
    ) -> StoreResult<Told> {
        let (context, site) = self.context(cx)?;
        if let Some(decided) = decide::site::command(&context, site_id, &site, command) {
            return self.write_decided(cx, &context, decided.map(|write| (write, Outcome::Done)));
        }
        let Some(named) = dossier_ref(command) else {
            return Ok(Err(Refusal::invalid(
                "command",
                "Lệnh này chưa được hỗ trợ ở phiên bản này.",
            )));
        };
        let doc = match self.find_dossier(cx, named)? {
            Ok(doc) => doc,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let actors = self.actors();
        let Some(document) = self.docs.read(cx.store, &doc)? else {
            return Ok(Err(Refusal::UnknownDossier));
        };
        let (dossier, _defects) = schema::dossier::read(document, &|actor| actors.author(actor));
        if let Command::AddFile { file, .. } = command
            && !cx
                .store
                .file(&file.hash)?
                .is_some_and(|row| row.size == file.size && self.files.stays(&row))
        {
            return Ok(Err(Refusal::FileAbsent));
        }
        match decide::dossier::command(&context, &site, doc, &dossier, command) {
            Some(decided) => self.write_decided(cx, &context, decided),
            None => Ok(Err(Refusal::UnknownDossier)),
        }
    }

    fn write_decided(
        &mut self,
        cx: &mut Cx<'_>,
        context: &Context,
        decided: Result<(Write, Outcome), Refusal>,
    ) -> StoreResult<Told> {
        match decided {
            Ok((write, outcome)) => {
                self.author(cx, &write, context.officer)?;
                Ok(Ok(outcome))
            }
            Err(refusal) => Ok(Err(refusal)),
        }
    }

    fn find_dossier(
        &mut self,
        cx: &mut Cx<'_>,
        named: &DossierRef,
    ) -> StoreResult<Result<DocId, Refusal>> {
        let found = match named {
            DossierRef::Id(doc) => {
                let known = cx
                    .store
                    .doc(doc)?
                    .is_some_and(|row| row.kind == DocKind::Dossier && !row.forgotten);
                if known { vec![*doc] } else { Vec::new() }
            }
            DossierRef::Code(code) => cx.store.dossiers_coded(code)?,
        };
        Ok(match found.as_slice() {
            [] => Err(Refusal::UnknownDossier),
            [doc] => Ok(*doc),
            _ => Err(Refusal::AmbiguousCode { candidates: found }),
        })
    }

    /// Receiving a dossier: everything is checked before a number is asked for, so that a refusal leaves no gap.
    fn receive(
        &mut self,
        cx: &mut Cx<'_>,
        token: Token,
        request: RequestId,
        ask: &ReceiveDossier,
    ) -> StoreResult<()> {
        let (context, site) = self.context(cx)?;
        let found = self.procedure_in_force(cx, &ask.procedure)?;
        let Some((procedure_doc, procedure)) = found
            .as_ref()
            .and_then(|(doc, version)| Some((*doc, version.1.as_ref()?)))
        else {
            return self.refuse(
                cx,
                token,
                Refusal::UnknownProcedure {
                    code: ask.procedure.clone(),
                },
            );
        };
        match decide::dossier::prepare_receive(&context, &site, procedure_doc, procedure, ask) {
            Ok(prepared) => {
                let doc = cx.rng.doc();
                let pending = PendingReceive {
                    token,
                    request,
                    officer: context.officer,
                    doc,
                    prepared,
                };
                self.want_number(cx, NumberFor::Dossier(Box::new(pending)))
            }
            Err(refusal) => self.refuse(cx, token, refusal),
        }
    }

    /// What a reception that is being typed in still lacks, and when it would be due. Takes no number, writes nothing.
    pub(crate) fn receive_preview(
        &mut self,
        cx: &mut Cx<'_>,
        ask: &ReceiveDossier,
    ) -> StoreResult<ReceivePreview> {
        if self.site.is_none() || self.boot.is_loading() {
            return Ok(ReceivePreview {
                due: None,
                problems: vec![Refusal::Loading],
            });
        }
        let site = self.site_model(cx)?;
        let context = self.context_at(cx.now, self.clock.last(), &site);
        let found = self.procedure_in_force(cx, &ask.procedure)?;
        let procedure = found.as_ref().and_then(|(_, version)| version.1.as_ref());
        Ok(decide::dossier::preview_receive(
            &context, &site, procedure, ask,
        ))
    }

    /// A dossier that was to be received has its number, or must do with a provisional code.
    pub(crate) fn receive_numbered(
        &mut self,
        cx: &mut Cx<'_>,
        receive: PendingReceive,
        number: Option<u32>,
    ) -> StoreResult<()> {
        let (write, received) = receive.prepared.finish(receive.doc, number);
        self.author(cx, &write, receive.officer)?;
        self.done(
            cx,
            receive.token,
            &receive.request,
            Outcome::DossierReceived(received),
        )
    }

    /// The version of a procedure in force today: the newest that is effective.
    fn procedure_in_force(
        &mut self,
        cx: &mut Cx<'_>,
        code: &str,
    ) -> StoreResult<Option<(DocId, InForce)>> {
        let today = self.site_clock.read(cx.now).day();
        for doc in cx.store.procedures_coded(code)? {
            let Some(version) = self.procedure(cx, doc)? else {
                continue;
            };
            let (effective_from, procedure) = &*version;
            if effective_from.is_none_or(|from| from <= today) && procedure.is_some() {
                return Ok(Some((doc, version)));
            }
        }
        Ok(None)
    }

    fn procedure(&mut self, cx: &Cx<'_>, doc: DocId) -> StoreResult<Option<InForce>> {
        if let Some(version) = self.procedure_cache.get(&doc) {
            return Ok(Some(Arc::clone(version)));
        }
        let Some(document) = self.docs.read(cx.store, &doc)? else {
            return Ok(None);
        };
        let (version, _defects) = schema::procedure::read(document);
        let procedure = serde_json::from_str(&version.body)
            .inspect_err(|error| {
                tracing::warn!(doc = ?doc, %error, "a procedure of the catalogue cannot be read");
            })
            .ok();
        let version = Arc::new((version.effective_from, procedure));
        if self.procedure_cache.len() >= MAX_PROCEDURES {
            self.procedure_cache.clear();
        }
        self.procedure_cache.insert(doc, Arc::clone(&version));
        Ok(Some(version))
    }

    fn import(
        &mut self,
        cx: &mut Cx<'_>,
        site_id: &SiteId,
        record: &serde_json::Value,
        effective_from: Option<Day>,
    ) -> StoreResult<Told> {
        let (context, site) = self.context(cx)?;
        let imported =
            match decide::procedure::import(&context, site_id, &site, record, effective_from) {
                Ok(imported) => imported,
                Err(refusal) => return Ok(Err(refusal)),
            };
        let is_new = cx.store.doc(&imported.write.doc)?.is_none();
        if is_new {
            self.author(cx, &imported.write, context.officer)?;
        }
        Ok(Ok(Outcome::ProcedureImported {
            doc: imported.write.doc,
            code: codec::Text::truncated(&imported.version.code),
            is_new,
            unusable: imported.unusable,
        }))
    }

    fn forget(&mut self, cx: &mut Cx<'_>, doc: DocId) -> StoreResult<Told> {
        let (context, site) = self.context(cx)?;
        if let Err(refusal) = decide::role::allow(&context, &site, decide::role::Right::ManageNodes)
        {
            return Ok(Err(refusal));
        }
        match cx.store.doc(&doc)? {
            Some(row) if row.forgotten => Ok(Err(Refusal::NoChange)),
            Some(row) if matches!(row.kind, DocKind::Dossier | DocKind::Ticket) => {
                self.author_bare(cx, ActionKind::DocForgotten, row.kind, doc, context.officer)?;
                Ok(Ok(Outcome::Done))
            }
            Some(_) | None => Ok(Err(Refusal::UnknownDossier)),
        }
    }

    /// The officer says what day it is: the time of day is the clock's, the date the officer's.
    fn confirm_date(&mut self, cx: &Cx<'_>, date: jiff::civil::Date) -> Told {
        let clock = self.site_clock.read(cx.now).civil();
        let time = clock.map_or(jiff::civil::Time::midnight(), |clock| clock.time());
        let confirmed = unix_millis_from_civil(date.to_datetime(time));
        let millis = confirmed
            .and_then(|millis| u64::try_from(millis).ok())
            .unwrap_or(0);
        if millis < crate::site_clock::EARLIEST_PLAUSIBLE_MILLIS {
            return Err(Refusal::invalid(
                "date",
                "Ngày này đã qua từ lâu. Anh/chị xem lại ngày trên lịch.",
            ));
        }
        self.site_clock
            .anchor(cx.now, millis, TimeQuality::Confirmed);
        Ok(Outcome::Done)
    }

    /// Answers with a refusal. Refusals are not recorded: the same request may succeed when it is repeated.
    pub(crate) fn refuse(
        &mut self,
        cx: &mut Cx<'_>,
        token: Token,
        refusal: Refusal,
    ) -> StoreResult<()> {
        cx.fx.replies.push(Reply {
            token,
            result: Err(refusal),
        });
        Ok(())
    }

    /// Records and answers what was done; the answer leaves after the commit.
    pub(crate) fn done(
        &mut self,
        cx: &mut Cx<'_>,
        token: Token,
        request: &RequestId,
        outcome: Outcome,
    ) -> StoreResult<()> {
        cx.store.put_outcome(request, &codec::encode(&outcome))?;
        self.wrote_own();
        cx.fx.replies.push(Reply {
            token,
            result: Ok(outcome),
        });
        Ok(())
    }

    /// The site as its document says; empty before it has arrived.
    pub(crate) fn site_model(&mut self, cx: &mut Cx<'_>) -> StoreResult<Arc<Site>> {
        if let Some(site) = &self.site_cache {
            return Ok(Arc::clone(site));
        }
        let actors = self.actors();
        let model = match self.site {
            Some(site) => match self.docs.read(cx.store, &schema::site::site_doc(&site))? {
                Some(document) => schema::site::read(document, &|actor| actors.author(actor)).0,
                None => Site::default(),
            },
            None => Site::default(),
        };
        let model = Arc::new(model);
        self.site_cache = Some(Arc::clone(&model));
        Ok(model)
    }

    /// Who decides here and now: this PC's officer at its counter, in site time.
    pub(crate) fn context(&mut self, cx: &mut Cx<'_>) -> StoreResult<(Context, Arc<Site>)> {
        let site = self.site_model(cx)?;
        let hlc = self.clock.tick(cx.now.wall_millis);
        Ok((self.context_at(cx.now, hlc, &site), site))
    }

    fn context_at(&self, now: Now, hlc: Hlc, site: &Site) -> Context {
        let seat = site.seats.get(&self.me).copied();
        Context {
            now: self.site_clock.read(now),
            hlc,
            officer: seat
                .and_then(|seat| seat.officer)
                .unwrap_or(OfficerId([0; 8])),
            counter: seat.and_then(|seat| seat.counter),
            node: self.me,
        }
    }
}

/// The dossier a command is about.
fn dossier_ref(command: &Command) -> Option<&DossierRef> {
    match command {
        Command::StartProcessing { dossier }
        | Command::RequestSupplement { dossier, .. }
        | Command::Supplement { dossier }
        | Command::FinishDossier { dossier, .. }
        | Command::ReturnResult { dossier, .. }
        | Command::RefuseDossier { dossier, .. }
        | Command::Withdraw { dossier, .. }
        | Command::EditDossier { dossier, .. }
        | Command::SettleConflict { dossier, .. }
        | Command::Note { dossier, .. }
        | Command::NumberDossier { dossier, .. }
        | Command::AddFile { dossier, .. }
        | Command::RemoveFile { dossier, .. } => Some(dossier),
        _ => None,
    }
}
