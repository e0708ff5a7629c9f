//! Two real windows on one virtual screen, driven with keys and mouse as two officers would: founding, joining, one ticket from
//! its issue to its end, one dossier from reception to return. What the windows say is checked through the nodes behind them,
//! and every step leaves a picture.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail, ensure};
use lienquay_node::ipc::Client;
use lienquay_shared::codec::{List, Text};
use lienquay_shared::domain::dossier::Status;
use lienquay_shared::domain::ticket::TicketState;
use lienquay_shared::query::{Answer, PageAsk, Query};
use lienquay_shared::view::{DossierRow, TicketRow};
use serde_json::Value;

use crate::display::Display;
use crate::fleet::{Pc, WindowProgram, ask, program, until};

/// Two screens of 1024 side by side.
const SCREEN: (u32, u32) = (2048, 768);
/// Each window with its frame fills one of them.
const WINDOW: &str = "1022x740";
/// Where the button "Giống nhau, cho vào" of the first window is.
const ADMIT: (u32, u32) = (420, 102);
/// Where the button "Phát số" of the first window is.
const ISSUE: (u32, u32) = (250, 192);
/// Where a mouse rests that touches nothing.
const ASIDE: (u32, u32) = (1_030, 764);
/// A card as a scanner types it; nobody real.
const CARD: &str = "031085000123||Trần Văn Đức|01011985|Nam|Thôn 2, Xã Bình Minh|02032021";

/// The tour.
#[derive(Debug)]
pub struct Tour {
    display: Display,
    pictures: PathBuf,
    first: Seat,
    second: Seat,
}

/// One PC with its window.
#[derive(Debug)]
struct Seat {
    pc: Pc,
    window: String,
}

impl Seat {
    async fn sit(display: &Display, folder: &Path, name: &str, at: &str) -> Result<Self> {
        let mut pc = Pc::new(&program()?, folder, name)?;
        pc.show_window(WindowProgram::built()?.on(display, at, WINDOW));
        pc.start(&[]).await?;
        let pid = pc.pid().unwrap_or_default();
        let window = display.window_of(pid)?;
        Ok(Self { pc, window })
    }

    async fn client(&self) -> Result<Client> {
        self.pc.client().await
    }

    async fn status(&self) -> Result<Value> {
        match ask(&mut self.client().await?, Query::Status).await? {
            Answer::Status(status) => Ok(*status),
            other => bail!("not a status: {other:?}"),
        }
    }

    async fn tickets(&self) -> Result<Vec<TicketRow>> {
        let query = Query::Tickets {
            lane: None,
            states: List::default(),
            page: PageAsk::default(),
        };
        match ask(&mut self.client().await?, query).await? {
            Answer::Tickets(page) => Ok(page.rows),
            other => bail!("no tickets: {other:?}"),
        }
    }

    async fn dossiers(&self) -> Result<Vec<DossierRow>> {
        let query = Query::Dossiers {
            text: Text::truncated("tran van duc"),
            status: None,
            page: PageAsk::default(),
        };
        match ask(&mut self.client().await?, query).await? {
            Answer::Dossiers(page) => Ok(page.rows),
            other => bail!("no dossiers: {other:?}"),
        }
    }

    /// Waits until this PC shows one ticket, in this state.
    async fn until_ticket(&self, state: TicketState) -> Result<()> {
        until(&format!("the ticket {state:?}"), async || {
            let tickets = self.tickets().await?;
            Ok(matches!(tickets.as_slice(), [ticket] if ticket.state == state).then_some(()))
        })
        .await
    }

    /// Waits until this PC has one dossier, with this status.
    async fn until_dossier(&self, status: Status) -> Result<()> {
        until(&format!("the dossier {status:?}"), async || {
            let dossiers = self.dossiers().await?;
            Ok(matches!(dossiers.as_slice(), [dossier] if dossier.status == status).then_some(()))
        })
        .await
    }
}

impl Tour {
    /// Opens both windows on new folders; pictures go into `pictures`.
    ///
    /// # Errors
    /// When a program is missing or does not start.
    pub async fn open(folder: &Path, pictures: &Path) -> Result<Self> {
        std::fs::create_dir_all(pictures)?;
        let display = Display::start(SCREEN.0, SCREEN.1)?;
        let first = Seat::sit(&display, folder, "quay 1", "0x0").await?;
        let second = Seat::sit(&display, folder, "quay 2", "1024x0").await?;
        let tour = Self {
            display,
            pictures: pictures.to_owned(),
            first,
            second,
        };
        tour.display.pointer(ASIDE)?;
        tour.picture("01-first-start")?;
        Ok(tour)
    }

    /// Everything, in order.
    ///
    /// # Errors
    /// At the first step whose effect does not come.
    pub async fn go(mut self) -> Result<()> {
        self.found().await?;
        self.join().await?;
        self.serve().await?;
        self.receive().await?;
        self.give_back().await?;
        self.look_around()?;
        self.close().await
    }

