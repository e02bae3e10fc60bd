//! 窗口评价设备: registered, shown a right on, retired.

use tongban_contracts::review_desks::CounterDevice;
use tongban_kernel::{Fault, FaultKind, RegionCode};
use tongban_ledger::{Caller, Reply, RequestKey};

use super::Desk;
use crate::api::counters::{CounterScreen, CounterView};
use crate::domain::counter::{Command, Counter};
use crate::domain::review::Review;
use crate::store::counter as store;

/// Registers a device by what it says it is.
///
/// # Errors
/// Somebody else's region; registered already.
pub async fn register(
    desk: &Desk,
    device: &str,
    body: String,
    region: RegionCode,
    window: String,
    caller: &Caller,
    request: Option<&RequestKey>,
) -> Result<Reply, Fault> {
    let host = &desk.host;
    let print = desk.devices.of(device);
    if let Some(request) = request
        && let Some(reply) = host.ledger.answered(request).await?
    {
        return Ok(reply);
    }
    if store::by_print(host.db(), &print).await?.is_some() {
        return Err(Fault::conflict("already_registered", "该设备已登记"));
    }
    let id = host.ledger.new_id();
    let device = CounterDevice { body, region, window, device: print };
    let command = Command::Register(Box::new(device));
    host.ledger
        .open_once::<Counter>(&id, command, caller, request, |committed| {
            Reply::json(201, &CounterView::of(&id, &committed.state))
        })
        .await
}

/// Lets a device show the code of a right that the clerk's body gave.
///
/// # Errors
/// Not found; another body's device or right; the right used or ended.
pub async fn show(
    desk: &Desk,
    id: &str,
    review: String,
    caller: &Caller,
    request: Option<&RequestKey>,
) -> Result<Reply, Fault> {
    let host = &desk.host;
    let counter = host.ledger.load::<Counter>(id).await?;
    let counter = counter.ok_or_else(|| Fault::not_found("该设备"))?.state;
    let found = host.ledger.load::<Review>(&review).await?;
    let found = found.ok_or_else(|| Fault::not_found("可评价的办件"))?.state;
    if found.right.body != counter.device.body {
        return Err(Fault::forbidden("not_your_body", "只能出示本单位办件的评价二维码"));
    }
    if !found.is_open(host.clock.now()) {
        return Err(Fault::conflict("right_not_open", "该评价已提交或已超过有效期"));
    }
    let command = Command::Show { review, body: found.right.body };
    act(desk, id, command, caller, request).await
}

/// Carries out a command on a device.
///
/// # Errors
/// The refusal of the rules; the database's absence.
pub async fn act(
    desk: &Desk,
    id: &str,
    command: Command,
    caller: &Caller,
    request: Option<&RequestKey>,
) -> Result<Reply, Fault> {
    desk.host
        .ledger
        .execute_once::<Counter>(id, command, caller, request, |committed| {
            Reply::json(200, &CounterView::of(id, &committed.state))
        })
        .await
}

/// What a device is to show. The link goes to the device that faces the person, not to the clerk's computer.
///
/// # Errors
/// `no_such_counter` for a device that is not registered, or no longer.
pub async fn screen(desk: &Desk, device: Option<&str>) -> Result<CounterScreen, Fault> {
    let host = &desk.host;
    let none = || Fault::new(FaultKind::NotFound, "no_such_counter", "该设备未登记为窗口评价设备");
    let print = device.map(|device| desk.devices.of(device)).ok_or_else(none)?;
    let row = store::by_print(host.db(), &print).await?.filter(|row| !row.retired);
    let row = row.ok_or_else(none)?;
    let mut right = None;
    if let Some(id) = row.shows {
        let found = host.ledger.load::<Review>(&id).await?;
        right =
            found.filter(|found| found.state.is_open(host.clock.now())).map(|found| (id, found));
    }
    CounterScreen::of(desk, row.window, right.map(|(id, found)| (id, found.state)))
}
