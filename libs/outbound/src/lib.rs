//! How a provider's system is reached (数据提供方接入), and nothing else: who may ask for what is decided before, what is given on
//! to whom after.
//!
//! # One trait
//!
//! A gateway calls [`Provider::ask`] with an [`Ask`] (requester, resource, parameters, granted fields, patience) and
//! has an [`Answer`] or a [`ProviderFault`], whatever stands behind:
//!
//! | adapter | provider | what is declared |
//! |---|---|---|
//! | [`http::HttpJson`] | HTTP and JSON (接口) | path, places of parameters, rows, fields, code that means well |
//! | [`soap::Soap`] | SOAP 1.1 and 1.2 | operation, elements in order, path of rows, fields by path |
//! | [`sql_view::SqlView`] | PostgreSQL, read only (库表) | view, columns, conditions of equality |
//! | [`file_drop::FileDrop`] | files in a folder (文件) | format, fields; not asked but looked at, so no [`Provider`] |
//!
//! [`guarded::Guarded`] stands before each with a limit on calls under way and a circuit breaker; [`cache::Cached`]
//! before that where the provider's rule lets answers be kept:
//!
//! ```text
//! Cached(Guarded(HttpJson))      one stack for each provider; stacks share nothing
//! ```
//!
//! # What holds
//!
//! * A request reaches the registered scheme, host, port and path prefix, in networks that are allowed, or nothing.
//!   Redirections and proxies are not followed; the address that was checked is the one connected to ([`address`]).
//! * Parameters are declared, checked, and then segments, query values, JSON members, texts of elements or bound values;
//!   never headers, markup or SQL ([`shape`]).
//! * No more of an answer than its limits allow is ever held: bytes, depth, rows, elements.
//! * What is not as declared is not given on: content type, form, missing and renamed fields, kinds of values. Fields that are
//!   not declared and granted do not come out.
//! * Every call ends, by its own patience or the provider's deadline, whichever is shorter.
//! * Faults tell what happened apart, and repeat no value of anybody's ([`error`]).
//!
//! # Signing
//!
//! [`signing`] signs and verifies: the header signing of the national platforms, SM2 over SM3, and HMAC-SM3 as our own
//! services take pushes; with a window of time and a memory of nonces.
//!
//! Sources: `docs/decisions/0031-*.md` says what of this is verified and what is a setting.

pub mod address;
pub mod breaker;
pub mod cache;
pub mod error;
pub mod file_drop;
pub mod guarded;
pub mod http;
pub mod provider;
pub mod shape;
pub mod signing;
pub mod soap;
pub mod sql_view;

pub use error::ProviderFault;
pub use provider::{Answer, Ask, Provider, Row};
