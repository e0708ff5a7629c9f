//! The program: opens the node, shows founding and joining or the desk, closes in order.

use std::path::PathBuf;

use egui::{Context, Ui};
use lienquay_node::clock::Clock;
use lienquay_node::data_folder::KeySeal;
use lienquay_node::runtime::NetOptions;

use crate::desk::Desk;
use crate::keys::KeysInOrder;
use crate::link::{Link, Pending, Polled, Work};
use crate::running::{OpenError, RunningNode};
use crate::start::StartScreen;
use crate::start::import::Import;
use crate::strip::language;
use crate::tell::Tell;
use crate::theme;
use crate::wake::Wake;
use crate::widget::{Tone, note};
use crate::words::Lang;

/// The program.
#[derive(Debug)]
pub struct App {
    work: Work,
    clock: Clock,
    lang: Lang,
    /// Holds the node once it runs; taken when the window closes.
    running: Option<RunningNode>,
    /// Wakes on: the system or another program of this PC asking the node to end.
    end_asked: Option<Pending<()>>,
    tell: Tell,
    stage: Stage,
}

/// What the window shows.
#[derive(Debug)]
enum Stage {
    /// Wakes on: the node being open.
    Opening(Pending<Result<(RunningNode, Lang), OpenError>>),
    /// The node cannot be opened; the window says why.
    Failed(String),
    /// This PC belongs to no site yet.
    Start(Box<StartScreen>),
    /// At work.
    Desk(Box<Desk>),
    /// Wakes on: the node being closed.
    Closing(Pending<()>),
    /// The window may go.
    Closed,
}

impl App {
    /// Opens the data folder in the background; the window is there meanwhile.
    #[must_use]
    pub fn open(
        ctx: &Context,
        runtime: tokio::runtime::Handle,
        folder: PathBuf,
        net: NetOptions,
    ) -> Self {
        theme::apply(ctx);
        let wake = Wake::new(ctx.clone());
        ctx.add_plugin(KeysInOrder::new(wake.clone()));
        let work = Work::new(runtime, wake);
        let opening = work.start(async move {
            let node = RunningNode::open(folder, seal(), net).await?;
            let lang = language::kept(node.handle()).await;
            Ok((node, lang))
        });
        Self {
            work,
            clock: Clock::start(),
            lang: Lang::default(),
            running: None,
            end_asked: None,
            tell: Tell::default(),
            stage: Stage::Opening(opening),
        }
    }

    /// Tells a measuring program what it asked for.
    #[must_use]
    pub fn telling(mut self, tell: Tell) -> Self {
        self.tell = tell;
        self
    }

    /// One frame.
    pub fn frame(&mut self, ui: &mut Ui) {
        self.work.wake().frame_begins();
        self.advance();
        let desk = match &mut self.stage {
            Stage::Desk(desk) => Some(desk.as_mut()),
            _ => None,
        };
        self.tell.frame_begins(desk, self.work.wake());
        match &mut self.stage {
            Stage::Opening(_) => busy(ui, &tr!(self, "app.opening")),
            Stage::Failed(why) => failed(ui, self.lang, why),
            Stage::Start(start) => start.frame(ui),
            Stage::Desk(desk) => desk.frame(ui),
            Stage::Closing(_) => busy(ui, &tr!(self, "app.closing")),
            Stage::Closed => {}
        }
        // Last: what was typed in this very frame is part of the draft that closing keeps.
        self.close_if_asked(ui.ctx());
    }

    /// From one stage to the next.
    fn advance(&mut self) {
        match &mut self.stage {
            Stage::Opening(opening) => match opening.poll() {
                Polled::Waiting => {}
                Polled::Ready(Ok((node, lang))) => {
                    self.lang = lang;
                    self.opened(node);
                }
                Polled::Ready(Err(error)) => {
                    tracing::error!(%error, "the node could not be opened");
                    self.stage = Stage::Failed(error.to_string());
                }
                Polled::Lost => self.stage = Stage::Failed(OpenError::Interrupted.to_string()),
            },
            Stage::Start(start) if start.is_done() => {
                self.lang = start.lang();
                let import = start.take_import();
                self.sit_down(import);
            }
            Stage::Closing(closing) => {
                if !matches!(closing.poll(), Polled::Waiting) {
                    self.stage = Stage::Closed;
                    self.work.wake().now();
                }
            }
            Stage::Start(_) | Stage::Desk(_) | Stage::Failed(_) | Stage::Closed => {}
        }
    }

