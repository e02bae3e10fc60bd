//! Files over HTTP: how they come in, what is said of them, how they go out.

use axum::extract::multipart::{Multipart, MultipartError, MultipartRejection};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tongban_kernel::{Fault, FaultKind, Faults};
use utoipa::ToSchema;

use crate::kind::{LARGEST_FILE, too_large};
use crate::store::Model;

/// Largest request that is read to its end; beyond a file's own limit it is only counted, so that the
/// caller gets the refusal instead of a broken connection.
pub const LARGEST_UPLOAD: usize = 2 * LARGEST_FILE;

/// An uploaded file (已上传文件).
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct UploadedFile {
    /// Identifier, to be named in an application.
    #[schema(format = Uuid, example = "019cda89-f440-7c3e-9b61-6e0d1f2a3b4c")]
    pub id: String,
    /// Name as kept.
    #[schema(example = "施工合同.pdf")]
    pub name: String,
    /// Media type, by the name's extension and the content.
    #[schema(example = "application/pdf")]
    pub media_type: String,
    /// Size in bytes.
    #[schema(example = 482_133)]
    pub size: i64,
    /// SM3 of the content, in hexadecimal (文件摘要).
    #[schema(example = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0")]
    pub sm3: String,
    /// When it was uploaded.
    #[schema(example = "2026-03-11T01:36:40Z")]
    pub uploaded_at: DateTime<Utc>,
}

impl From<Model> for UploadedFile {
    fn from(file: Model) -> Self {
        Self {
            id: file.id,
            name: file.name,
            media_type: file.media_type,
            size: file.size,
            sm3: file.sm3,
            uploaded_at: DateTime::from_timestamp_micros(file.uploaded_at).unwrap_or_default(),
        }
    }
}

/// A file on its way in.
#[derive(Debug, ToSchema)]
pub struct FileUpload {
    /// PDF, JPG, PNG, OFD or DOCX, at most 20 MB (文件).
    #[schema(value_type = String, format = Binary, example = "%PDF-1.7 …")]
    pub file: Vec<u8>,
}

/// A file's content.
#[derive(Debug, ToSchema)]
#[schema(value_type = String, format = Binary, example = "%PDF-1.7 …")]
#[expect(dead_code, reason = "only described: the content is sent as it is")]
pub struct FileContent(Vec<u8>);

/// The refusal of a file with several faults, for the documents.
pub fn bad_file() -> Value {
    json!({
        "code": "invalid_file",
        "title": "上传的文件有误",
        "errors": [
            {
                "pointer": "/file",
                "code": "unsupported_file",
                "message": "只接受 PDF、JPG、PNG、OFD、DOCX 文件，文件名须带相应扩展名",
            },
            {"pointer": "/file", "code": "empty_file", "message": "文件内容为空"},
        ],
    })
}

/// A file as an answer that browsers save under its name and nobody keeps on the way.
pub fn send(file: Model) -> Response {
    let headers = [
        (header::CONTENT_TYPE, file.media_type),
        (header::CONTENT_DISPOSITION, disposition(&file.name)),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
        (header::CACHE_CONTROL, "private, no-store".to_owned()),
    ];
    (headers, file.bytes).into_response()
}

/// Reads the field `file` of a multipart body: its name and content.
///
/// # Errors
/// When the body is no such form, has no or several files, or one too large.
pub async fn receive(
    multipart: Result<Multipart, MultipartRejection>,
) -> Result<(String, Vec<u8>), Fault> {
    let mut multipart = multipart.map_err(|_| {
        let title = "请求内容应为 multipart/form-data";
        Fault::new(FaultKind::Unsupported, "not_multipart", title)
    })?;
    let mut found = None;
    while let Some(mut field) = multipart.next_field().await.map_err(unreadable)? {
        if field.name() != Some("file") {
            continue;
        }
        if found.is_some() {
            return Err(misplaced("several_files", "一次只能上传一个文件"));
        }
        let name = field.file_name().unwrap_or_default().to_owned();
        let (mut bytes, mut size) = (Vec::new(), 0);
        while let Some(chunk) = field.chunk().await.map_err(unreadable)? {
            size += chunk.len();
            if size <= LARGEST_FILE {
                bytes.extend_from_slice(&chunk);
            }
        }
        if size > LARGEST_FILE {
            return Err(too_large());
        }
        found = Some((name, bytes));
    }
    found.ok_or_else(|| misplaced("missing_file", "缺少名为 file 的文件"))
}

fn unreadable(error: MultipartError) -> Fault {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return too_large();
    }
    Fault::new(FaultKind::Malformed, "unreadable_body", "请求内容读取失败").internally(error)
}

fn misplaced(code: &'static str, text: &'static str) -> Fault {
    let mut faults = Faults::new();
    faults.add("/file", code, text);
    let refused = faults.into_result(code, text);
    refused.err().unwrap_or_else(|| Fault::internal("a refusal named no fault"))
}

/// A header that makes browsers save the file under its name (RFC 6266).
fn disposition(name: &str) -> String {
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    let mut encoded = String::with_capacity(name.len() * 3);
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    format!("attachment; filename=\"file.{extension}\"; filename*=UTF-8''{encoded}")
}
