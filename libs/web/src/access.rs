//! Who may call an operation, as its `x-access` extension says.

use std::collections::HashMap;

use axum::http::Method;
use serde::{Deserialize, Serialize};
use tongban_kernel::{Fault, Principal, PrincipalKind, Role};
use utoipa::openapi::OpenApi;
use utoipa::openapi::path::Operation;

/// Name of the OpenAPI extension that holds the rule.
pub const EXTENSION: &str = "x-access";

/// Who may call an operation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Access {
    /// Anyone, without signing in.
    #[serde(default)]
    pub public: bool,
    /// Kinds of callers let in; empty lets in none.
    #[serde(default)]
    pub kinds: Vec<PrincipalKind>,
    /// For officers and systems: one of these roles is needed; empty means that any officer may.
    #[serde(default)]
    pub roles: Vec<Role>,
    /// Whether the object's body and region must be the caller's own; the operation itself sees to it.
    #[serde(default)]
    pub scoped: bool,
}

impl Access {
    /// Whether `principal` passes.
    ///
    /// # Errors
    /// A fault that says what is lacking.
    pub fn admit(&self, principal: &Principal) -> Result<(), Fault> {
        if self.public {
            return Ok(());
        }
        if !self.kinds.contains(&principal.kind) {
            return Err(Fault::forbidden("wrong_kind", "该类账号不能办理此操作"));
        }
        let needs_role = matches!(principal.kind, PrincipalKind::Officer | PrincipalKind::System);
        let has_role = self.roles.iter().any(|role| principal.roles.contains(role));
        if needs_role && !self.roles.is_empty() && !has_role {
            return Err(Fault::forbidden("wrong_role", "您的岗位无权办理此操作"));
        }
        Ok(())
    }
}

/// The rules of all operations of a service.
#[derive(Debug, Clone, Default)]
pub struct AccessTable(HashMap<(Method, String), Access>);

impl AccessTable {
    /// Reads the rules out of an OpenAPI document.
    ///
    /// # Errors
    /// Every operation without a readable rule, by method and path.
    pub fn read(openapi: &OpenApi) -> Result<Self, Vec<String>> {
        let mut rules = HashMap::new();
        let mut faults = Vec::new();
        for (path, method, operation) in operations(openapi) {
            match rule(operation) {
                Ok(rule) => {
                    rules.insert((method, path.to_owned()), rule);
                }
                Err(why) => faults.push(format!("{method} {path}: {why}")),
            }
        }
        if faults.is_empty() { Ok(Self(rules)) } else { Err(faults) }
    }

    /// The rule of an operation; none means that nobody may call it.
    pub fn get(&self, method: &Method, path: &str) -> Option<&Access> {
        self.0.get(&(method.clone(), path.to_owned()))
    }
}

/// The rule of one operation.
///
/// # Errors
/// When it is missing or unreadable.
pub fn rule(operation: &Operation) -> Result<Access, String> {
    let extensions = operation.extensions.as_ref().ok_or("no x-access")?;
    let value = extensions.get(EXTENSION).ok_or("no x-access")?;
    serde_json::from_value(value.clone()).map_err(|error| format!("unreadable x-access: {error}"))
}

