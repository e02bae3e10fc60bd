//! 执法资格与回避: whether an inspector may inspect an object on a day, asked of the library as it stands.

use chrono::NaiveDate;
use tongban_kernel::Fault;
use tongban_runtime::Host;

use crate::domain::inspector::{Record, Unfit};
use crate::domain::matter::Entry;

/// Why an inspector may not inspect `object` for these matters on `day`; `None` when he or she may. A relation that was
/// found after the draw counts as one found before.
///
/// # Errors
/// When the database is away.
pub async fn standing(
    host: &Host,
    inspector: &str,
    matters: &[String],
    object: &str,
    day: NaiveDate,
) -> Result<Option<Unfit>, Fault> {
    let Some(record) = host.ledger.load::<Record>(inspector).await? else {
        return Ok(Some(Unfit::Left));
    };
    let mut qualifications = Vec::with_capacity(matters.len());
    for matter in matters {
        if let Some(entry) = host.ledger.load::<Entry>(matter).await? {
            qualifications.push(entry.state.matter.qualification);
        }
    }
    let unfit = record.state.unfit(qualifications.iter().map(String::as_str), day);
    Ok(unfit.or_else(|| record.state.related(|one| one == object)))
}
