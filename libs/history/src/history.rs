//! The history of one service: places, checkpoints, proofs, receipts.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use tongban_kernel::{Fault, FaultKind, Faults};
use tongban_ledger::{Ledger, tree};
use tongban_proof::{Checkpoint, ConsistencyProof, InclusionProof, PublishedKeys, Receipt, plan};
use tongban_seal::Vault;

use crate::keyring::{KeyState, Keyring, own};
use crate::store::checkpoint as store;

/// Events given places in one transaction: few enough that on SQLite no request waits long for its turn.
const BATCH: u64 = 500;
/// Most batches of one round; what is left waits for the next.
const BATCHES: u64 = 400;
/// Checkpoints looked at at once on the way back.
const BACK: u64 = 50;

/// The history of one service.
#[derive(Clone)]
pub struct History {
    service: &'static str,
    ledger: Ledger,
    keyring: Keyring,
}

/// What asking for a checkpoint led to.
#[derive(Debug, Clone)]
pub struct Checkpointed {
    /// The signed note.
    pub note: String,
    /// Whether it was signed just now; the tree may not have grown.
    pub is_new: bool,
}

impl History {
    /// The history of `service` in `ledger`, whose keys `vault` seals.
    pub fn new(service: &'static str, ledger: Ledger, vault: Vault) -> Self {
        let keyring = Keyring::new(service, ledger.clone(), vault);
        Self { service, ledger, keyring }
    }

