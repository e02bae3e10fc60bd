//! Providers whose database is read: declared views of PostgreSQL, equal conditions, nothing written (库表).

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tongban_db::{Foreign, ForeignAccess, ForeignFault, ForeignKind, ForeignRead};
use tongban_kernel::{Clock, Fault, Faults};

use crate::address::Networks;
use crate::error::ProviderFault;
use crate::provider::{Answer, Ask, Provider};
use crate::shape::{self, Cell, Kind, Parameter, Shape, registered};

/// Longest name of PostgreSQL's, in bytes.
const LONGEST_NAME: usize = 63;

/// A view as it is registered (库表资源).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ViewResource {
    /// Its schema.
    pub schema: String,
    /// Its name.
    pub view: String,
    /// Parameters; the target is the column that has to equal it.
    pub parameters: Vec<Parameter>,
    /// What a row has; a source is a column.
    pub shape: Shape,
}

/// Limits of one provider's database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ViewLimits {
    /// Most time for a call, in milliseconds; a statement's own limit is one of the connection.
    pub deadline_ms: u64,
    /// Longest answer, in bytes of JSON.
    pub largest: usize,
}

impl Default for ViewLimits {
    fn default() -> Self {
        Self { deadline_ms: 5_000, largest: 1024 * 1024 }
    }
}

/// A provider's views.
pub struct SqlView {
    database: Foreign,
    limits: ViewLimits,
    views: BTreeMap<String, ViewResource>,
    clock: Arc<dyn Clock>,
}

impl SqlView {
    /// A provider with its views by their resource's code. Its server has to be within `networks`; its address is fixed
    /// (see [`Networks::server`] for a name), so that no later look-up can lead elsewhere.
    ///
    /// # Errors
    /// `invalid_registration` with every fault of every view.
    pub fn new(
        access: ForeignAccess,
        networks: &Networks,
        limits: ViewLimits,
        views: BTreeMap<String, ViewResource>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, Fault> {
        let mut faults = Faults::new();
        if !networks.allow(access.server.ip()) {
            faults.add("/server", "outside_networks", "数据库服务器的地址不在允许的网段内");
        }
        for (code, view) in &views {
            let mut own = Faults::new();
            view.shape.check(&mut own);
            let names = [&view.schema, &view.view].into_iter();
            let columns = view.shape.columns.iter().map(|column| &column.source);
            let conditions = view.parameters.iter().map(|parameter| &parameter.target);
            if !names.chain(columns).chain(conditions).all(|name| is_name(name)) {
                own.add("/view", "name", "模式、视图与列名应为 1 至 63 字节，且不含控制字符");
            }
            // Whoever asks without any condition would read the whole table.
            if !view.parameters.iter().any(|parameter| parameter.required) {
                own.add("/parameters", "unconditional", "视图至少应有一个必填的条件");
            }
            shape::under(code, own, &mut faults);
        }
        registered(faults)?;
        Ok(Self { database: Foreign::new(access), limits, views, clock })
    }

    async fn read(&self, ask: &Ask) -> Result<Answer, ProviderFault> {
        let view = shape::find(&self.views, &ask.resource)?;
        let wanted = view.shape.wanted(&ask.fields)?;
        let values = shape::parameters(&view.parameters, &ask.parameters)?;
        let mut columns: Vec<(&str, ForeignKind)> = Vec::new();
        for column in &wanted {
            let one = (column.source.as_str(), foreign(column.kind));
            if !columns.iter().any(|(name, _)| *name == one.0) {
                columns.push(one);
            }
        }
        let equal = values
            .iter()
            .map(|(one, text)| (one.target.as_str(), foreign(one.kind), text.as_str()))
            .collect();
        let read = ForeignRead {
            schema: &view.schema,
            view: &view.view,
            columns,
            equal,
            rows: view.shape.most_rows,
            bytes: self.limits.largest,
        };
        let found = self.database.read(&read).await.map_err(|fault| self.fault(fault, view))?;
        let mut faults = Faults::new();
        let mut rows = Vec::new();
        for (index, text) in found.iter().enumerate() {
            let row: Value = serde_json::from_str(text)
                .map_err(|_| ProviderFault::lied("", "json", "数据库给出的行无法读取"))?;
            rows.push(shape::row(&wanted, index, &mut faults, |column| {
                row.get(&column.source).map_or(Cell::Absent, |value| Cell::Json(value.clone()))
            }));
        }
        ProviderFault::lied_about(faults)?;
        let bytes = found.iter().map(|text| text.len() as u64).sum();
        Ok(Answer { rows, bytes, received_at: self.clock.now().timestamp_micros(), kept: false })
    }

    fn fault(&self, fault: ForeignFault, view: &ViewResource) -> ProviderFault {
        let deadline = Duration::from_millis(self.limits.deadline_ms);
        match fault {
            ForeignFault::Away(internal) => ProviderFault::Unreachable(internal),
            ForeignFault::TimedOut => ProviderFault::TimedOut(deadline),
            ForeignFault::Undeclared(_) => {
                ProviderFault::lied("/view", "undeclared", "视图、列或类型与登记不符")
            }
            ForeignFault::TooManyRows => {
                ProviderFault::TooLarge { limit: view.shape.most_rows as u64, unit: "rows" }
            }
            ForeignFault::TooManyBytes => {
                ProviderFault::TooLarge { limit: self.limits.largest as u64, unit: "bytes" }
            }
            ForeignFault::Refused(said) => {
                ProviderFault::Refused { said, retry_after: None, unwell: false }
            }
            other => ProviderFault::Internal(other.to_string()),
        }
    }
}

fn foreign(kind: Kind) -> ForeignKind {
    match kind {
        Kind::Text => ForeignKind::Text,
        Kind::Integer => ForeignKind::Integer,
        Kind::Number => ForeignKind::Number,
        Kind::Boolean => ForeignKind::Boolean,
        Kind::Date => ForeignKind::Date,
        Kind::Moment => ForeignKind::Moment,
    }
}

fn is_name(name: &str) -> bool {
    (1..=LONGEST_NAME).contains(&name.len()) && !name.chars().any(char::is_control)
}

#[async_trait]
impl Provider for SqlView {
    async fn ask(&self, ask: &Ask) -> Result<Answer, ProviderFault> {
        let patience = ask.patience.min(Duration::from_millis(self.limits.deadline_ms));
        let done = tokio::time::timeout(patience, self.read(ask)).await;
        done.unwrap_or(Err(ProviderFault::TimedOut(patience)))
    }
}
