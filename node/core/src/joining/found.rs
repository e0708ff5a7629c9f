//! Founding: the first statement of the roster, the first entries of the site's document, and a counter to work at.

use lienquay_shared::codec::{self, List, Text};
use lienquay_shared::command::Command;
use lienquay_shared::decide::{self, Context, Write};
use lienquay_shared::domain::site::{Counter, Lane, Officer, Role};
use lienquay_shared::log::NodeKey;
use lienquay_shared::refusal::Refusal;
use lienquay_shared::roster::kind::{Found as FoundBody, Kind};
use lienquay_shared::roster::{RosterLog, Signer};
use lienquay_shared::wire::link::NodeMode;
use lienquay_shared::{OfficerId, SiteId};

use crate::engine::{Cx, Engine, fact};
use crate::event::Found;
use crate::logs::Logs;
use crate::store::{StoreFault, StoreResult};

/// The one lane a new site has; others are added when they are needed.
const FIRST_LANE: (&str, &str) = ("A", "Tiếp nhận và trả kết quả");

impl Engine {
    /// Founds a site. Its key signs one statement and is gone with this call: it lives on the recovery sheet only, which
    /// the host keeps until it is on paper.
    ///
    /// The site starts usable: lane A, counter 1 serving it, this PC seated there, and one officer who may do
    /// everything until roles are dealt out.
    pub(super) fn found(
        &mut self,
        cx: &mut Cx<'_>,
        found: &Found,
    ) -> StoreResult<Result<(), Refusal>> {
        if self.site.is_some() {
            return Ok(Err(Refusal::NoChange));
        }
        for (field, text) in [
            ("officer_name", &found.officer_name),
            ("node_name", &found.node_name),
        ] {
            if text.trim().is_empty() {
                return Ok(Err(Refusal::invalid(field, "Tên không được để trống.")));
            }
        }
        let key = NodeKey::from_secret(&found.site_secret);
        let officer = cx.rng.officer();
        let ctx = self.founding_context(cx, officer);
        let name = Text::<200>::truncated(&found.site_name);
        let first = match decide::site::found(&ctx, &key.site(), &name, &found.unit) {
            Ok(first) => first,
            Err(refusal) => return Ok(Err(refusal)),
        };
        self.end_all_sides(cx);
        self.begin_roster(cx, &key, &found.node_name)?;
        self.enter_site(cx)?;
        self.author_site(cx, &first, officer)?;
        self.furnish(cx, &key.site(), officer, &found.officer_name)?;
        Ok(Ok(()))
    }

    fn founding_context(&mut self, cx: &Cx<'_>, officer: OfficerId) -> Context {
        Context {
            now: self.site_clock.read(cx.now),
            hlc: self.clock.tick(cx.now.wall_millis),
            officer,
            counter: None,
            node: self.me,
        }
    }

    fn begin_roster(&mut self, cx: &mut Cx<'_>, key: &NodeKey, node_name: &str) -> StoreResult<()> {
        let site = key.site();
        let mut log = RosterLog::new(site);
        let body = FoundBody {
            node: self.me,
            name: Text::truncated(node_name.trim()),
            mode: NodeMode::Desk,
        };
        let hlc = self.clock.tick(cx.now.wall_millis);
        let signed = log
            .draft(Signer::Site, Kind::Found(body), hlc)
            .sign(key)
            .map_err(|error| StoreFault::Failed(error.to_string()))?;
        log.insert(signed.clone());
        for hash in log.heads() {
            cx.store.add_statement(&hash, &signed)?;
        }
        cx.store.set_meta(fact::SITE, &codec::encode(&site))?;
        self.site = Some(site);
        self.roster_log = log;
        self.logs = Logs::load(cx.store, &site)?;
        Ok(())
    }

    /// A lane, a counter, an officer, and this PC's seat.
    fn furnish(
        &mut self,
        cx: &mut Cx<'_>,
        site: &SiteId,
        officer: OfficerId,
        officer_name: &str,
    ) -> StoreResult<()> {
        let lane = Text::truncated(FIRST_LANE.0);
        let commands = [
            Command::SetLane(Lane {
                id: lane.clone(),
                name: Text::truncated(FIRST_LANE.1),
                fields: List::default(),
                active: true,
            }),
            Command::SetCounter(Counter {
                no: 1,
                name: Text::truncated("Quầy 1"),
                lanes: List::truncated(vec![lane]),
                active: true,
            }),
            Command::SetOfficer(Officer {
                id: officer,
                name: Text::truncated(officer_name.trim()),
                role: Role::Manager,
                active: true,
            }),
            Command::Seat {
                node: self.me,
                counter: Some(1),
                officer: Some(officer),
            },
        ];
        for command in commands {
            let ctx = self.founding_context(cx, officer);
            match self.decide_site(cx, &ctx, site, &command)? {
                Ok(write) => self.author_site(cx, &write, officer)?,
                // Everything is undone: half a founding would leave a site that nobody can use.
                Err(refusal) => return Err(StoreFault::Failed(refusal.to_string())),
            }
        }
        Ok(())
    }

    /// Decides a command about the site from its document as it is now.
    pub(super) fn decide_site(
        &mut self,
        cx: &mut Cx<'_>,
        ctx: &Context,
        site: &SiteId,
        command: &Command,
    ) -> StoreResult<Result<Write, Refusal>> {
        let model = self.site_model(cx)?;
        Ok(decide::site::command(ctx, site, &model, command).unwrap_or(Err(Refusal::NoChange)))
    }

    /// Writes to the site's document; what is decided next in the same group of events must see it.
    pub(super) fn author_site(
        &mut self,
        cx: &mut Cx<'_>,
        write: &Write,
        officer: OfficerId,
    ) -> StoreResult<()> {
        self.author(cx, write, officer)?;
        self.site_cache = None;
        Ok(())
    }
}