    /// Name of the service.
    pub fn service(&self) -> &'static str {
        self.service
    }

    /// Gives waiting events their places; says how many.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn sequence(&self) -> Result<u64, Fault> {
        let mut all = 0;
        for _ in 0..BATCHES {
            let added = tree::sequence(self.ledger.db(), BATCH).await?;
            all += added;
            if added < BATCH {
                break;
            }
        }
        metrics::counter!("history_sequenced_total", "service" => self.service).increment(all);
        Ok(all)
    }

    /// Signs the tree as it is, unless it was signed at this size; nothing for a tree without leaves.
    ///
    /// The tree signed last is looked at first: a log never signs what contradicts what it signed.
    ///
    /// # Errors
    /// `history_key_unavailable`; an internal fault when the stored tree no longer begins with the one
    /// signed last; or when the database is away.
    pub async fn checkpoint(&self) -> Result<Option<Checkpointed>, Fault> {
        let db = self.ledger.db();
        let size = tree::tree_size(db.read()).await?;
        let latest = store::latest(db.read()).await?;
        if let Some(note) = unchanged(latest, size)? {
            return Ok(Some(Checkpointed { note, is_new: false }));
        }
        if size == 0 {
            return Ok(None);
        }
        let signer = self.keyring.current().await?;
        let transaction = db.begin().await.map_err(tongban_db::to_fault)?;
        tree::lock(&transaction).await?;
        // Read anew under the lock: another process may have signed meanwhile.
        let size = tree::tree_size(&transaction).await?;
        let latest = store::latest(&transaction).await?;
        let mut at = self.ledger.clock().now();
        if let Some(row) = &latest {
            let before = own(&row.note)?;
            if before.size > size || tree::root(&transaction, before.size).await? != before.root {
                metrics::gauge!("history_inconsistent", "service" => self.service).set(1.0);
                return Err(Fault::internal(format!(
                    "{}: the stored tree contradicts the checkpoint of {} events; nothing is signed: \
                     run `tongban verify ledger`",
                    self.service, before.size
                )));
            }
            // A clock that was set back must not let a later checkpoint look earlier.
            at = at.max(before.at);
        }
        if let Some(note) = unchanged(latest, size)? {
            return Ok(Some(Checkpointed { note, is_new: false }));
        }
        let root = tree::root(&transaction, size).await?;
        let origin = signer.public().name().to_owned();
        let note = Checkpoint { origin, size, root, at }.sign(&signer).map_err(Fault::internal)?;
        let row = store::Model {
            size: i64::try_from(size).map_err(Fault::internal)?,
            note: note.clone(),
        };
        store::add(&transaction, row).await?;
        transaction.commit().await.map_err(tongban_db::to_fault)?;
        metrics::counter!("history_checkpoints_total", "service" => self.service).increment(1);
        metrics::gauge!("history_inconsistent", "service" => self.service).set(0.0);
        Ok(Some(Checkpointed { note, is_new: true }))
    }

    /// The checkpoint of the largest tree, or of `size` leaves.
    ///
    /// # Errors
    /// When there is none, or the database is away.
    pub async fn signed(&self, size: Option<u64>) -> Result<String, Fault> {
        let connection = self.ledger.db().read();
        let found = match size {
            Some(size) => store::of_size(connection, size).await?,
            None => store::latest(connection).await?,
        };
        found.map(|row| row.note).ok_or_else(|| Fault::not_found("该检查点"))
    }

    /// The first checkpoint after a moment whose tree is larger than `above`, if there is one yet.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn first_after(
        &self,
        after: DateTime<Utc>,
        above: u64,
    ) -> Result<Option<String>, Fault> {
        let (mut found, mut below) = (None, i64::MAX);
        // From the newest back: times ascend with sizes, and moments asked for are not long ago.
        loop {
            let rows = store::before(self.ledger.db().read(), below, BACK).await?;
            let Some(last) = rows.last() else { return Ok(found) };
            below = last.size;
            for row in rows {
                let read = own(&row.note)?;
                if read.at <= after || read.size <= above {
                    return Ok(found);
                }
                found = Some(row.note);
            }
        }
    }

    /// That an event is in the tree of the latest checkpoint, or of that of `size` leaves.
    ///
    /// # Errors
    /// When there is no such event or checkpoint, or the checkpoint does not reach as far as the event.
    pub async fn inclusion(&self, event: &str, size: Option<u64>) -> Result<InclusionProof, Fault> {
        let connection = self.ledger.db().read();
        let Some(leaf) = tree::leaf_of(connection, event).await? else {
            let waits = tree::waits(connection, event).await?;
            return Err(if waits { not_yet() } else { Fault::not_found("该事件") });
        };
        let checkpoint = match (self.signed(size).await, size) {
            // Before the very first checkpoint.
            (Err(fault), None) if fault.kind() == FaultKind::NotFound => return Err(not_yet()),
            (found, _) => found?,
        };
        let size = own(&checkpoint)?.size;
        let index = u64::try_from(leaf.place).map_err(Fault::internal)?;
        if index >= size {
            return Err(not_yet());
        }
        let path = tree::hashes_over(connection, &plan::inclusion(index, size)).await?;
        let hash = leaf.hash.try_into().map_err(|_| Fault::internal("a hash has not 32 bytes"))?;
        Ok(InclusionProof { event: leaf.event_id, hash, index, path, checkpoint })
    }

    /// That the tree of the checkpoint of `to` leaves begins with that of the checkpoint of `from`.
    ///
    /// # Errors
    /// Names each size of which there is no checkpoint, and an order that is none.
    pub async fn consistency(&self, from: u64, to: u64) -> Result<ConsistencyProof, Fault> {
        let connection = self.ledger.db().read();
        let mut faults = Faults::new();
        let mut notes = Vec::new();
        for (pointer, size) in [("/from", from), ("/to", to)] {
            match store::of_size(connection, size).await? {
                Some(row) => notes.push(row.note),
                None => {
                    faults.add(pointer, "no_such_checkpoint", format!("没有 {size} 个事件的检查点"))
                }
            }
        }
        if from > to {
            faults.add("/from", "wrong_order", "from 不得大于 to");
        }
        faults.into_result("invalid_request", "请求参数有误")?;
        let [from_note, to_note] = <[String; 2]>::try_from(notes)
            .map_err(|_| Fault::internal("two sizes give two checkpoints"))?;
        let path = tree::hashes_over(connection, &plan::consistency(from, to)).await?;
        Ok(ConsistencyProof { path, from: from_note, to: to_note })
    }

    /// Signs a receipt that says: `event`, with this hash, made the case what it is.
    ///
    /// # Errors
    /// `history_key_unavailable`; or when the database is away.
    pub async fn receipt(
        &self,
        case: &str,
        event: &str,
        hash: [u8; 32],
        at: DateTime<Utc>,
    ) -> Result<String, Fault> {
        let signer = self.keyring.current().await?;
        let receipt = Receipt {
            origin: signer.public().name().to_owned(),
            case: case.to_owned(),
            event: event.to_owned(),
            hash,
            at,
            proof: format!("/{}/v1/history/inclusion/{event}", self.service),
        };
        receipt.sign(&signer).map_err(Fault::internal)
    }

    /// Every key this history was ever signed with.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn keys(&self) -> Result<PublishedKeys, Fault> {
        self.keyring.published().await
    }

    /// Makes the next key, which signs from now on; asked for also when the one before was lost.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn rotate(&self) -> Result<Arc<tongban_proof::Signer>, Fault> {
        self.keyring.rotate().await
    }

    /// What the newest key is good for; nothing is made.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn key_state(&self) -> Result<KeyState, Fault> {
        self.keyring.state().await
    }

    /// How many events wait for their place.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn waiting(&self) -> Result<u64, Fault> {
        tree::unsequenced(self.ledger.db().read()).await
    }
}

/// The note, when the tree was signed at exactly this size.
fn unchanged(latest: Option<store::Model>, size: u64) -> Result<Option<String>, Fault> {
    let size = i64::try_from(size).map_err(Fault::internal)?;
    Ok(latest.filter(|row| row.size == size).map(|row| row.note))
}

fn not_yet() -> Fault {
    Fault::conflict("not_in_checkpoint", "事件已记录，尚未进入该检查点，请稍后再取证明")
}
