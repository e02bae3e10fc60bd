//! 评价: by the applicant's account or by the link of the right, once; never from the counter.

use std::sync::Arc;

use tongban_contracts::review_sources::{ReviewChannel, ReviewSource};
use tongban_contracts::reviews::ReviewPhoto;
use tongban_kernel::{Fault, Faults, PrincipalKind};
use tongban_ledger::{Caller, Reply, RequestKey};
use uuid::Uuid;

use super::{Desk, photos};
use crate::api::reviews::ReviewView;
use crate::domain::review::{Command, Giver, Opinion, Review, officer_cannot_review};
use crate::store::counter;

/// What somebody has to say.
#[derive(Debug)]
pub struct Said {
    /// Stars.
    pub stars: u8,
    /// Codes of tags.
    pub tags: Vec<String>,
    /// Free text.
    pub text: Option<String>,
    /// Photographs uploaded before.
    pub photos: Vec<Uuid>,
    /// By which way.
    pub channel: ReviewChannel,
}

/// Where a request comes from, as far as it says so.
#[derive(Debug, Default)]
pub struct Origin {
    /// What the device says it is.
    pub device: Option<String>,
    /// Address of the network.
    pub network: Option<String>,
    /// Who is signed in, when the operation does not ask for it.
    pub bearer: Option<String>,
}

/// Refuses what comes from a counter: from one of its devices, or signed in as somebody who works there.
///
/// # Errors
/// `counter_device`, `officer_cannot_review`, or a bearer token that vouches for nobody.
pub async fn not_from_the_counter(desk: &Desk, origin: &Origin) -> Result<(), Fault> {
    if let Some(token) = &origin.bearer {
        let principal = desk.host.verifier.verify(token)?;
        if matches!(principal.kind, PrincipalKind::Officer | PrincipalKind::System) {
            return Err(officer_cannot_review());
        }
    }
    if let Some(device) = &origin.device {
        let print = desk.devices.of(device);
        if counter::by_print(desk.host.db(), &print).await?.is_some() {
            let title = "窗口评价设备只出示二维码，不能提交评价";
            return Err(Fault::forbidden("counter_device", title));
        }
    }
    Ok(())
}

/// Takes the review of a case or service.
///
/// # Errors
/// The refusal of the rules; the database's absence.
pub async fn give(
    desk: &Desk,
    id: &str,
    said: Said,
    by: Giver,
    origin: Origin,
    caller: &Caller,
    request: Option<&RequestKey>,
) -> Result<Reply, Fault> {
    not_from_the_counter(desk, &origin).await?;
    let Said { stars, tags, text, photos, channel } = said;
    let source = ReviewSource {
        channel,
        device: origin.device.map(|device| desk.devices.of(&device)),
        network: origin.network.map(|network| desk.networks.of(&network)),
        window: None,
        officer: None,
    };
    let photos = described(desk, id, &photos).await?;
    let opinion = Box::new(Opinion { stars, tags, text, photos, source });
    let command = Command::Give { opinion, by, tags: Arc::clone(&desk.tags) };
    desk.host
        .ledger
        .execute_once::<Review>(id, command, caller, request, |committed| {
            let view = ReviewView::of(&committed.state, &desk.tags)
                .ok_or_else(|| Fault::internal("a review was given but is not there"))?;
            Reply::json(201, &view)
        })
        .await
}

async fn described(desk: &Desk, id: &str, wanted: &[Uuid]) -> Result<Vec<ReviewPhoto>, Fault> {
    let owner = photos::owner_of(id);
    let mut found = desk.files.owned(&owner, wanted.iter().copied()).await?;
    let mut faults = Faults::new();
    let mut described = Vec::with_capacity(wanted.len());
    for (place, file_id) in wanted.iter().enumerate() {
        match found.remove(file_id) {
            Some(file) => {
                described.push(ReviewPhoto { file_id: *file_id, name: file.name, sm3: file.sm3 });
            }
            None => faults.add(format!("/photos/{place}"), "unknown_photo", "没有上传过该图片"),
        }
    }
    faults.into_result("invalid_review", "评价内容有误")?;
    Ok(described)
}
