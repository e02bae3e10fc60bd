//! One HTTP/1.1 connection that is kept open.

use std::io::{Error, ErrorKind, Result};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Headers of an answer are read up to so many.
const HEADERS: usize = 48;

/// A request as it goes over the line.
#[derive(Debug, Clone)]
pub struct Request(Vec<u8>);

impl Request {
    /// `POST path` with JSON, a token and an idempotency key.
    pub fn post(path: &str, token: &str, key: &str, body: &str) -> Self {
        Self(
            format!(
                "POST {path} HTTP/1.1\r\nhost: tongban\r\nauthorization: Bearer {token}\r\n\
                 content-type: application/json\r\nidempotency-key: {key}\r\n\
                 content-length: {}\r\n\r\n{body}",
                body.len()
            )
            .into_bytes(),
        )
    }

    /// `GET path`, with a token if there is one.
    pub fn get(path: &str, token: Option<&str>) -> Self {
        let authorization =
            token.map(|token| format!("authorization: Bearer {token}\r\n")).unwrap_or_default();
        Self(format!("GET {path} HTTP/1.1\r\nhost: tongban\r\n{authorization}\r\n").into_bytes())
    }
}

/// One connection; requests go over it one after the other.
#[derive(Debug)]
pub struct Line {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Line {
    /// Connects to `host:port`.
    ///
    /// # Errors
    /// When nobody listens there.
    pub async fn to(address: &str) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(16 * 1024) })
    }

    /// Sends a request and reads the whole answer: its status and its body.
    ///
    /// # Errors
    /// When the connection breaks or the answer is not one of known length.
    pub async fn send(&mut self, request: &Request) -> Result<(u16, &[u8])> {
        self.stream.write_all(&request.0).await?;
        self.buffer.clear();
        let (status, body) = loop {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
            if let Some(found) = head(&self.buffer)? {
                break found;
            }
        };
        while self.buffer.len() < body.end {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
        }
        Ok((status, self.buffer.get(body).unwrap_or_default()))
    }
}

/// The status of an answer and where its body lies; `None` while the head is not complete.
fn head(bytes: &[u8]) -> Result<Option<(u16, std::ops::Range<usize>)>> {
    let odd = |why: &str| Error::new(ErrorKind::InvalidData, why.to_owned());
    let mut headers = [httparse::EMPTY_HEADER; HEADERS];
    let mut answer = httparse::Response::new(&mut headers);
    let start = match answer.parse(bytes).map_err(|error| odd(&error.to_string()))? {
        httparse::Status::Complete(start) => start,
        httparse::Status::Partial => return Ok(None),
    };
    let status = answer.code.ok_or_else(|| odd("no status"))?;
    let length = answer.headers.iter().find(|one| one.name.eq_ignore_ascii_case("content-length"));
    let length: usize = length
        .and_then(|one| std::str::from_utf8(one.value).ok()?.trim().parse().ok())
        .ok_or_else(|| odd("no content-length"))?;
    Ok(Some((status, start..start + length)))
}
