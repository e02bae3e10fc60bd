//! Secrets that calls are signed and databases opened with (凭据), by the names that resources give them.

use std::collections::HashMap;
use std::path::Path;

use tongban_outbound::signing::Secret;
use tongban_runtime::StartError;
use zeroize::Zeroizing;

/// All of them.
pub struct Secrets(HashMap<String, Zeroizing<String>>);

impl Secrets {
    /// Those of a file, a line each: `CREDENTIAL=SECRET`; none without a file.
    ///
    /// # Errors
    /// Names the line that cannot be read, never what stands in it.
    pub fn read(file: Option<&Path>) -> Result<Self, StartError> {
        let Some(file) = file else { return Ok(Self(HashMap::new())) };
        let wrong = |why: String| StartError::File(file.display().to_string(), why);
        let text = std::fs::read_to_string(file).map_err(|error| wrong(error.to_string()))?;
        let mut found = HashMap::new();
        for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let place = || wrong(format!("line {} is not CREDENTIAL=SECRET", index + 1));
            let (name, secret) = line.split_once('=').ok_or_else(place)?;
            let secret = Zeroizing::new(secret.trim().to_owned());
            if secret.is_empty() {
                return Err(place());
            }
            if found.insert(name.trim().to_owned(), secret).is_some() {
                return Err(wrong(format!("line {} repeats a credential", index + 1)));
            }
        }
        Ok(Self(found))
    }

    /// The one with this name.
    pub fn find(&self, name: &str) -> Option<Secret> {
        self.0.get(name).and_then(|secret| Secret::new(secret.as_bytes()))
    }

    /// The one with this name as user and password of a database: `USER:PASSWORD`, or a user alone.
    pub fn login(&self, name: &str) -> Option<(String, Option<String>)> {
        let text = self.0.get(name)?;
        Some(match text.split_once(':') {
            Some((user, password)) => (user.to_owned(), Some(password.to_owned())),
            None => (text.to_string(), None),
        })
    }
}
