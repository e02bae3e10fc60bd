//! 调用: a grant is used. What became of it is in the ledger before anything is given.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::DateTime;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sm3::{Digest as _, Sm3};
use tongban_contracts::exchange::{
    CallCase, CallEvent, CallGround, CallSubject, DataCall, DataGiven, GrantedItem,
};
use tongban_kernel::{Fault, FaultKind, civil_date};
use tongban_ledger::{Caller, Reply, RequestKey};
use tongban_outbound::{Answer, Ask, ProviderFault};
use uuid::Uuid;

use super::Desk;
use crate::api::calls::{CallAnswer, CallWanted, Provenance};
use crate::domain::call::{Call as Recorded, Record};
use crate::domain::grant::Grant;
use crate::domain::masking;
use crate::domain::permit::{Call, Refusal, RefusalGround, permits};
use crate::domain::resource::Resource;
use crate::gateway::Stack;
use crate::store::person;

/// What is kept of an answer under an `Idempotency-Key`: which call it was, and nothing of what stood in it.
#[derive(Serialize, Deserialize)]
struct Receipt {
    call_id: String,
}

/// One call on its way.
struct Going<'a> {
    desk: &'a Desk,
    id: String,
    caller: &'a Caller,
    wanted: CallWanted,
    record: DataCall,
}

/// Carries out a call of a grant.
///
/// # Errors
/// `not_permitted` with every ground, `too_many_calls`, `already_called`, `not_callable`, or what became of the question
/// at the source body's system.
pub async fn call(
    desk: &Desk,
    grant_id: Uuid,
    wanted: CallWanted,
    caller: &Caller,
    request: Option<&RequestKey>,
) -> Result<CallAnswer, Fault> {
    if let Some(request) = request
        && let Some(before) = desk.host.ledger.answered(request).await?
    {
        return Err(repeated(&before));
    }
    let grant = desk.grant(grant_id).await?;
    let resource = desk.resource(grant.terms.resource_id).await?;
    let stack = desk.gateway.stack(grant.terms.resource_id, &resource).await;
    let subject = match &stack {
        Ok(stack) => subject(desk, stack, &wanted).await?,
        Err(_) => None,
    };
    let record = recorded(grant_id, &grant, &resource, &wanted, caller, subject);
    let going = Going { desk, id: desk.host.ledger.new_id(), caller, wanted, record };
    going.admitted(&grant, &resource).await?;
    let stack = match stack {
        Ok(stack) => stack,
        Err(fault) => {
            going.failed(fault.code()).await?;
            return Err(fault);
        }
    };
    match going.ask(&stack).await {
        Ok(answer) => going.give(answer, request).await,
        Err(fault) => {
            going.failed(fault.code()).await?;
            Err(fault.into())
        }
    }
}

impl Going<'_> {
    /// Counts it and judges it; a call of another body counts for nobody.
    async fn admitted(&self, grant: &Grant, resource: &Resource) -> Result<(), Fault> {
        let (limits, now) = (&self.desk.gateway.limits, self.desk.host.clock.now());
        let (id, terms, day) = (self.record.grant_id, &grant.terms, civil_date(now));
        if self.record.caller_body != terms.holder.id {
            let refusal = self.judged(grant, resource, false).err();
            self.refused(refusal.map(|one| one.0).unwrap_or_default(), false).await?;
            let title = "只有被授权单位的人员和系统可以调用";
            return Err(Fault::forbidden("not_your_grant", title));
        }
        let most = self.desk.ground.rules.grant_calls_a_minute.value;
        if let Err(wait) = limits.pace(id, most, now) {
            let message = format!("该授权每分钟最多调用 {most} 次，请在 {wait} 秒后重试");
            let ground = RefusalGround { code: "too_many_calls", message: message.clone() };
            self.refused(vec![ground], false).await?;
            return Err(Fault::new(FaultKind::TooMany, "too_many_calls", message));
        }
        let counted = limits.take(self.desk.host.db(), id, day, terms.daily_calls).await?;
        match self.judged(grant, resource, !counted) {
            Ok(_) => Ok(()),
            Err(refusal) => {
                if counted {
                    limits.give_back(id, day);
                }
                self.refused(refusal.0.clone(), false).await?;
                Err(refusal.into())
            }
        }
    }

    fn judged(
        &self,
        grant: &Grant,
        resource: &Resource,
        used_up: bool,
    ) -> Result<Vec<GrantedItem>, Refusal> {
        let call = Call {
            body: &self.record.caller_body,
            purpose: self.record.purpose,
            case: self.record.case.as_ref().map(|case| (case.number.as_str(), case.matter_id)),
            items: &self.record.items,
            at: self.desk.host.clock.now(),
            used_today: if used_up { u64::MAX } else { 0 },
        };
        permits(grant, resource, &call)
    }

    async fn ask(&self, stack: &Stack) -> Result<Answer, ProviderFault> {
        let ask = Ask {
            requester: self.record.holder.id.clone(),
            resource: self.record.resource_code.clone(),
            parameters: self.wanted.parameters.clone(),
            fields: self.record.items.iter().cloned().collect(),
            patience: stack.patience,
        };
        stack.provider.ask(&ask).await
    }

    /// Judges once more, by grant and resource as they are now, records, and gives.
    async fn give(self, answer: Answer, request: Option<&RequestKey>) -> Result<CallAnswer, Fault> {
        let grant = self.desk.grant(self.record.grant_id).await?;
        let resource = self.desk.resource(self.record.resource_id).await?;
        let items = match self.judged(&grant, &resource, false) {
            Ok(items) => items,
            Err(refusal) => {
                self.refused(refusal.0.clone(), true).await?;
                return Err(refusal.into());
            }
        };
        let rows: Vec<Map<String, Value>> =
            answer.rows.into_iter().map(|row| masking::row(&items, row)).collect();
        let received_at = DateTime::from_timestamp_micros(answer.received_at)
            .ok_or_else(|| Fault::internal("an answer at no time"))?;
        let salt = self.salt();
        let given = DataGiven {
            rows: u32::try_from(rows.len()).unwrap_or(u32::MAX),
            digest: digest(&salt, &rows)?,
            received_at,
            kept: answer.kept,
        };
        let provenance = Provenance {
            resource_id: self.record.resource_id,
            resource_code: self.record.resource_code.clone(),
            revision: self.record.revision,
            source_body: self.record.source_body.clone(),
            received_at,
            kept: given.kept,
            digest: given.digest.clone(),
            salt,
        };
        let call = Box::new(self.record.clone());
        let receipt = self.record(CallEvent::Answered { call, given }, request).await?;
        if receipt.call_id != self.id {
            return Err(told_before(&receipt));
        }
        let call_id = self.id.parse().map_err(Fault::internal)?;
        Ok(CallAnswer { call_id, items, rows, provenance })
    }

    fn salt(&self) -> String {
        let mut bytes = [0_u8; 16];
        self.desk.host.entropy.fill(&mut bytes);
        hex::encode(bytes)
    }

    async fn refused(&self, grounds: Vec<RefusalGround>, thrown_away: bool) -> Result<(), Fault> {
        let grounds = grounds.into_iter();
        let grounds = grounds
            .map(|one| CallGround { code: one.code.to_owned(), message: one.message })
            .collect();
        let call = Box::new(self.record.clone());
        self.record(CallEvent::Refused { call, grounds, thrown_away }, None).await.map(drop)
    }

    async fn failed(&self, code: &str) -> Result<(), Fault> {
        let event =
            CallEvent::Failed { call: Box::new(self.record.clone()), code: code.to_owned() };
        self.record(event, None).await.map(drop)
    }

    /// Waits until it is on the disk, together with what others have to record at the time (decision 0015).
    async fn record(
        &self,
        event: CallEvent,
        request: Option<&RequestKey>,
    ) -> Result<Receipt, Fault> {
        let ledger = &self.desk.host.ledger;
        let answer = |_: &tongban_ledger::Committed<Recorded>| {
            Reply::json(200, &Receipt { call_id: self.id.clone() })
        };
        let reply =
            ledger.open_once::<Recorded>(&self.id, Record(event), self.caller, request, answer);
        serde_json::from_str(&reply.await?.body).map_err(Fault::internal)
    }
}

