//! Bodies of requests, made before the clock runs: one for each applicant and matter.

use serde_json::{Value, json};
use tongban_e2e::Error;
use tongban_e2e::year::{Guide, form};

use crate::people::{Applicant, Officers, People};

/// What one applicant hands in for one matter.
pub struct Papers {
    /// Which applicant.
    pub applicant: usize,
    /// Everything at once.
    pub whole: String,
    /// Without the first of the required materials.
    pub short: String,
    /// Everything, handed in again.
    pub again: String,
}

/// One matter: who handles it, what is handed in.
pub struct Desk {
    /// Clerks and approvers of its body.
    pub officers: Officers,
    /// The notice that names the material which `short` lacks.
    pub notice: String,
    /// What each applicant hands in who may apply.
    pub papers: Vec<Papers>,
    /// Whether an approval results in a licence.
    pub licence: bool,
}

impl Desk {
    /// The desk of `guide`.
    pub fn of(guide: &Guide, people: &mut People) -> Result<Self, Error> {
        let place = (guide.body.clone(), guide.region.clone());
        let nobody = || Error::Unexpected(format!("nobody handles cases at {}", guide.body));
        let found = people.officers.get(&place).ok_or_else(nobody)?;
        let (clerks, approvers) = (found.clerks.clone(), found.approvers.clone());
        let officers = Officers { clerks, approvers };
        officers.pair(0).ok_or_else(nobody)?;
        let first = guide.required.first();
        let first =
            first.ok_or_else(|| Error::Unexpected(format!("{} needs nothing", guide.id)))?;
        let notice = json!({"items": [
            {"pointer": format!("/materials/{first}"), "message": "缺少该项材料，请上传"},
        ]});
        let applicants = people.applicants.iter().enumerate();
        let papers =
            applicants
                .filter(|(_, one)| {
                    if one.person.citizen { guide.for_citizens } else { guide.for_organisations }
                })
                .map(|(number, one)| papers(number, one, guide))
                .collect::<Result<Vec<_>, Error>>()?;
        if papers.is_empty() {
            return Err(Error::Unexpected(format!("nobody may apply for {}", guide.id)));
        }
        Ok(Self { officers, notice: notice.to_string(), papers, licence: guide.licence })
    }
}

fn papers(applicant: usize, who: &Applicant, guide: &Guide) -> Result<Papers, Error> {
    let form = form(&guide.form_schema, &who.person)?;
    let materials: Vec<Value> = guide
        .required
        .iter()
        .zip(who.files.iter().cycle())
        .map(|(code, file)| json!({"code": code, "file_id": file}))
        .collect();
    let rest = materials.get(1..).unwrap_or_default();
    let whole = json!({"matter_id": guide.id, "form": form, "materials": materials});
    let short = json!({
        "matter_id": guide.id, "form": form, "materials": rest, "incomplete": true,
    });
    let again = json!({"form": form, "materials": materials});
    Ok(Papers {
        applicant,
        whole: whole.to_string(),
        short: short.to_string(),
        again: again.to_string(),
    })
}
