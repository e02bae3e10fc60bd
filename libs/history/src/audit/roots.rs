//! The signed roots that a tree is held to: those stored, and those kept elsewhere.

use std::collections::{BTreeMap, VecDeque};

use sea_orm::DatabaseTransaction;
use tongban_kernel::Fault;
use tongban_proof::{Checkpoint, VerifyKey};

use super::{Finding, Report, is_of};
use crate::store::checkpoint;

/// Checkpoints read at once.
const CHECKPOINTS: u64 = 500;

/// The signed roots, and which of them the tree has kept so far.
pub(super) struct Roots<'k> {
    keys: &'k [VerifyKey],
    /// Roots kept elsewhere, by size.
    pub(super) held: BTreeMap<u64, Checkpoint>,
    /// Of the stored ones, those read ahead.
    ahead: VecDeque<checkpoint::Model>,
    read: i64,
    exhausted: bool,
    /// Largest tree that agreed.
    pub(super) agreed: u64,
    /// Whether one differed already: then all later ones do.
    pub(super) differed: bool,
}

impl<'k> Roots<'k> {
    pub(super) fn new(keys: &'k [VerifyKey], held: &[String], report: &mut Report) -> Self {
        let mut kept = BTreeMap::new();
        for note in held {
            // Checkpoints of other services are for their own audits.
            if !is_of(note, &report.service) {
                continue;
            }
            match Checkpoint::open(note, keys) {
                Ok(checkpoint) => {
                    kept.insert(checkpoint.size, checkpoint);
                }
                Err(fault) => {
                    let detail = Some(format!("a checkpoint that was given: {fault}"));
                    report.tell(
                        "checkpoint_refused",
                        "history_checkpoint",
                        Finding { detail, ..Finding::default() },
                    );
                }
            }
        }
        Self {
            keys,
            held: kept,
            ahead: VecDeque::new(),
            read: -1,
            exhausted: false,
            agreed: 0,
            differed: false,
        }
    }

    /// The stored checkpoint of `size` leaves, if there is one; those before it were asked for already.
    pub(super) async fn at(
        &mut self,
        snapshot: &DatabaseTransaction,
        size: u64,
    ) -> Result<Option<checkpoint::Model>, Fault> {
        if self.ahead.is_empty() && !self.exhausted {
            self.ahead = checkpoint::after(snapshot, self.read, CHECKPOINTS).await?.into();
            self.exhausted = self.ahead.is_empty();
        }
        let size = i64::try_from(size).map_err(Fault::internal)?;
        if self.ahead.front().is_none_or(|row| row.size > size) {
            return Ok(None);
        }
        let row = self.ahead.pop_front();
        self.read = row.as_ref().map_or(self.read, |row| row.size);
        Ok(row)
    }

    /// The checkpoint in a stored row, when it is as it was signed.
    pub(super) fn open(&self, row: &checkpoint::Model, report: &mut Report) -> Option<Checkpoint> {
        report.checkpoints += 1;
        let size = u64::try_from(row.size).ok();
        let refused = match Checkpoint::open(&row.note, self.keys) {
            Ok(checkpoint) if Some(checkpoint.size) == size => return Some(checkpoint),
            Ok(checkpoint) => format!("the note is of {} events", checkpoint.size),
            Err(fault) => fault.to_string(),
        };
        let more = Finding { checkpoint: size, detail: Some(refused), ..Finding::default() };
        report.tell("checkpoint_refused", "history_checkpoint", more);
        None
    }
}
