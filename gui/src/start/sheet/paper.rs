//! The sheet as one page to print: a file that needs nothing else, written where a person says.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::Sheet;
use super::qr::Modules;

/// The words on the page.
#[derive(Debug)]
pub(super) struct PaperWords {
    pub(super) title: String,
    pub(super) about: String,
    pub(super) keep: String,
    pub(super) erase: String,
    pub(super) lang: &'static str,
}

/// Where the file goes unless told otherwise: this user's documents, or the home folder.
pub(super) fn default_path(site_short: &str) -> PathBuf {
    let home = std::env::var_os(if cfg!(windows) { "USERPROFILE" } else { "HOME" });
    let home = home.map(PathBuf::from).unwrap_or_default();
    let documents = home.join("Documents");
    let folder = if documents.is_dir() { documents } else { home };
    folder.join(format!("phieu-khoi-phuc-{site_short}.html"))
}

/// Writes a new file that only this user can read; one that exists is never written over.
pub(super) fn write(path: &Path, page: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    let written = file
        .write_all(page.as_bytes())
        .and_then(|()| file.sync_all());
    // Half a sheet is of no use, and secret all the same: whoever wrote it is told if it stays behind.
    written.map_err(|why| match std::fs::remove_file(path) {
        Ok(()) => why,
        Err(left) => io::Error::other(format!("{why}; {}: {left}", path.display())),
    })
}

/// The page.
pub(super) fn page(sheet: &Sheet, words: &PaperWords) -> String {
    let groups: String = sheet
        .groups
        .iter()
        .map(|group| format!("<li>{group}</li>"))
        .collect();
    let escape = |text: &str| {
        text.replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;")
    };
    format!(
        "<!doctype html>\n<html lang=\"{lang}\"><meta charset=\"utf-8\"><title>{title}</title>\n\
         <style>@page{{size:A4;margin:20mm}}body{{font:12pt sans-serif;max-width:170mm;margin:10mm auto}}\
         ol{{font:18pt monospace;line-height:1.6}}svg{{width:62mm;height:62mm}}\
         .both{{display:flex;align-items:center;justify-content:space-between}}\
         .erase{{border:1pt solid;padding:3mm}}@media print{{.erase{{display:none}}}}</style>\n\
         <p class=\"erase\"><b>{erase}</b></p><h1>{title}</h1><h2>{site} ({short})</h2><p>{about}</p>\n\
         <div class=\"both\"><ol>{groups}</ol>{qr}</div><p>{keep}</p></html>\n",
        lang = words.lang,
        title = escape(&words.title),
        erase = escape(&words.erase),
        site = escape(&sheet.site_name),
        short = escape(&sheet.site_short),
        about = escape(&words.about),
        keep = escape(&words.keep),
        qr = Modules::of(&sheet.qr_text).svg(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet() -> Sheet {
        Sheet {
            site_name: "Xã <Bình> Minh".to_owned(),
            site_short: "1a2b3c4d".to_owned(),
            groups: vec!["11111-22222".to_owned(), "3333-4444".to_owned()],
            qr_text: "LIENQUAY1:11111".to_owned(),
        }
    }

    fn words() -> PaperWords {
        PaperWords {
            title: "Phiếu khôi phục".to_owned(),
            about: String::new(),
            keep: String::new(),
            erase: "Xoá tệp này".to_owned(),
            lang: "vi",
        }
    }

    #[test]
    fn the_page_needs_nothing_else_and_says_everything() {
        let page = page(&sheet(), &words());
        for part in [
            "Xã &lt;Bình&gt; Minh",
            "<li>11111-22222</li>",
            "<svg",
            "Xoá tệp này",
        ] {
            assert!(page.contains(part), "{part}");
        }
        let elsewhere = page
            .replace("http://www.w3.org/2000/svg", "")
            .contains("http");
        assert!(!elsewhere, "the page must not load anything");
    }

    #[test]
    fn a_file_that_exists_is_not_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("phieu.html");
        write(&path, "một").unwrap();
        assert!(write(&path, "hai").is_err());
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "một");
    }

    #[cfg(unix)]
    #[test]
    fn only_its_owner_can_read_the_file() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("phieu.html");
        write(&path, "một").unwrap();
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
