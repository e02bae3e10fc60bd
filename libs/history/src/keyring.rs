//! The keys one log signs with, shared by all processes of its service through the database.

use std::sync::{Arc, Mutex, PoisonError};

use tongban_kernel::{Fault, FaultKind};
use tongban_ledger::Ledger;
use tongban_proof::{Checkpoint, PublishedKeys, Signer};
use tongban_seal::Vault;

use crate::store::checkpoint;
use crate::store::key::{self as store, Model};

/// What the newest key is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyState {
    /// Nothing was ever signed; the first key is made when it is needed.
    None,
    /// It signs.
    Good,
    /// Checkpoints were signed, but there are no keys any more.
    Lost,
    /// It does not open with the installation's master key.
    Sealed,
}

/// The keys of one log.
#[derive(Clone)]
pub(crate) struct Keyring {
    service: &'static str,
    ledger: Ledger,
    vault: Vault,
    /// The key that was opened last, so that not every receipt has to open it.
    opened: Arc<Mutex<Option<Arc<Signer>>>>,
}

impl Keyring {
    pub(crate) fn new(service: &'static str, ledger: Ledger, vault: Vault) -> Self {
        Self { service, ledger, vault, opened: Arc::default() }
    }

    /// The key that signs now; the first one is made here.
    ///
    /// # Errors
    /// `history_key_unavailable` when it is lost or does not open; or when the database is away.
    pub(crate) async fn current(&self) -> Result<Arc<Signer>, Fault> {
        let db = self.ledger.db();
        if let Some(row) = store::newest(db.read()).await? {
            return self.open(&row);
        }
        if checkpoint::latest(db.read()).await?.is_some() {
            return Err(unavailable(format!(
                "{}: checkpoints were signed, but table history_key is empty",
                self.service
            )));
        }
        self.make(1, &self.new_origin()).await
    }

    /// Makes the next key, which signs from now on; those before it stay published.
    ///
    /// # Errors
    /// When the database is away.
    pub(crate) async fn rotate(&self) -> Result<Arc<Signer>, Fault> {
        let db = self.ledger.db();
        let (generation, origin) = match store::newest(db.read()).await? {
            Some(row) => (row.generation + 1, row.origin().to_owned()),
            // The keys were lost: the log keeps the name its checkpoints have.
            None => match checkpoint::latest(db.read()).await? {
                Some(row) => (1, row.note.lines().next().unwrap_or_default().to_owned()),
                None => (1, self.new_origin()),
            },
        };
        self.make(generation, &origin).await
    }

    /// Every key there ever was.
    ///
    /// # Errors
    /// When the database is away, or nothing was signed yet and the first key cannot be made.
    pub(crate) async fn published(&self) -> Result<PublishedKeys, Fault> {
        let mut rows = store::all(self.ledger.db().read()).await?;
        if rows.is_empty() {
            self.current().await?;
            rows = store::all(self.ledger.db().read()).await?;
        }
        let origin = rows.last().map(|row| row.origin().to_owned()).unwrap_or_default();
        Ok(PublishedKeys { origin, keys: rows.iter().map(Model::published).collect() })
    }

    /// What the newest key is good for; nothing is made.
    ///
    /// # Errors
    /// When the database is away.
    pub(crate) async fn state(&self) -> Result<KeyState, Fault> {
        let db = self.ledger.db();
        if let Some(row) = store::newest(db.read()).await? {
            return Ok(if self.open(&row).is_ok() { KeyState::Good } else { KeyState::Sealed });
        }
        let signed = checkpoint::latest(db.read()).await?.is_some();
        Ok(if signed { KeyState::Lost } else { KeyState::None })
    }

    async fn make(&self, generation: i64, origin: &str) -> Result<Arc<Signer>, Fault> {
        let entropy = self.ledger.entropy();
        let signer = Signer::generate(origin, entropy).map_err(Fault::internal)?;
        let vkey = signer.public().vkey();
        let row = Model {
            generation,
            sealed: self.vault.seal(&*signer.secret(), &place(&vkey), entropy),
            created_at: self.ledger.clock().now().timestamp_micros(),
            retired_at: None,
            vkey,
        };
        if store::add(self.ledger.db(), row).await? {
            tracing::info!(
                service = self.service,
                key = signer.public().id(),
                "a new key signs the history"
            );
        }
        // Another process may have been faster; its key is as good.
        let newest = store::newest(self.ledger.db().read()).await?;
        newest.map_or_else(|| Err(Fault::internal("the new key is gone")), |row| self.open(&row))
    }

    fn open(&self, row: &Model) -> Result<Arc<Signer>, Fault> {
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(signer) = opened.as_ref()
            && signer.public().vkey() == row.vkey
        {
            return Ok(Arc::clone(signer));
        }
        let lost = |why: String| {
            unavailable(format!(
                "{}: key {} of the history: {why}; is it the installation's master key?",
                self.service, row.vkey
            ))
        };
        let secret =
            self.vault.open(&row.sealed, &place(&row.vkey)).map_err(|why| lost(why.to_string()))?;
        let signer =
            Signer::from_secret(row.origin(), &secret).map_err(|why| lost(why.to_string()))?;
        if signer.public().vkey() != row.vkey {
            return Err(lost("the private half is of another key".into()));
        }
        let signer = Arc::new(signer);
        *opened = Some(Arc::clone(&signer));
        Ok(signer)
    }

    /// A name no other log has, without anybody having to think of one.
    fn new_origin(&self) -> String {
        let mut random = [0_u8; 8];
        self.ledger.entropy().fill(&mut random);
        format!("tongban/{}/{}", self.service, hex::encode(random))
    }
}

/// The checkpoint in a note that is our own: its text is read, its signature is not verified.
pub(crate) fn own(note: &str) -> Result<Checkpoint, Fault> {
    let read = tongban_proof::note::split(note).and_then(|(text, _)| Checkpoint::parse(text));
    read.map_err(|fault| Fault::internal(format!("a stored checkpoint cannot be read: {fault}")))
}

fn unavailable(internal: String) -> Fault {
    let title = "历史签名密钥不可用，暂不能签发回执与检查点；业务办理不受影响";
    Fault::new(FaultKind::Unavailable, "history_key_unavailable", title).internally(internal)
}

fn place(vkey: &str) -> Vec<u8> {
    format!("history_key/{vkey}/sealed").into_bytes()
}
