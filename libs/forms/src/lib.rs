//! Checks JSON values against JSON Schema (2020-12) and names every fault at once, in Chinese
//! (一次性告知).
//!
//! Two kinds of schema are used: the forms of matters (申请表单), written by officials who give each
//! field a Chinese `title`, and the bodies of requests, whose schemas [`schema_of`] takes from
//! utoipa types. Both compile into a [`Form`].
//!
//! A schema is self-contained: a `$ref` points into the schema itself (`#`, `#/…` or `#anchor`), and
//! nothing is ever fetched or read from disk. Patterns run on a linear-time engine, so no pattern can
//! be made to backtrack; look-around and back-references are refused when the form is compiled.
//!
//! The grammar is JSON Schema 2020-12 (<https://json-schema.org/draft/2020-12>) without `$dynamicRef`
//! and embedded `$id`. Formats are asserted, those of [`tongban_kernel::checks`] among them.

mod explain;
mod form;
mod lint;
mod openapi;
mod reach;
#[cfg(test)]
mod tests;
mod text;
mod trace;
mod variant;
mod walk;

pub use form::{DEEPEST, Form, MOST_FAULTS};
pub use openapi::schema_of;
