//! What a file is, told from its first bytes: a name may say anything.

use serde::{Deserialize, Serialize};

/// The kinds of file that counters work with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MediaType {
    /// PDF.
    Pdf,
    /// JPEG.
    Jpeg,
    /// PNG.
    Png,
    /// TIFF, as scanners make it.
    Tiff,
    /// WebP.
    Webp,
    /// HEIC, as phones make it.
    Heic,
    /// Word, since 2007.
    Docx,
    /// Excel, since 2007.
    Xlsx,
    /// Word and Excel before 2007.
    OldOffice,
    /// An archive.
    Zip,
    /// Anything else, also what a newer version knows.
    #[serde(other)]
    Other,
}

impl MediaType {
    /// Bytes from the beginning that [`Self::of`] looks at.
    pub const PROBE: usize = 32;

    /// What bytes are, from the first of them. A package of Word or Excel is only told from any other archive by its name.
    pub fn of(first: &[u8], name: &str) -> Self {
        let is_heif = |brand: &[u8]| matches!(brand, b"heic" | b"heix" | b"mif1" | b"heif");
        match first {
            [b'%', b'P', b'D', b'F', b'-', ..] => Self::Pdf,
            [0xff, 0xd8, 0xff, ..] => Self::Jpeg,
            [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => Self::Png,
            [b'I', b'I', 42, 0, ..] | [b'M', b'M', 0, 42, ..] => Self::Tiff,
            [
                b'R',
                b'I',
                b'F',
                b'F',
                _,
                _,
                _,
                _,
                b'W',
                b'E',
                b'B',
                b'P',
                ..,
            ] => Self::Webp,
            [_, _, _, _, b'f', b't', b'y', b'p', brand @ ..]
                if brand.get(..4).is_some_and(is_heif) =>
            {
                Self::Heic
            }
            [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1, ..] => Self::OldOffice,
            [b'P', b'K', 3, 4, ..] => match extension(name).as_deref() {
                Some("docx") => Self::Docx,
                Some("xlsx") => Self::Xlsx,
                _ => Self::Zip,
            },
            _ => Self::Other,
        }
    }

    /// For programs: the registered name.
    pub const fn mime(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Tiff => "image/tiff",
            Self::Webp => "image/webp",
            Self::Heic => "image/heic",
            Self::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::OldOffice => "application/x-ole-storage",
            Self::Zip => "application/zip",
            Self::Other => "application/octet-stream",
        }
    }

    /// Whether a name's ending agrees with what the bytes are. An ending that nobody knows agrees with anything.
    pub fn fits(self, name: &str) -> bool {
        let Some(ending) = extension(name) else {
            return true;
        };
        let told = match ending.as_str() {
            "pdf" => Self::Pdf,
            "jpg" | "jpeg" | "jfif" => Self::Jpeg,
            "png" => Self::Png,
            "tif" | "tiff" => Self::Tiff,
            "webp" => Self::Webp,
            "heic" | "heif" => Self::Heic,
            "docx" => Self::Docx,
            "xlsx" => Self::Xlsx,
            "doc" | "xls" => Self::OldOffice,
            "zip" => Self::Zip,
            _ => return true,
        };
        self == told
    }
}

fn extension(name: &str) -> Option<String> {
    let (stem, ending) = name.rsplit_once('.')?;
    (!stem.is_empty()).then(|| ending.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::MediaType;

    #[test]
    fn the_bytes_decide_and_a_name_that_lies_is_noticed() {
        let pdf = b"%PDF-1.7\n%\xe2\xe3";
        assert_eq!(MediaType::of(pdf, "anh.jpg"), MediaType::Pdf);
        assert!(!MediaType::Pdf.fits("anh.jpg"));
        assert!(MediaType::Pdf.fits("Tờ khai.PDF"));
        assert!(MediaType::Pdf.fits("không có đuôi"));
        assert!(MediaType::Jpeg.fits("quet.0001"));
        let exe = b"MZ\x90\x00\x03";
        assert_eq!(MediaType::of(exe, "to-khai.pdf"), MediaType::Other);
        assert!(!MediaType::Other.fits("to-khai.pdf"));
    }

    #[test]
    fn what_scanners_phones_and_offices_make_is_known() {
        for (first, name, media) in [
            (&b"\xff\xd8\xff\xe0\0\x10JFIF"[..], "", MediaType::Jpeg),
            (b"\x89PNG\r\n\x1a\n\0", "", MediaType::Png),
            (b"II*\0", "", MediaType::Tiff),
            (b"MM\0*", "", MediaType::Tiff),
            (b"RIFF\x10\0\0\0WEBPVP8 ", "", MediaType::Webp),
            (b"\0\0\0\x18ftypheic", "", MediaType::Heic),
            (b"\0\0\0\x18ftypmp42", "phim.mp4", MediaType::Other),
            (b"PK\x03\x04\x14", "don.docx", MediaType::Docx),
            (b"PK\x03\x04\x14", "bang.xlsx", MediaType::Xlsx),
            (b"PK\x03\x04\x14", "nen.zip", MediaType::Zip),
            (
                b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
                "don.doc",
                MediaType::OldOffice,
            ),
            (b"", "", MediaType::Other),
        ] {
            assert_eq!(MediaType::of(first, name), media, "{name} {first:?}");
        }
    }
}
