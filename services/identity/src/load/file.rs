//! `sample-accounts.json`: the one place that tells the sample city's passwords.

use std::collections::BTreeSet;
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tongban_kernel::entropy::readable_code;
use tongban_kernel::{Entropy, Fault, PrincipalKind, Role};
use tongban_runtime::Host;

/// What the file holds.
#[derive(Serialize, Deserialize)]
pub struct SampleFile {
    /// The one password of all people in the sample city.
    pub password: String,
    /// The people.
    #[serde(default)]
    pub accounts: Vec<SamplePerson>,
    /// The line systems.
    #[serde(default)]
    pub systems: Vec<SampleSystem>,
}

/// A person to sign in as.
#[derive(Serialize, Deserialize)]
pub struct SamplePerson {
    /// Login name.
    pub login: String,
    /// Name.
    pub name: String,
    /// Kind of principal.
    pub kind: PrincipalKind,
    /// Roles.
    pub roles: BTreeSet<Role>,
    /// Body, by credit code.
    pub body: Option<String>,
}

/// A line system and its secret.
#[derive(Serialize, Deserialize)]
pub struct SampleSystem {
    /// Client identifier.
    pub client_id: String,
    /// Client secret.
    pub client_secret: String,
}

impl SampleFile {
    /// A file with a fresh password.
    pub fn fresh(entropy: &dyn Entropy) -> Self {
        Self { password: readable_code(16, entropy), accounts: Vec::new(), systems: Vec::new() }
    }

    /// The secret of a system, made when it has none yet.
    pub fn secret_of(&mut self, client: &str, entropy: &dyn Entropy) -> String {
        if let Some(known) = self.systems.iter().find(|system| system.client_id == client) {
            return known.client_secret.clone();
        }
        let client_secret = readable_code(40, entropy);
        let client_id = client.to_owned();
        self.systems.push(SampleSystem { client_id, client_secret: client_secret.clone() });
        client_secret
    }
}

/// Where the file is.
pub fn path(host: &Host) -> PathBuf {
    host.settings.data_dir.join("sample-accounts.json")
}

/// The file of an earlier load, if there was one.
pub fn read(path: &Path) -> Result<Option<SampleFile>, Fault> {
    match fs::read_to_string(path) {
        Ok(text) => serde_json::from_str(&text).map(Some).map_err(|error| wrong(path, &error)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(wrong(path, &error)),
    }
}

/// Writes the file, whole or not at all, for its owner alone.
pub fn write(path: &Path, file: &SampleFile) -> Result<(), Fault> {
    let text = serde_json::to_string_pretty(file).map_err(Fault::internal)?;
    let draft = path.with_extension("json.tmp");
    let written = || -> io::Result<()> {
        if let Err(error) = fs::remove_file(&draft)
            && error.kind() != io::ErrorKind::NotFound
        {
            return Err(error);
        }
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut out = options.open(&draft)?;
        out.write_all(text.as_bytes())?;
        out.write_all(b"\n")?;
        out.sync_all()?;
        fs::rename(&draft, path)
    };
    written().map_err(|error| wrong(path, &error))
}

fn wrong(path: &Path, error: &dyn std::fmt::Display) -> Fault {
    Fault::internal(format!("{}: {error}", path.display()))
}
