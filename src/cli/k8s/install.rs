//! `sindri k8s install`

use std::path::{Path, PathBuf};

use clap::Args;
use semver::Version;

use super::installed::{Installed, surroundings};
use super::named::ProviderChoice;
use crate::cli::failure::Failure;
use crate::cli::interrupt::Interrupt;
use crate::cli::output::DocumentArguments;
use crate::cli::ui::Ui;
use crate::local::install::{
    self, Base, Decision, NoRelease, NotInstalled, Partial, Platform, Progress, Release, Sum, begun, decide, downloads,
    fetch, look, put, try_out,
};
use crate::report::{download, progress};
use crate::web::Proxies;

/// Install a program that makes clusters: a pinned version, verified by a checksum that is built in.
///
/// It goes to `~/.local/bin`, without sudo. An older version is replaced; a newer one is kept. An interrupted download is gone on
/// with the next time, and nothing is put in its place before its checksum is right.
#[derive(Debug, Args)]
pub(super) struct Install {
    /// Which program.
    #[arg(value_enum, value_name = "PROGRAM")]
    tool: ProviderChoice,
    /// Another version than the pinned one. Needs `--sha256`.
    #[arg(long, value_name = "VERSION", value_parser = version)]
    version: Option<Version>,
    /// The folder to install it in. Default: `~/.local/bin`.
    #[arg(long, value_name = "FOLDER")]
    dir: Option<PathBuf>,
    /// The SHA-256 that the file has to have: 64 hexadecimal digits.
    #[arg(long, value_name = "DIGITS", value_parser = Sum::parse)]
    sha256: Option<Sum>,
    /// A mirror to download from, laid out as `https://github.com` is: `https://…`, `http://…` or `file:///…`.
    #[arg(long, value_name = "URL", env = "SINDRI_INSTALL_BASE_URL", hide_env_values = true)]
    base_url: Option<String>,
    #[command(flatten)]
    output: DocumentArguments,
}

fn version(text: &str) -> Result<Version, String> {
    let number = text.strip_prefix('v').unwrap_or(text);
    Version::parse(number).map_err(|error| format!("{error}; write it as `0.33.0` or `v0.33.0`"))
}

impl Install {
    pub(super) async fn run(self, ui: &mut Ui) -> Result<(), Failure> {
        let platform = Platform::here().map_err(Failure::told)?;
        let release = Release::choose(self.tool.name(), self.version, self.sha256, platform)?;
        let stated = self.base_url.as_deref().filter(|text| !text.is_empty());
        let base = Base::parse(stated.unwrap_or(Base::MAKERS)).map_err(|error| misplaced(&error))?;
        let here = surroundings();
        let folder = here.folder(self.dir)?;
        let interrupt = Interrupt::listen()?;
        let path = folder.join(release.tool.program());
        let early = || Failure::interrupted("interrupted; nothing was changed");
        let found = interrupt.or(look(&release, &path)).await.ok_or_else(early)??;
        let decision = decide(found, &release, path.clone()).map_err(NotInstalled::from)?;
        if matches!(decision, Decision::Install | Decision::Replace(_)) {
            try_out(release.tool, &folder)?;
            let partial = downloaded(&release, &base, &interrupt, ui).await?;
            put(partial, &release, &folder)?;
        }
        let installed = Installed { release: &release, path: &path, decision: &decision };
        if let Some(document) = self.output.for_program(|| installed.for_program(&here)) {
            return ui.data(&document);
        }
        installed.tell(&here, ui);
        Ok(())
    }
}

/// The file, whole and verified.
async fn downloaded(release: &Release, base: &Base, interrupt: &Interrupt, ui: &mut Ui) -> Result<Partial, Failure> {
    let location = base.location(release).map_err(|error| misplaced(&error))?;
    let cache = downloads();
    let mut partial = begun(release, cache.as_deref())?;
    let what = format!("{} v{}", release.tool, release.version);
    ui.say(&format!("downloading {what} from {location}"));
    if partial.length() > 0 {
        ui.say(&format!("{} of it are here already", download::size(partial.length())));
    }
    let mut view = View { what: &what, drawn: Vec::new(), tenth: None };
    let outcome = {
        let mut tell = |now: Progress| view.tell(now, ui);
        let fetching = fetch(release, &location, Proxies::here(), &mut partial, cache.as_deref(), &mut tell);
        interrupt.or(fetching).await
    };
    view.clear(ui);
    match outcome {
        Some(Ok(())) => Ok(partial),
        Some(Err(error)) => Err(kept(Failure::from(error), &partial, cache.as_deref())),
        None => Err(kept(
            Failure::interrupted(format!("interrupted; {what} was not installed")),
            &partial,
            cache.as_deref(),
        )),
    }
}

/// The same, with what the next run goes on with.
fn kept(failure: Failure, partial: &Partial, cache: Option<&Path>) -> Failure {
    match cache {
        Some(cache) if partial.is_kept() && partial.length() > 0 => failure.adding(&format!(
            "{} are kept in {}, and the next run goes on with them",
            download::size(partial.length()),
            cache.display()
        )),
        _ => failure,
    }
}

/// The line that is drawn while it comes.
struct View<'a> {
    what: &'a str,
    drawn: Vec<String>,
    /// When it was drawn last, in tenths of a second.
    tenth: Option<u128>,
}

impl View<'_> {
    fn tell(&mut self, now: Progress, ui: &mut Ui) {
        let tenth = Some(now.elapsed.as_millis() / 100);
        if tenth == self.tenth {
            return;
        }
        self.tenth = tenth;
        let Some(width) = ui.screen() else { return };
        let text = download::progress(self.what, now.done, now.total, now.fresh, now.elapsed);
        let lines = progress::screen(now.elapsed, &text, None, width);
        ui.raw(&format!("{}{}", progress::erase(&self.drawn, width), lines.join("\n")));
        self.drawn = lines;
    }

    fn clear(&mut self, ui: &mut Ui) {
        if let Some(width) = ui.screen().filter(|_| !self.drawn.is_empty()) {
            ui.raw(&progress::erase(&self.drawn, width));
        }
    }
}

fn misplaced(error: &install::NoBase) -> Failure {
    Failure::configuration(error.to_string())
        .hint("it stands for `https://github.com`: give it with `--base-url`, or change SINDRI_INSTALL_BASE_URL")
}

impl From<NoRelease> for Failure {
    fn from(error: NoRelease) -> Self {
        Self::configuration(error.to_string()).hint(error.hint())
    }
}

impl From<NotInstalled> for Failure {
    fn from(error: NotInstalled) -> Self {
        let hint = error.hint();
        Self::told(error).hint(hint)
    }
}
