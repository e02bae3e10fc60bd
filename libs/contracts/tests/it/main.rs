//! Events: versions brought up to today's, and the shapes that were published pinned.

#![expect(clippy::unwrap_used, reason = "in a test, what is not there is a failure")]

mod published;
mod versions;
