//! Passwords and client secrets while they are in memory.

use std::fmt;

use serde::Deserialize;
use tongban_kernel::Faults;
use zeroize::Zeroizing;

/// Fewest characters of a password that a person chooses.
pub const SHORTEST: usize = 10;
/// Most characters of any secret; hashing what is longer would cost us more than the sender.
pub const LONGEST: usize = 128;

/// A password or client secret (口令): wiped after use, and never printed.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Its bytes.
    pub fn bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// Its text, for the one answer or file that tells it.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Whether it is longer than any secret may be.
    pub fn is_too_long(&self) -> bool {
        self.0.chars().count() > LONGEST
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(Zeroizing::new(text))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// Notes at `pointer` everything that makes a chosen password unfit (口令复杂度).
pub fn check(secret: &Secret, login: &str, pointer: &str, faults: &mut Faults) {
    let text = secret.reveal();
    let length = text.chars().count();
    if length < SHORTEST {
        faults.add(pointer, "min_length", format!("密码至少 {SHORTEST} 个字符"));
    }
    if length > LONGEST {
        faults.add(pointer, "max_length", format!("密码最多 {LONGEST} 个字符"));
    }
    let kinds: [fn(char) -> bool; 4] = [
        |c| c.is_ascii_lowercase(),
        |c| c.is_ascii_uppercase(),
        |c| c.is_ascii_digit(),
        |c| !c.is_ascii_alphanumeric(),
    ];
    if kinds.iter().filter(|kind| text.chars().any(**kind)).count() < 2 {
        faults.add(pointer, "too_simple", "密码须含大写字母、小写字母、数字、其他字符中的至少两类");
    }
    if !login.is_empty() && text.to_lowercase().contains(&login.to_lowercase()) {
        faults.add(pointer, "contains_login", "密码中不得包含登录名");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(secret: &str) -> Vec<String> {
        let mut faults = Faults::new();
        check(&Secret::from(secret.to_owned()), "zhang.san", "/password", &mut faults);
        let fault = faults.into_result("x", "x").err();
        fault.map_or(Vec::new(), |fault| {
            fault.errors().iter().map(|error| error.code.clone()).collect()
        })
    }

    #[test]
    fn every_weakness_is_named() {
        assert_eq!(codes("hunter2"), ["min_length"]);
        assert_eq!(codes("aaaa"), ["min_length", "too_simple"]);
        assert_eq!(codes("Zhang.San-2026"), ["contains_login"]);
        assert_eq!(codes(&"a1".repeat(65)), ["max_length"]);
        assert!(codes("海州区的好天气 2026").is_empty());
    }

    #[test]
    fn a_secret_is_never_printed() {
        assert_eq!(format!("{:?}", Secret::from("hunter2".to_owned())), "Secret(..)");
    }
}
