//! Which files are taken (上传文件).

use tongban_kernel::{Fault, FaultKind, Faults};

/// Largest file, in bytes: 20 MB.
pub const LARGEST_FILE: usize = 20 * 1024 * 1024;
/// Longest file name kept, in characters.
pub const LONGEST_NAME: usize = 200;

/// Kinds of files that are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// 版式文件 PDF.
    Pdf,
    /// 图片 JPEG.
    Jpeg,
    /// 图片 PNG.
    Png,
    /// 版式文件 OFD (GB/T 33190).
    Ofd,
    /// 文档 DOCX.
    Docx,
}

impl FileKind {
    /// The kind that a name's extension says.
    pub fn of_name(name: &str) -> Option<Self> {
        let (_, extension) = name.rsplit_once('.')?;
        match extension.to_ascii_lowercase().as_str() {
            "pdf" => Some(Self::Pdf),
            "jpg" | "jpeg" => Some(Self::Jpeg),
            "png" => Some(Self::Png),
            "ofd" => Some(Self::Ofd),
            "docx" => Some(Self::Docx),
            _ => None,
        }
    }

    /// Its media type.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Ofd => "application/ofd",
            Self::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        }
    }

    /// Whether `bytes` begin as such a file does. OFD and DOCX are ZIP archives; their entries' names
    /// stand uncompressed in the archive and tell the two apart.
    pub fn fits(self, bytes: &[u8]) -> bool {
        let zip_with = |entry: &[u8]| {
            bytes.starts_with(b"PK\x03\x04")
                && bytes.windows(entry.len()).any(|window| window == entry)
        };
        match self {
            Self::Pdf => bytes.starts_with(b"%PDF-"),
            Self::Jpeg => bytes.starts_with(&[0xFF, 0xD8, 0xFF]),
            Self::Png => bytes.starts_with(b"\x89PNG\r\n\x1a\n"),
            Self::Ofd => zip_with(b"OFD.xml"),
            Self::Docx => zip_with(b"[Content_Types].xml") && zip_with(b"word/"),
        }
    }
}

/// The name without path, control and direction characters, and not too long; the extension stays.
pub fn clean_name(given: &str) -> String {
    let base = given.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = base.chars().filter(|one| !is_invisible(*one)).collect();
    let name = name.trim();
    let length = name.chars().count();
    if length <= LONGEST_NAME {
        return name.to_owned();
    }
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    let tail: String = if extension.is_empty() {
        String::new()
    } else {
        format!(".{extension}").chars().take(LONGEST_NAME).collect()
    };
    let room = LONGEST_NAME - tail.chars().count();
    stem.chars().take(room).chain(tail.chars()).collect()
}

/// Control characters, and those that make a name look other than it is.
fn is_invisible(one: char) -> bool {
    one.is_control()
        || matches!(one, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}')
        || matches!(one, '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}

/// Checks a file under its cleaned name; every fault at once. A single fault's code is also the
/// refusal's.
///
/// # Errors
/// `unsupported_file`, `empty_file`, `content_mismatch`, or `invalid_file` for several.
pub fn check(name: &str, bytes: &[u8]) -> Result<FileKind, Fault> {
    let kind = FileKind::of_name(name);
    let mut found = Vec::new();
    if kind.is_none() {
        let text = "只接受 PDF、JPG、PNG、OFD、DOCX 文件，文件名须带相应扩展名";
        found.push(("unsupported_file", text));
    }
    if bytes.is_empty() {
        found.push(("empty_file", "文件内容为空"));
    } else if kind.is_some_and(|kind| !kind.fits(bytes)) {
        found.push(("content_mismatch", "文件内容与扩展名不符"));
    }
    let code = if let [(code, _)] = found.as_slice() { code } else { "invalid_file" };
    let mut faults = Faults::new();
    for (code, text) in found {
        faults.add("/file", code, text);
    }
    faults.into_result(code, "上传的文件有误")?;
    kind.ok_or_else(|| Fault::internal("a file without a kind passed"))
}

/// The refusal of a file beyond [`LARGEST_FILE`].
pub fn too_large() -> Fault {
    Fault::new(FaultKind::TooLarge, "file_too_large", "文件不得超过 20 MB")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lose_paths_and_tricks_and_keep_their_extension() {
        assert_eq!(clean_name("../../etc/合同.pdf"), "合同.pdf");
        assert_eq!(clean_name("C:\\桌面\\合同.pdf"), "合同.pdf");
        assert_eq!(clean_name("a\u{202E}fdp.exe\r\n.pdf"), "afdp.exe.pdf");
        let long = clean_name(&format!("{}.pdf", "长".repeat(300)));
        assert_eq!(long.chars().count(), LONGEST_NAME);
        assert!(long.ends_with(".pdf"));
        let odd = clean_name(&format!("a.{}", "x".repeat(300)));
        assert_eq!(odd.chars().count(), LONGEST_NAME);
    }

    #[test]
    fn content_must_be_what_the_name_says() {
        assert_eq!(check("a.PDF", b"%PDF-1.7").unwrap(), FileKind::Pdf);
        assert_eq!(check("a.png", b"%PDF-1.7").unwrap_err().code(), "content_mismatch");
        assert_eq!(check("a.exe", b"MZ").unwrap_err().code(), "unsupported_file");
        assert_eq!(check("a.pdf", b"").unwrap_err().code(), "empty_file");
        assert_eq!(check("a", b"").unwrap_err().errors().len(), 2);
    }

    #[test]
    fn an_office_document_is_no_ofd() {
        let docx = b"PK\x03\x04....[Content_Types].xml....word/document.xml";
        let ofd = b"PK\x03\x04....OFD.xml....Doc_0/Document.xml";
        assert!(FileKind::Docx.fits(docx) && !FileKind::Ofd.fits(docx));
        assert!(FileKind::Ofd.fits(ofd) && !FileKind::Docx.fits(ofd));
    }
}
