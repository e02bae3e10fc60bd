//! What witnesses send (见证): their commitment, and later their seed. Only the account that was named can: the
//! draw itself knows it, for a witness has neither role nor body in common with others.

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use tongban_kernel::Fault;
use tongban_ledger::{Caller, Reply, RequestKey};
use tongban_web::{Body, CallerOf, Problem, ProblemDocument, Segment, reply};
use utoipa::ToSchema;

use super::{Place, draw_of};
use crate::domain::{Command, History, Stage};
use crate::draws::Draws;

/// A witness's commitment (承诺).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WitnessCommitment {
    /// Digest of the terms that were read.
    #[schema(
        pattern = "^[0-9a-f]{64}$",
        example = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    )]
    terms: String,
    /// The commitment, made over draw, terms, party and seed (docs/draw-spec.md).
    #[schema(
        pattern = "^[0-9a-f]{64}$",
        example = "1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b"
    )]
    commitment: String,
}

/// A witness's seed (种子).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WitnessOpening {
    /// The seed, 32 to 64 bytes in hexadecimal.
    #[schema(
        pattern = "^([0-9a-f]{2}){32,64}$",
        example = "1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b"
    )]
    seed: String,
}

/// What was taken of a witness.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WitnessPart {
    /// Identifier of the draw.
    #[schema(example = "plan-2026-07/1")]
    draw: String,
    /// The witness's name in the draw.
    #[schema(example = "discipline-inspection")]
    party: String,
    /// Where the draw stands.
    state: Stage,
    /// Its commitment.
    #[schema(example = "1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b")]
    commitment: String,
    /// Whether its seed is opened.
    #[schema(example = false)]
    opened: bool,
}

/// 提交承诺: before the announcement, over the terms as they are fixed.
#[utoipa::path(
    post, path = "/v1/draws/{purpose}/{number}/commitments", tag = "draws", operation_id = "commit_to_draw",
    summary = "提交承诺 Commit to a draw as a witness",
    params(
        ("purpose" = String, Path, description = "事由 what it is for", example = "plan-2026-07"),
        ("number" = u32, Path, description = "第几次提出 which proposal", example = 1),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = WitnessCommitment, description = "承诺 the commitment"),
    responses(
        (status = 201, description = "已承诺 taken", body = WitnessPart),
        (status = 403, description = "不是见证人 not a witness", body = ProblemDocument,
            example = json!({"code": "not_a_witness", "title": "您不是此次抽取的见证人"})),
        (status = 404, description = "没有该次抽取 no such draw", body = ProblemDocument),
        (status = 409, description = "已经承诺，或期限已过 committed already, or too late", body = ProblemDocument,
            example = json!({"code": "already_committed", "title": "已经承诺，承诺不得更改"})),
    ),
    extensions(("x-access" = json!({"kinds": ["officer", "system"]}))),
)]
pub(crate) async fn commit(
    State(draws): State<Draws>,
    CallerOf(caller): CallerOf,
    Segment(place): Segment<Place>,
    body: Body<WitnessCommitment>,
) -> Result<Response, Problem> {
    let WitnessCommitment { terms, commitment } = body.value;
    let command = Command::Commit { draw: draw_of(&place), terms, commitment };
    Ok(take(&draws, &place, command, &caller, body.request.as_ref()).await?)
}

/// 开启种子: when the draw says so, and before its term ends.
#[utoipa::path(
    post, path = "/v1/draws/{purpose}/{number}/openings", tag = "draws", operation_id = "open_draw_seed",
    summary = "开启种子 Open a witness's seed",
    params(
        ("purpose" = String, Path, description = "事由 what it is for", example = "plan-2026-07"),
        ("number" = u32, Path, description = "第几次提出 which proposal", example = 1),
        ("Idempotency-Key" = Option<String>, Header, description = "幂等键 makes a repeated request harmless"),
    ),
    request_body(content = WitnessOpening, description = "种子 the seed"),
    responses(
        (status = 201, description = "已开启 taken", body = WitnessPart),
        (status = 403, description = "不是见证人 not a witness", body = ProblemDocument,
            example = json!({"code": "not_a_witness", "title": "您不是此次抽取的见证人"})),
        (status = 404, description = "没有该次抽取 no such draw", body = ProblemDocument),
        (status = 409, description = "为时过早，或期限已过 too early, or too late", body = ProblemDocument,
            example = json!({"code": "too_early", "title": "公开随机数尚未产生，种子须继续保密"})),
    ),
    extensions(("x-access" = json!({"kinds": ["officer", "system"]}))),
)]
pub(crate) async fn open(
    State(draws): State<Draws>,
    CallerOf(caller): CallerOf,
    Segment(place): Segment<Place>,
    body: Body<WitnessOpening>,
) -> Result<Response, Problem> {
    let command = Command::Open { draw: draw_of(&place), seed: body.value.seed };
    Ok(take(&draws, &place, command, &caller, body.request.as_ref()).await?)
}

async fn take(
    draws: &Draws,
    place: &Place,
    command: Command,
    caller: &Caller,
    request: Option<&RequestKey>,
) -> Result<Response, Fault> {
    let (draw, account) = (draw_of(place), caller.principal.account.clone());
    let answer = move |history: &History| {
        let part = part(history, &draw, &account);
        Reply::json(201, &part.ok_or_else(|| Fault::internal("what was taken is gone"))?)
    };
    let book = &draws.0.book;
    let answer = book.execute_once(&place.0, command, caller, request, &answer).await?;
    Ok(reply(answer).into_response())
}

fn part(history: &History, draw: &str, account: &str) -> Option<WitnessPart> {
    let one = history.draw(draw)?;
    let witness = one.terms.witnesses.iter().find(|one| one.account == account)?;
    let committed = one.committed(&witness.party)?;
    Some(WitnessPart {
        draw: draw.to_owned(),
        party: witness.party.clone(),
        state: one.stage(),
        commitment: committed.commitment.clone(),
        opened: one.seed(&witness.party).is_some(),
    })
}
