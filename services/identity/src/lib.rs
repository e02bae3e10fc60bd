//! Identity (统一身份认证): who exists, who may do what, and the tokens everybody believes.

mod api;
mod app;
mod domain;
mod jobs;
mod load;
mod migration;
mod secrets;
mod store;

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use sea_orm_migration::MigrationTrait;
use tongban_kernel::Fault;
use tongban_ledger::{Replay, replay};
use tongban_runtime::{Host, Service, StartError, Started};
use tongban_web::{ServiceInfo, assemble};
use utoipa::openapi::OpenApi;

/// The service.
#[derive(Debug, Clone, Copy, Default)]
pub struct Identity;

#[async_trait]
impl Service for Identity {
    fn info(&self) -> ServiceInfo {
        ServiceInfo {
            name: "identity",
            title: "Tongban identity",
            description: "统一身份认证：账号、单位、区划、登录与令牌。\n\n\
                          Accounts, public bodies and regions; sign-in, client credentials, keys.",
        }
    }

    fn migrations(&self) -> fn() -> Vec<Box<dyn MigrationTrait>> {
        migration::migrations
    }

    fn aggregates(&self) -> Vec<Box<dyn Replay>> {
        vec![
            replay::<domain::region::KnownRegion>(),
            replay::<domain::body::KnownBody>(),
            replay::<domain::account::AccountState>(),
        ]
    }

    fn openapi(&self) -> OpenApi {
        tongban_web::api::document(self.info(), api::routes())
    }

    async fn start(&self, host: &Host) -> Result<Started, StartError> {
        let app = app::App::start(host).await?;
        let api = assemble(self.info(), api::routes(), app.clone(), host.verifier.clone())
            .map_err(StartError::Unguarded)?;
        let keys = Arc::new(jobs::KeepKeys(app.keyring));
        let attempts = Arc::new(jobs::ForgetAttempts(app.host));
        Ok(Started { api, consumers: Vec::new(), jobs: vec![keys, attempts] })
    }

    async fn load(&self, host: &Host, data: &Path) -> Result<Option<String>, Fault> {
        load::load(host, data).await.map(Some)
    }
}