/// All operations of a document.
pub fn operations(openapi: &OpenApi) -> Vec<(&str, Method, &Operation)> {
    let mut found = Vec::new();
    for (path, item) in &openapi.paths.paths {
        let all = [
            (Method::GET, &item.get),
            (Method::PUT, &item.put),
            (Method::POST, &item.post),
            (Method::DELETE, &item.delete),
            (Method::PATCH, &item.patch),
            (Method::HEAD, &item.head),
            (Method::OPTIONS, &item.options),
            (Method::TRACE, &item.trace),
        ];
        for (method, operation) in all {
            if let Some(operation) = operation {
                found.push((path.as_str(), method, operation));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn access(json: serde_json::Value) -> Access {
        serde_json::from_value(json).unwrap()
    }

    fn officer(roles: &[Role]) -> Principal {
        Principal {
            kind: PrincipalKind::Officer,
            roles: roles.iter().copied().collect(),
            ..Principal::service("x")
        }
    }

    #[test]
    fn nothing_said_lets_nobody_in() {
        assert!(access(serde_json::json!({})).admit(&officer(&[Role::Approver])).is_err());
    }

    #[test]
    fn an_officer_needs_one_of_the_roles() {
        let rule = access(serde_json::json!({"kinds": ["officer"], "roles": ["approver"]}));
        assert!(rule.admit(&officer(&[Role::Approver])).is_ok());
        assert_eq!(rule.admit(&officer(&[Role::WindowClerk])).unwrap_err().code(), "wrong_role");
    }

    #[test]
    fn a_mistyped_rule_is_an_error() {
        assert!(serde_json::from_value::<Access>(serde_json::json!({"publik": true})).is_err());
    }

    fn document(operations: &[(&str, serde_json::Value)]) -> OpenApi {
        let mut paths = serde_json::Map::new();
        for (path, extensions) in operations {
            let mut operation = serde_json::json!({"responses": {}});
            if let (Some(into), Some(from)) = (operation.as_object_mut(), extensions.as_object()) {
                into.extend(from.clone());
            }
            paths.insert((*path).to_owned(), serde_json::json!({"get": operation}));
        }
        let info = serde_json::json!({"title": "t", "version": "1"});
        let whole = serde_json::json!({"openapi": "3.1.0", "info": info, "paths": paths});
        serde_json::from_value(whole).unwrap()
    }

    #[test]
    fn the_table_is_the_documents() {
        let public = serde_json::json!({"x-access": {"public": true}});
        let table = AccessTable::read(&document(&[("/a/{id}", public)])).unwrap();
        assert!(table.get(&Method::GET, "/a/{id}").is_some_and(|rule| rule.public));
        for (method, path) in [(Method::POST, "/a/{id}"), (Method::GET, "/a"), (Method::GET, "")] {
            assert_eq!(table.get(&method, path), None, "{method} {path}");
        }
    }

    #[test]
    fn every_operation_without_a_readable_rule_is_named() {
        let table = AccessTable::read(&document(&[
            ("/good", serde_json::json!({"x-access": {"public": true}})),
            ("/none", serde_json::json!({})),
            ("/other", serde_json::json!({"x-acces": {"public": true}})),
            ("/kind", serde_json::json!({"x-access": {"kinds": ["officers"]}})),
            ("/role", serde_json::json!({"x-access": {"kinds": ["officer"], "roles": ["boss"]}})),
            ("/shape", serde_json::json!({"x-access": "public"})),
        ]));
        let mut faults = table.unwrap_err();
        faults.sort();
        let named: Vec<_> = faults.iter().map(|fault| fault.split(':').next().unwrap()).collect();
        assert_eq!(named, ["GET /kind", "GET /none", "GET /other", "GET /role", "GET /shape"]);
    }

    #[test]
    fn roles_are_for_those_who_can_hold_them() {
        let both = serde_json::json!({"kinds": ["citizen", "officer"], "roles": ["approver"]});
        let rule = access(both);
        let citizen = Principal { kind: PrincipalKind::Citizen, ..Principal::service("c") };
        assert!(rule.admit(&citizen).is_ok(), "a citizen needs no role");
        assert_eq!(rule.admit(&officer(&[])).unwrap_err().code(), "wrong_role");
        let system = Principal::service("s");
        assert_eq!(rule.admit(&system).unwrap_err().code(), "wrong_kind");
        let officers = access(serde_json::json!({"kinds": ["officer"]}));
        assert!(officers.admit(&officer(&[])).is_ok(), "any officer");
        assert_eq!(officers.admit(&citizen).unwrap_err().code(), "wrong_kind");
    }
}
