//! Terms, announcement and transcript as files: exactly the bytes that `tongban verify draw` reads.

use axum::body::{Body, Bytes};
use futures::stream::{self, StreamExt as _};
use serde::Serialize;
use sm3::{Digest as _, Sm3};
use tongban_draw::{
    Announcement, Commitment, Digest, FORMAT, Opening, Replacement, Terms, Transcript, Value,
};
use tongban_kernel::Fault;
use tongban_runtime::blocking;

use crate::domain::{self, Attempt, Stage};
use crate::draws::Draws;
use crate::store::text;

/// More names than these do not go into an event.
pub(crate) const FEW: usize = 200;

/// A part of a file.
enum Piece {
    /// Text at hand.
    Text(String),
    /// A kept text of so many pieces.
    Kept { digest: String, parts: i32 },
}

impl Draws {
    /// The terms' text.
    pub(crate) fn terms_file(&self, one: &Attempt) -> Body {
        self.body(vec![terms(one), Piece::Text("\n".to_owned())])
    }

    /// The announcement's text.
    pub(crate) fn announcement_file(&self, one: &Attempt) -> Result<Body, Fault> {
        let mut pieces = self.announcement(one)?;
        pieces.push(Piece::Text("\n".to_owned()));
        Ok(self.body(pieces))
    }

    /// The transcript's text.
    pub(crate) async fn transcript_file(&self, one: &Attempt) -> Result<Body, Fault> {
        /// What stands behind the announcement, but the value and the result's names.
        #[derive(Serialize)]
        struct Middle<'t> {
            #[serde(skip_serializing_if = "Option::is_none")]
            fallback: Option<Value>,
            format: &'t str,
            openings: Vec<Opening>,
            replacements: Vec<Replacement>,
            result: Vec<String>,
            value: Value,
        }
        let mut pieces = vec![Piece::Text("{\"announcement\":".to_owned())];
        pieces.extend(self.announcement(one)?);
        let (_, openings) = domain::lists_of(one)?;
        let middle = Middle {
            fallback: one.fallback.as_ref().map(domain::value).transpose()?,
            format: FORMAT,
            openings,
            replacements: replacements(one),
            result: self.all_drawn(one).await?,
            value: value_of(one)?,
        };
        let text = json(&middle)?;
        // Its brace gives way to a comma.
        let behind = text.strip_prefix('{').unwrap_or(&text);
        pieces.push(Piece::Text(format!(",{behind}\n")));
        Ok(self.body(pieces))
    }

    /// Who was drawn.
    pub(crate) async fn all_drawn(&self, one: &Attempt) -> Result<Vec<String>, Fault> {
        let result = one.result.as_ref().ok_or_else(domain::not_drawn_yet)?;
        if let Some(drawn) = &result.drawn {
            return Ok(drawn.clone());
        }
        let db = self.0.host.db();
        let mut found = Vec::new();
        // Its length is not kept; the pieces are numbered without gaps.
        for part in 0..text::count(db, &result.digest).await? {
            found.append(&mut text::piece(db, &result.digest, part).await?);
        }
        serde_json::from_slice(&found).map_err(Fault::internal)
    }

    /// The transcript in memory; of a draw that is ready, it is drawn here.
    pub(crate) async fn transcript(&self, one: &Attempt) -> Result<Transcript, Fault> {
        let (commitments, openings) = domain::lists_of(one)?;
        let (value, digest) = (value_of(one)?, one.terms.terms.clone());
        let fallback = one.fallback.as_ref().map(domain::value).transpose()?;
        let result = match one.stage() {
            Stage::Drawn => Some(self.all_drawn(one).await?),
            _ => None,
        };
        let replacements = replacements(one);
        let kept = text::whole(self.0.host.db(), &digest, one.terms.bytes).await?;
        blocking(move || {
            let terms: Terms = serde_json::from_slice(&kept).map_err(Fault::internal)?;
            drop(kept);
            if terms.digest()? != domain::digest(&digest)? {
                return Err(Fault::internal("the kept terms are not those that were fixed"));
            }
            let announcement = Announcement { commitments, terms };
            let Some(result) = result else {
                return announcement.draw(openings, value, fallback);
            };
            let result = result.into_iter().map(Into::into).collect();
            let format = FORMAT.to_owned();
            Ok(Transcript { announcement, fallback, format, openings, replacements, result, value })
        })
        .await
    }

    fn announcement(&self, one: &Attempt) -> Result<Vec<Piece>, Fault> {
        if one.announcement.is_none() {
            return Err(Fault::conflict("not_announced", "抽取尚未公告"));
        }
        let commitments: Vec<Commitment> = domain::commitments(one)?;
        let before = format!("{{\"commitments\":{},\"terms\":", json(&commitments)?);
        Ok(vec![Piece::Text(before), terms(one), Piece::Text("}".to_owned())])
    }

    /// One piece after the other, so that a file of any length takes little memory.
    fn body(&self, pieces: Vec<Piece>) -> Body {
        let db = self.0.host.db().clone();
        let read = stream::iter(pieces).flat_map(move |piece| {
            let db = db.clone();
            match piece {
                Piece::Text(text) => stream::iter([Ok(Bytes::from(text))]).boxed(),
                Piece::Kept { digest, parts } => stream::iter(0..parts)
                    .then(move |part| {
                        let (db, digest) = (db.clone(), digest.clone());
                        async move { text::piece(&db, &digest, part).await.map(Bytes::from) }
                    })
                    .boxed(),
            }
        });
        Body::from_stream(read)
    }
}

/// The text of a long result, and its digest.
pub(crate) fn result_text(drawn: &[Box<str>]) -> Result<(String, String), Fault> {
    let text = json(&drawn)?;
    let digest = Digest(Sm3::digest(text.as_bytes()).into());
    Ok((text, digest.to_string()))
}

fn terms(one: &Attempt) -> Piece {
    Piece::Kept { digest: one.terms.terms.clone(), parts: text::parts(one.terms.bytes) }
}

fn value_of(one: &Attempt) -> Result<Value, Fault> {
    domain::value(one.value.as_ref().ok_or_else(domain::not_drawn_yet)?)
}

fn replacements(one: &Attempt) -> Vec<Replacement> {
    let each = one.replacements.iter().map(|replacement| Replacement {
        added: replacement.added.as_str().into(),
        kind: domain::replacement_kind(replacement.kind),
        reason: replacement.reason.clone(),
        removed: replacement.removed.as_str().into(),
    });
    each.collect()
}

/// Canonical text: the types of `tongban-draw`, and those here, have their members in alphabetical order.
fn json(value: &impl Serialize) -> Result<String, Fault> {
    serde_json::to_string(value).map_err(Fault::internal)
}
