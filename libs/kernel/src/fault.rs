//! What went wrong, said without any transport: HTTP (or a command line) translates it last.

use std::borrow::Cow;
use std::fmt;

use serde::Serialize;

/// What kind of wrong it is; decides how a transport answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// The request cannot be read at all.
    Malformed,
    /// Nobody we know asked.
    Unauthenticated,
    /// Somebody asked who may not.
    Forbidden,
    /// There is no such thing, or the caller may not know that there is.
    NotFound,
    /// Something else happened first, or the state does not allow it.
    Conflict,
    /// More than we take.
    TooLarge,
    /// A form of content we do not take.
    Unsupported,
    /// Readable, but with faults in it; [`Fault::errors`] names them all.
    Invalid,
    /// Too often.
    TooMany,
    /// A part we need is away; the same request may be sent again later.
    Unavailable,
    /// Our own mistake; the caller learns only where to look it up.
    Internal,
}

/// One fault in one place of the request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldFault {
    /// JSON Pointer (RFC 6901) to the place; empty for the whole.
    pub pointer: String,
    /// Stable code for programs.
    pub code: String,
    /// Chinese text for people.
    pub message: String,
}

/// Code of [`Fault::storage_full`].
pub const STORAGE_FULL: &str = "storage_full";

/// A refusal or failure with everything the caller is to be told, at once.
///
/// One pointer wide, so that results carrying it stay cheap.
#[derive(Debug, Clone)]
pub struct Fault(Box<Parts>);

#[derive(Debug, Clone)]
struct Parts {
    kind: FaultKind,
    code: Cow<'static, str>,
    title: Cow<'static, str>,
    detail: Option<String>,
    errors: Vec<FieldFault>,
    internal: Option<String>,
}

impl Fault {
    /// A fault with a stable `code` and a Chinese `title`.
    pub fn new(
        kind: FaultKind,
        code: impl Into<Cow<'static, str>>,
        title: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self(Box::new(Parts {
            kind,
            code: code.into(),
            title: title.into(),
            detail: None,
            errors: Vec::new(),
            internal: None,
        }))
    }

    /// No such thing, or none that the caller may know of.
    pub fn not_found(what_zh: &str) -> Self {
        Self::new(FaultKind::NotFound, "not_found", format!("找不到{what_zh}，或无权查看"))
    }

    /// The state does not allow it, or somebody was faster.
    pub fn conflict(code: &'static str, title: impl Into<Cow<'static, str>>) -> Self {
        Self::new(FaultKind::Conflict, code, title)
    }

    /// The caller may not do this.
    pub fn forbidden(code: &'static str, title: impl Into<Cow<'static, str>>) -> Self {
        Self::new(FaultKind::Forbidden, code, title)
    }

    /// A part we need is away for now.
    pub fn unavailable(internal: impl fmt::Display) -> Self {
        Self::new(FaultKind::Unavailable, "unavailable", "服务暂时不可用，请稍后重试")
            .internally(internal)
    }

    /// The disk takes no more: nothing was written, and what only reads goes on. The same request may be sent
    /// again when somebody has made room.
    pub fn storage_full(internal: impl fmt::Display) -> Self {
        Self::new(FaultKind::Unavailable, STORAGE_FULL, "存储空间不足，暂时无法保存，请稍后重试")
            .internally(internal)
    }

    /// Our own mistake; `internal` goes to the log, never to the caller.
    pub fn internal(internal: impl fmt::Display) -> Self {
        Self::new(FaultKind::Internal, "internal", "系统内部错误").internally(internal)
    }

    /// Adds a longer Chinese explanation for the caller.
    #[must_use]
    pub fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.0.detail = Some(detail.into());
        self
    }

    /// Adds text for the log only.
    #[must_use]
    pub fn internally(mut self, text: impl fmt::Display) -> Self {
        self.0.internal = Some(text.to_string());
        self
    }

    /// Its kind.
    pub fn kind(&self) -> FaultKind {
        self.0.kind
    }
    /// Its stable code.
    pub fn code(&self) -> &str {
        &self.0.code
    }
    /// Its Chinese title.
    pub fn title(&self) -> &str {
        &self.0.title
    }
    /// The longer explanation, if any.
    pub fn detail(&self) -> Option<&str> {
        self.0.detail.as_deref()
    }
    /// Every fault in the request.
    pub fn errors(&self) -> &[FieldFault] {
        &self.0.errors
    }
    /// What the log is to say.
    pub fn internal_text(&self) -> Option<&str> {
        self.0.internal.as_deref()
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.0.code, self.0.title)?;
        for error in &self.0.errors {
            write!(f, "; {} {}", error.pointer, error.message)?;
        }
        if let Some(internal) = &self.0.internal {
            write!(f, " ({internal})")?;
        }
        Ok(())
    }
}

impl std::error::Error for Fault {}

/// Collects faults so that people are told once, completely (一次性告知).
#[derive(Debug, Default)]
pub struct Faults(Vec<FieldFault>);

impl Faults {
    /// None so far.
    pub fn new() -> Self {
        Self::default()
    }

    /// Notes one fault at `pointer`.
    pub fn add(
        &mut self,
        pointer: impl Into<String>,
        code: impl Into<String>,
        message: impl Into<String>,
    ) {
        self.0.push(FieldFault {
            pointer: pointer.into(),
            code: code.into(),
            message: message.into(),
        });
    }

    /// Takes over faults found elsewhere.
    pub fn extend(&mut self, faults: impl IntoIterator<Item = FieldFault>) {
        self.0.extend(faults);
    }

    /// Whether none was noted.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Fine, or one refusal that names every fault.
    ///
    /// # Errors
    /// An [`FaultKind::Invalid`] fault when anything was noted.
    pub fn into_result(
        self,
        code: &'static str,
        title: impl Into<Cow<'static, str>>,
    ) -> Result<(), Fault> {
        if self.0.is_empty() {
            return Ok(());
        }
        let mut fault = Fault::new(FaultKind::Invalid, code, title);
        fault.0.errors = self.0;
        Err(fault)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_told_all_at_once() {
        let mut faults = Faults::new();
        faults.add("/a", "required", "缺少 a");
        faults.add("/b", "type", "b 应为整数");
        let fault = faults.into_result("invalid_form", "表单有误").unwrap_err();
        assert_eq!(fault.kind(), FaultKind::Invalid);
        assert_eq!(fault.errors().len(), 2);
        assert!(Faults::new().into_result("x", "y").is_ok());
    }
}
