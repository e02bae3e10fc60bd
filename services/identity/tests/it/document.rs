//! The OpenAPI document.

use std::collections::BTreeSet;

use tongban_identity::Identity;
use tongban_runtime::Service as _;
use tongban_web::access::{operations, rule};

#[test]
fn every_operation_is_named_ruled_and_described() {
    let document = Identity.openapi();
    let all = operations(&document);
    assert_eq!(all.len(), 13);
    let mut ids = BTreeSet::new();
    for (path, method, operation) in &all {
        let id = operation.operation_id.as_deref().unwrap_or_default();
        assert!(ids.insert(id.to_owned()) && !id.is_empty(), "{method} {path}");
        assert!(rule(operation).is_ok(), "{method} {path}");
        assert!(!operation.summary.as_deref().unwrap_or_default().is_ascii(), "{method} {path}");
    }
    assert!(document.info.title.is_ascii());
}

#[test]
fn only_these_need_no_signing_in() {
    let document = Identity.openapi();
    let public = operations(&document)
        .into_iter()
        .filter(|(_, _, operation)| rule(operation).is_ok_and(|access| access.public));
    let mut public: Vec<_> =
        public.filter_map(|(_, _, operation)| operation.operation_id.clone()).collect();
    public.sort();
    let expected = [
        "grant_client_token",
        "list_bodies",
        "list_regions",
        "read_token_keys",
        "register_account",
        "sign_in",
    ];
    assert_eq!(public, expected);
}
