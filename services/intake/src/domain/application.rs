//! What an application (申请) must look like to be received.

use std::collections::{BTreeSet, HashMap};

use serde_json::Value;
use tongban_contracts::intake::HandedMaterial;
use tongban_contracts::matters::{Matter, ServiceObject};
use tongban_forms::Form;
use tongban_kernel::{Fault, Faults, PrincipalKind};
use uuid::Uuid;

use super::notice::escape;
use super::terms::Terms;

/// A material as the applicant names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedMaterial {
    /// Code of the material.
    pub code: String,
    /// The uploaded file.
    pub file_id: Uuid,
}

/// What the applicant hands in.
#[derive(Debug, Clone, Copy)]
pub struct Application<'a> {
    /// The form.
    pub form: &'a Value,
    /// The materials.
    pub materials: &'a [NamedMaterial],
    /// Whether the applicant knows that required materials are missing and hands in all the same
    /// (先收件后补正).
    pub incomplete: bool,
}

/// A file of the applicant's own.
#[derive(Debug, Clone)]
pub struct OwnFile {
    /// Name as uploaded.
    pub name: String,
    /// SM3 of its content.
    pub sm3: String,
}

/// Whether the matter serves this kind of applicant (服务对象).
pub fn serves(matter: &Matter, kind: PrincipalKind) -> bool {
    matter.serves.iter().any(|object| match kind {
        PrincipalKind::Citizen => *object == ServiceObject::NaturalPerson,
        PrincipalKind::Organisation => *object != ServiceObject::NaturalPerson,
        PrincipalKind::Officer | PrincipalKind::System => false,
    })
}

/// Checks an application against the terms and names every fault at once; gives the materials as they
/// go into the record. `own` are those of the named files that are the applicant's.
///
/// # Errors
/// `invalid_application` with every fault.
pub fn check(
    application: Application<'_>,
    kind: PrincipalKind,
    terms: &Terms,
    form: &Form,
    own: &HashMap<Uuid, OwnFile>,
) -> Result<Vec<HandedMaterial>, Fault> {
    let mut faults = Faults::new();
    if !serves(&terms.matter, kind) {
        faults.add("/matter_id", "not_served", "该事项的服务对象不包括此类申请人");
    }
    faults.extend(form.check(application.form, "/form"));
    let handed = materials(application.materials, terms, own, &mut faults);
    if !application.incomplete {
        let named = |code: &str| application.materials.iter().any(|one| one.code == code);
        for material in &terms.matter.materials {
            if material.required && !named(&material.code) {
                faults.add(
                    format!("/materials/{}", escape(&material.code)),
                    "missing_material",
                    format!("缺少必要材料「{}」", material.name),
                );
            }
        }
    }
    faults.into_result("invalid_application", "申请内容有误")?;
    Ok(handed)
}

fn materials(
    named: &[NamedMaterial],
    terms: &Terms,
    own: &HashMap<Uuid, OwnFile>,
    faults: &mut Faults,
) -> Vec<HandedMaterial> {
    let mut seen = BTreeSet::new();
    let mut handed = Vec::with_capacity(named.len());
    for (index, NamedMaterial { code, file_id }) in named.iter().enumerate() {
        let place = format!("/materials/{index}");
        let material = terms.material(code);
        if material.is_none() {
            faults.add(format!("{place}/code"), "unknown_material", "该事项没有此材料编码");
        }
        if !seen.insert(code) {
            faults.add(format!("{place}/code"), "duplicate", "同一材料只能提交一份文件");
        }
        let file = own.get(file_id);
        if file.is_none() {
            faults.add(format!("{place}/file_id"), "unknown_file", "文件不存在，或不是本人上传");
        }
        if let (Some(material), Some(file)) = (material, file) {
            handed.push(HandedMaterial {
                code: code.clone(),
                name: material.name.clone(),
                file_id: *file_id,
                file_name: file.name.clone(),
                sm3: file.sm3.clone(),
            });
        }
    }
    handed
}