    fn opened(&mut self, node: RunningNode) {
        let has_site = node.handle().has_site();
        let link = Link::new(node.handle().clone(), self.work.clone());
        let _inside = self.work.runtime().enter();
        match node.end_asked() {
            Ok(asked) => self.end_asked = Some(self.work.start(asked)),
            Err(error) => tracing::warn!(%error, "the end of the session will not be noticed"),
        }
        self.running = Some(node);
        if has_site {
            self.sit_down(None);
        } else {
            self.stage = Stage::Start(Box::new(StartScreen::new(link, self.clock, self.lang)));
        }
    }

    fn sit_down(&mut self, import: Option<Import>) {
        if let Some(node) = &self.running {
            let link = Link::new(node.handle().clone(), self.work.clone());
            let mut desk = Desk::new(link, self.clock, self.lang);
            desk.follow_import(import);
            self.stage = Stage::Desk(Box::new(desk));
        }
    }

    /// The window is not gone before tickets are handed over and the store is closed.
    fn close_if_asked(&mut self, ctx: &Context) {
        let by_hand = ctx.input(|input| input.viewport().close_requested());
        let by_others = matches!(
            self.end_asked.as_mut().map(Pending::poll),
            Some(Polled::Ready(()))
        );
        match self.stage {
            Stage::Closed => ctx.send_viewport_cmd(egui::ViewportCommand::Close),
            // Nothing ever runs: the window may go.
            Stage::Failed(_) => {}
            _ if by_hand || by_others => {
                if by_hand {
                    ctx.send_viewport_cmd(egui::ViewportCommand::CancelClose);
                }
                self.close();
            }
            _ => {}
        }
    }

    fn close(&mut self) {
        let running = self.running.take();
        let closing = match std::mem::replace(&mut self.stage, Stage::Closed) {
            // A node half open is opened first: it holds the folder until it is closed in order.
            Stage::Opening(opening) => self.work.start(async move {
                if let Some(Ok((node, _))) = opening.answer().await {
                    end(node).await;
                }
            }),
            Stage::Closing(closing) => closing,
            stage => {
                let draft = match stage {
                    Stage::Desk(mut desk) => desk.keep_drafts_now(),
                    _ => None,
                };
                self.work.start(async move {
                    // The draft lies on the disk before anything ends. Its failure was told in the log.
                    if let Some(draft) = draft {
                        draft.answer().await;
                    }
                    if let Some(node) = running {
                        end(node).await;
                    }
                })
            }
        };
        self.stage = Stage::Closing(closing);
        self.work.wake().now();
    }
}

async fn end(node: RunningNode) {
    if let Err(error) = node.close().await {
        tracing::error!(%error, "the node did not close in order");
    }
}

impl eframe::App for App {
    fn ui(&mut self, ui: &mut Ui, _frame: &mut eframe::Frame) {
        self.frame(ui);
    }
}

fn seal() -> KeySeal {
    match std::env::var("LIENQUAY_PASSPHRASE") {
        Ok(passphrase) if !passphrase.is_empty() => KeySeal::Passphrase(passphrase.into()),
        Ok(_) | Err(_) => KeySeal::OwnerFile,
    }
}

fn busy(ui: &mut Ui, words: &str) {
    egui::CentralPanel::default().show(ui, |ui| {
        ui.centered_and_justified(|ui| ui.label(theme::heading(words)));
    });
}

fn failed(ui: &mut Ui, lang: Lang, why: &str) {
    struct Words {
        lang: Lang,
    }
    let words = Words { lang };
    egui::CentralPanel::default().show(ui, |ui| {
        ui.add_space(theme::GRID * 8.0);
        ui.vertical_centered(|ui| {
            ui.set_max_width(720.0);
            ui.label(theme::heading(tr!(words, "app.failed")));
            note(ui, Tone::Bad, why);
            ui.label(tr!(words, "app.failed_what_to_do"));
        });
    });
}
