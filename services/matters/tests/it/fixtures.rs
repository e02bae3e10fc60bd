//! Editors and entries.

use serde_json::Value;
use tongban_kernel::{Principal, Role};
use tongban_testkit::people::{APPROVAL_BUREAU, HAIZHOU, officer};
use tongban_testkit::{Answer, Client, TestCity};

pub const MATTERS: &str = "/matters/v1/matters";
/// An approval bureau of another district.
pub const GANYU_BUREAU: &str = "11320707MB0000001R";

/// A matter editor of the approval bureau.
pub fn editor() -> Principal {
    officer("editor", APPROVAL_BUREAU, HAIZHOU, &[Role::MatterEditor])
}

/// All entries of the sample city, as they are loaded.
pub fn samples() -> Vec<Value> {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../data/city/matters.json");
    serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap()
}

/// 建筑工程施工许可证核发 of the approval bureau.
pub fn entry() -> Value {
    let samples = samples();
    let is_it = |sample: &&Value| {
        sample["matter"]["body"] == APPROVAL_BUREAU
            && sample["matter"]["basic_code"] == "000117109003"
    };
    samples.iter().find(is_it).unwrap()["matter"].clone()
}

/// The entry under another name.
pub fn named(name: &str) -> Value {
    let mut entry = entry();
    entry["name"] = name.into();
    entry
}

/// The editor as a caller.
pub fn as_editor(city: &TestCity) -> Client {
    city.caller(&editor())
}

/// A published matter's path and guide.
pub async fn published(city: &TestCity) -> (String, Answer) {
    let answer = as_editor(city).post(MATTERS, &entry()).await.expect(201);
    (format!("{MATTERS}/{}", answer.body["id"].as_str().unwrap()), answer)
}