    /// The first officer founds the site and puts the recovery sheet away.
    async fn found(&self) -> Result<()> {
        self.turn_to(&self.first)?;
        self.keys(&["Tab", "Tab", "Return"])?;
        for text in ["Xã Bình Minh", "H26.15", "Nguyễn Thị Hoa"] {
            self.display.type_text(text)?;
            self.keys(&["Tab"])?;
        }
        self.picture("02-founding")?;
        self.keys(&["Return"])?;
        until("the site", async || {
            Ok((!self.first.status().await?["site"].is_null()).then_some(()))
        })
        .await?;
        match ask(&mut self.first.client().await?, Query::Site).await? {
            Answer::Site(site) => ensure!(site.name == "Xã Bình Minh", "typed as {}", site.name),
            other => bail!("no site: {other:?}"),
        }
        self.picture("03-recovery-sheet")?;
        // Past the file's name and its button to the promise, then to the end.
        self.keys(&["Tab", "Tab", "Tab", "Tab", "space", "Tab", "Return"])?;
        until("the starter catalogue", async || {
            let query = Query::Procedures {
                text: Text::default(),
                page: PageAsk::default(),
            };
            match ask(&mut self.first.client().await?, query).await? {
                Answer::Procedures(page) => Ok((page.rows.len() == 24).then_some(())),
                other => bail!("no procedures: {other:?}"),
            }
        })
        .await?;
        self.picture("04-desk")
    }

    /// The second PC joins: both officers compare the digits.
    async fn join(&self) -> Result<()> {
        self.turn_to(&self.second)?;
        self.keys(&["Tab", "Tab", "Tab", "Return"])?;
        self.display.type_text("Quầy 2")?;
        self.keys(&["Tab", "Tab", "Tab", "Tab"])?;
        self.display.type_text(&self.first.pc.addr.to_string())?;
        self.keys(&["Return"])?;
        until("the digits", async || {
            let mut client = self.first.client().await?;
            Ok(crate::fleet::waiting(&mut client).await?.first().copied())
        })
        .await?;
        self.picture("05-six-digits")?;
        self.keys(&["Tab", "Tab", "Return"])?;
        self.display.click(ADMIT)?;
        self.display.pointer(ASIDE)?;
        until("two PCs that are connected", async || {
            let linked = |status: Value| status["n_member_links"] == 1;
            Ok(
                (linked(self.first.status().await?) && linked(self.second.status().await?))
                    .then_some(()),
            )
        })
        .await?;
        self.picture("06-joined")
    }

    /// A ticket given out at one counter is called and served at the other.
    async fn serve(&self) -> Result<()> {
        self.turn_to(&self.first)?;
        self.display.click(ISSUE)?;
        self.display.pointer(ASIDE)?;
        self.keys(&["Tab", "Return"])?;
        self.second.until_ticket(TicketState::Waiting).await?;
        self.turn_to(&self.second)?;
        self.picture("07-ticket-given-out")?;
        self.keys(&["F2"])?;
        self.first.until_ticket(TicketState::Announced).await?;
        self.picture("08-called")?;
        self.keys(&["F7"])?;
        self.first.until_ticket(TicketState::Serving).await
    }

    /// The citizen's dossier is received with a scanned card; then the ticket is done.
    async fn receive(&self) -> Result<()> {
        self.keys(&["F4"])?;
        self.display.type_text("chung thuc ban sao")?;
        self.keys(&["Return"])?;
        // Both papers are there: tick, past its three counts, tick.
        self.keys(&["space", "Tab", "Tab", "Tab", "Tab", "space"])?;
        // Past three counts, the further paper, its button (not to be pressed) to the card.
        self.keys(&["Tab", "Tab", "Tab", "Tab", "Tab"])?;
        self.display.burst(CARD)?;
        self.keys(&["Return"])?;
        self.picture("09-reception")?;
        self.keys(&["F10"])?;
        self.first.until_dossier(Status::Received).await?;
        self.picture("10-received")?;
        self.keys(&["F9"])?;
        self.first.until_ticket(TicketState::Finished).await
    }

    /// The other counter finds the dossier, finishes it and hands the result over.
    async fn give_back(&self) -> Result<()> {
        self.turn_to(&self.first)?;
        self.keys(&["F6"])?;
        self.display.type_text("tran van duc")?;
        self.picture("11-list")?;
        self.keys(&["Down", "Return"])?;
        self.picture("12-dossier")?;
        self.keys(&["F10"])?;
        self.second.until_dossier(Status::Processing).await?;
        self.keys(&["F10"])?;
        self.display.type_text("Đã chứng thực 1 bản")?;
        self.keys(&["F10"])?;
        self.second.until_dossier(Status::Finished).await?;
        self.keys(&["F10"])?;
        self.picture("13-hand-over")?;
        self.keys(&["F10"])?;
        self.second.until_dossier(Status::Returned).await?;
        self.picture("14-returned")
    }

    /// The rest: the find box, the PCs, English.
    fn look_around(&self) -> Result<()> {
        self.turn_to(&self.second)?;
        self.keys(&["ctrl+k"])?;
        self.display.type_text("duc")?;
        self.picture("15-find")?;
        self.keys(&["Escape", "F8"])?;
        self.picture("16-health")
    }

    /// Both windows close in order, and what they leave can be proven.
    async fn close(&mut self) -> Result<()> {
        let digest = self.first.status().await?["vector_digest"].clone();
        ensure!(
            digest == self.second.status().await?["vector_digest"],
            "the two PCs hold different data"
        );
        for seat in [&mut self.second, &mut self.first] {
            seat.pc.stop().await?;
            seat.pc.cli(&["verify"])?;
        }
        Ok(())
    }

    fn turn_to(&self, seat: &Seat) -> Result<()> {
        self.display.focus(&seat.window)?;
        self.display.settle()
    }

    /// One key after the other, each when the screen shows what the one before did.
    fn keys(&self, keys: &[&str]) -> Result<()> {
        for key in keys {
            self.display.settle()?;
            self.display.keys(&[key])?;
        }
        self.display.settle()
    }

    fn picture(&self, name: &str) -> Result<()> {
        self.display.settle()?;
        self.display
            .screenshot(&self.pictures.join(format!("{name}.png")))
    }
}
