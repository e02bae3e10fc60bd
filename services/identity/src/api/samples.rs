//! Accounts for the documents' examples: an officer's and a citizen's have hardly a member in common.

use serde_json::{Value, json};

/// A window clerk.
pub fn officer() -> Value {
    json!({
        "id": "0b0e7f0e-4a0c-5f4e-9a55-3a8a1f0c9d11",
        "login": "clerk.haizhou.1",
        "name": "王建国",
        "kind": "officer",
        "body": "11320706MB0000001B",
        "region": "320706",
        "roles": ["window_clerk"],
    })
}

/// What an example of [`officer`] has to change to be a citizen's account, the number masked.
pub fn citizen() -> Value {
    json!({
        "id": "2d1f6c40-7b3a-5e58-9f0c-84a6d2e1b357",
        "login": "citizen.chen",
        "name": "陈守义",
        "kind": "citizen",
        "document": {"kind": "citizen_id", "number": "3****************4"},
        "body": null,
        "region": null,
        "roles": [],
    })
}

/// The account of somebody who just registered.
pub fn registered() -> Value {
    let mut citizen = citizen();
    citizen["login"] = "chen.shouyi".into();
    citizen
}

/// The same as the citizen sees it.
pub fn oneself() -> Value {
    let mut citizen = citizen();
    citizen["document"]["number"] = "320706194803120014".into();
    citizen
}
