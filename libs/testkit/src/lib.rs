//! What tests stand on: a real process over HTTP, on every pair of database and log, with a clock that
//! can be set and callers that can be made up.

#![expect(
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "all of this is test code: a failed expectation is a failed test, and ids need no replay"
)]

mod backend;
mod city;
pub mod draws;
mod issuer;
pub mod kept;
mod outage;
pub mod people;
pub mod schema;

pub use backend::{Backend, remove};
pub use city::{Answer, Client, TestCity, eventually};
pub use outage::{Line, city_on_a_line};

/// Turns each test into two: on SQLite with the embedded log, and on PostgreSQL with Kafka.
///
/// ```text
/// on_every_backend! {
///     services: vec![Arc::new(Matters)],
///     async fn publishes(city: &TestCity) { … }
/// }
/// ```
#[macro_export]
macro_rules! on_every_backend {
    (services: $services:expr, $($(#[$meta:meta])* async fn $name:ident($city:ident: &TestCity) $body:block)+) => {
        $(
            $(#[$meta])*
            mod $name {
                use super::*;

                async fn run($city: &$crate::TestCity) $body

                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn sqlite_embedded() {
                    let city = $crate::TestCity::start($crate::Backend::Embedded, $services).await;
                    run(&city).await;
                    city.stop().await;
                }

                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn postgres_kafka() {
                    let city = $crate::TestCity::start($crate::Backend::Mesh, $services).await;
                    run(&city).await;
                    city.stop().await;
                }
            }
        )+
    };
}
