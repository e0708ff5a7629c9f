//! Officers' submissions: answered from the record when repeated, decided, written, answered after the commit.

use std::sync::Arc;

use lienquay_shared::command::{Command, Outcome, Submission};
use lienquay_shared::decide::{Context, Write};
use lienquay_shared::domain::site::Site;
use lienquay_shared::refusal::Refusal;
use lienquay_shared::schema;
use lienquay_shared::{OfficerId, RequestId, codec};

use crate::engine::{Cx, Engine};
use crate::event::{Reply, Token};
use crate::store::StoreResult;

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
        if self.site.is_none() || self.boot.is_loading() {
            return self.refuse(cx, token, Refusal::Loading);
        }
        match submission.command {
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
            | Command::ComeBack => self.on_ticket_command(cx, token, submission),
            _ => self.refuse(cx, token, Refusal::TooBusy),
        }
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
        let seat = site.seats.get(&self.me).copied();
        let context = Context {
            now: self.site_clock.read(cx.now),
            hlc: self.clock.tick(cx.now.wall_millis),
            officer: seat
                .and_then(|seat| seat.officer)
                .unwrap_or(OfficerId([0; 8])),
            counter: seat.and_then(|seat| seat.counter),
            node: self.me,
        };
        Ok((context, site))
    }

    /// Writes every write of a decision.
    pub(crate) fn author_all(
        &mut self,
        cx: &mut Cx<'_>,
        writes: &[Write],
        officer: OfficerId,
    ) -> StoreResult<()> {
        for write in writes {
            self.author(cx, write, officer)?;
        }
        Ok(())
    }
}