fn recorded(
    grant_id: Uuid,
    grant: &Grant,
    resource: &Resource,
    wanted: &CallWanted,
    caller: &Caller,
    subject: Option<CallSubject>,
) -> DataCall {
    let (terms, described) = (&grant.terms, &resource.resource);
    let items: BTreeSet<&String> = wanted.items.iter().collect();
    DataCall {
        grant_id,
        resource_id: terms.resource_id,
        resource_code: described.code.clone(),
        resource_name: described.name.clone(),
        revision: resource.revision,
        source_body: described.source_body.clone(),
        region: described.region.clone(),
        holder: terms.holder.clone(),
        caller_body: caller.principal.body.clone().unwrap_or_default(),
        operator: wanted.operator.clone(),
        purpose: wanted.purpose,
        case: wanted
            .case
            .as_ref()
            .map(|case| CallCase { number: case.number.clone(), matter_id: case.matter_id }),
        items: items.into_iter().cloned().collect(),
        subject,
    }
}

/// Whose data are asked for: what the source body's system is asked by says it, not what the caller says besides.
async fn subject(
    desk: &Desk,
    stack: &Arc<Stack>,
    wanted: &CallWanted,
) -> Result<Option<CallSubject>, Fault> {
    let given = stack.subject.as_ref().and_then(|name| wanted.parameters.get(name));
    let Some(number) = given.and_then(Value::as_str) else { return Ok(None) };
    let print = desk.subjects.print(number);
    let account = person::account_of(desk.host.db(), &print).await?;
    Ok(Some(CallSubject { print, account }))
}

/// SM3 of the salt and the rows, as they stand in the answer.
fn digest(salt: &str, rows: &[Map<String, Value>]) -> Result<String, Fault> {
    let text = serde_json::to_string(rows).map_err(Fault::internal)?;
    Ok(hex::encode(Sm3::new().chain_update(salt).chain_update(text).finalize()))
}

fn repeated(before: &Reply) -> Fault {
    match serde_json::from_str(&before.body) {
        Ok(receipt) => told_before(&receipt),
        Err(error) => Fault::internal(error),
    }
}

/// Answers are given once and not kept: they are other people's data.
fn told_before(receipt: &Receipt) -> Fault {
    let title = "该请求已应答过，平台不留存应答内容；需要时请使用新的 Idempotency-Key 重新调用";
    Fault::conflict("already_called", title).with_detail(format!("调用编号 {}", receipt.call_id))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn whoever_has_the_answer_can_show_that_it_is_the_one() {
        let rows: Vec<Map<String, Value>> = serde_json::from_value(json!([{"a": "张三"}])).unwrap();
        let one = digest("00", &rows).unwrap();
        assert_eq!(one, hex::encode(Sm3::digest("00[{\"a\":\"张三\"}]")));
        assert_ne!(one, digest("01", &rows).unwrap());
    }
}
