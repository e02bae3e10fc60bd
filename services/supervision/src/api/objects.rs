//! `/v1/objects`: the library of inspected objects.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use tongban_contracts::credit::CreditClass;
use tongban_contracts::supervision::{DuplicateGround, HeldLicence, ObjectKind, ObjectParticulars};
use tongban_kernel::page::{Page, PageQuery};
use tongban_kernel::{Fault, RegionCode};
use tongban_web::{CallerOf, Problem, Query, Segment};
use utoipa::{IntoParams, ToSchema};

use crate::app::Desk;
use crate::domain::object::Object;
use crate::store::object::{self as store, Model, Scope, Search};

/// A code as it is shown: of a natural person only so much that it can be told from others.
pub fn shown(code: &str, person: bool) -> String {
    if !person {
        return code.to_owned();
    }
    let signs = code.chars().count();
    let keep = |place: usize| place < 6 || place + 2 >= signs;
    code.chars().enumerate().map(|(place, sign)| if keep(place) { sign } else { '*' }).collect()
}

/// An object that may be the same (疑似重复对象).
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct SuspectedDuplicate {
    /// The other object.
    #[schema(format = Uuid, example = "0d1c59a6-6f0c-5c52-9a53-6a4c8a3d3f10")]
    pub other: String,
    /// Why.
    pub grounds: Vec<DuplicateGround>,
}

/// An inspected object as it stands (检查对象).
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ObjectView {
    /// Identifier.
    #[schema(format = Uuid, example = "0d1c59a6-6f0c-5c52-9a53-6a4c8a3d3f10")]
    pub id: String,
    /// Code; of natural persons shortened.
    #[schema(example = "91320706MA0000000X")]
    pub code: String,
    /// Particulars.
    pub particulars: ObjectParticulars,
    /// Licences it holds.
    pub licences: Vec<HeldLicence>,
    /// Licences whose term went by (已到期证照).
    pub expired: Vec<HeldLicence>,
    /// Class that draws go by (信用等级).
    pub grade: CreditClass,
    /// What the class follows from; absent for the default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("信用评价规则 2026-01 版：12 个月内责令改正 1 次"))]
    pub grade_reason: Option<String>,
    /// Objects that may be the same.
    pub suspected: Vec<SuspectedDuplicate>,
    /// Codes of objects that were found to be this one (已并入).
    #[schema(example = json!(["92320706MA0000001X"]))]
    pub absorbed: Vec<String>,
    /// The object that this one was found to be (已合并到).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(format = Uuid, example = "0d1c59a6-6f0c-5c52-9a53-6a4c8a3d3f10")]
    pub merged_into: Option<String>,
    /// Why it was removed (移出原因).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("已注销"))]
    pub removed: Option<String>,
    /// Whether it can be drawn (可抽取).
    #[schema(example = true)]
    pub drawable: bool,
    /// Why it cannot (不可抽取原因).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(examples("因持有证照入库，现无有效证照"))]
    pub left: Option<String>,
}

impl ObjectView {
    /// The view of an object.
    pub fn of(id: &str, object: &Object, default: CreditClass) -> Self {
        let suspected = object.suspected.iter().map(|(other, grounds)| SuspectedDuplicate {
            other: other.clone(),
            grounds: grounds.iter().copied().collect(),
        });
        Self {
            id: id.to_owned(),
            code: shown(&object.code, object.is_person()),
            particulars: object.particulars.clone(),
            licences: object.licences.values().cloned().collect(),
            expired: object.expired.values().cloned().collect(),
            grade: object.grade.unwrap_or(default),
            grade_reason: object.graded_because.clone(),
            suspected: suspected.collect(),
            absorbed: object
                .absorbed
                .values()
                .map(|code| shown(code, object.is_person()))
                .collect(),
            merged_into: object.merged_into.clone(),
            removed: object.removed.clone(),
            drawable: object.drawable(),
            left: object.left().map(str::to_owned),
        }
    }
}

/// An inspected object in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct ObjectListed {
    /// Identifier.
    #[schema(format = Uuid, example = "0d1c59a6-6f0c-5c52-9a53-6a4c8a3d3f10")]
    pub id: String,
    /// Code; of natural persons shortened.
    #[schema(example = "91320706MA0000000X")]
    pub code: String,
    /// Name.
    #[schema(example = "云港示例餐饮有限公司（示例）")]
    pub name: String,
    /// Kind.
    #[schema(example = "enterprise")]
    pub kind: String,
    /// Region.
    #[schema(example = "320706")]
    pub region: String,
    /// Industry (行业代码).
    #[serde(skip_serializing_if = "String::is_empty")]
    #[schema(example = "6210")]
    pub industry: String,
    /// Class (信用等级).
    pub grade: CreditClass,
    /// Whether it may be the same as another (疑似重复).
    #[schema(example = false)]
    pub suspected: bool,
}

impl ObjectListed {
    fn of(row: Model, default: CreditClass) -> Self {
        Self {
            code: shown(&row.code, row.kind == "natural_person"),
            id: row.id,
            name: row.name,
            kind: row.kind,
            region: row.region,
            industry: row.industry,
            grade: CreditClass::of(&row.grade).unwrap_or(default),
            suspected: row.suspected,
        }
    }
}

/// What objects are looked for by.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ObjectSearch {
    /// Region within the caller's: it and everything below.
    #[param(value_type = Option<String>, example = "320706")]
    region: Option<RegionCode>,
    /// Whole name; blanks and brackets do not matter.
    #[param(example = "云港示例餐饮有限公司（示例）")]
    name: Option<String>,
    /// Credit code or identity number.
    #[param(example = "91320706MA0000000X")]
    code: Option<String>,
    /// Kind.
    #[param(inline)]
    kind: Option<ObjectKind>,
    /// Industry, exactly.
    #[param(example = "6210")]
    industry: Option<String>,
    /// Class.
    #[param(inline)]
    grade: Option<CreditClass>,
    /// Only those that may be the same as another.
    #[serde(default)]
    #[param(example = false)]
    suspected: bool,
    /// Only those that cannot be drawn: merged, removed, or known by licences and without one in force.
    #[serde(default)]
    #[param(example = false)]
    gone: bool,
    /// Rows per page, 1 to 100.
    #[param(minimum = 1, maximum = 100, example = 20)]
    #[serde(default, deserialize_with = "tongban_kernel::page::within")]
    limit: Option<u64>,
    /// `next` of the page before.
    #[param(example = "320706~0d1c59a6-6f0c-5c52-9a53-6a4c8a3d3f10")]
    after: Option<String>,
}

/// 检查对象名录库: objects of the caller's region.
#[utoipa::path(
    get, path = "/v1/objects", tag = "objects", operation_id = "search_inspected_objects",
    summary = "查询检查对象 Search inspected objects",
    params(ObjectSearch),
    responses((status = 200, description = "检查对象 objects of the region", body = Page<ObjectListed>)),
    extensions(("x-access" = json!({
        "kinds": ["officer", "system"],
        "roles": ["inspection_planner", "inspection_approver", "supervisor"], "scoped": true,
    }))),
)]
pub async fn search(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Query(query): Query<ObjectSearch>,
) -> Result<Json<Page<ObjectListed>>, Problem> {
    let scope = Scope::of(&caller.principal, query.region.as_ref())?;
    let search = Search {
        name: query.name.as_deref(),
        code: query.code.as_deref(),
        kind: query.kind,
        industry: query.industry.as_deref(),
        grade: query.grade,
        suspected: query.suspected,
        gone: query.gone,
    };
    let page = PageQuery { limit: query.limit, after: query.after };
    let default = desk.default_grade();
    let found = store::search(desk.host.db(), scope, &search, default, &page).await?;
    let items = found.items.into_iter().map(|row| ObjectListed::of(row, default)).collect();
    Ok(Json(Page { items, next: found.next }))
}

/// 检查对象: one object of the caller's region.
#[utoipa::path(
    get, path = "/v1/objects/{id}", tag = "objects", operation_id = "read_inspected_object",
    summary = "查看检查对象 Read an inspected object",
    params(("id" = Uuid, Path, description = "检查对象标识 identifier", example = "0d1c59a6-6f0c-5c52-9a53-6a4c8a3d3f10")),
    responses(
        (status = 200, description = "检查对象 the object", body = ObjectView),
        (status = 404, description = "没有该检查对象 no such object", body = tongban_web::ProblemDocument,
            example = json!({"title": "找不到该检查对象，或无权查看"})),
    ),
    extensions(("x-access" = json!({
        "kinds": ["officer", "system"],
        "roles": ["inspection_planner", "inspection_approver", "supervisor"], "scoped": true,
    }))),
)]
pub async fn read(
    State(desk): State<Desk>,
    CallerOf(caller): CallerOf,
    Segment(id): Segment<String>,
) -> Result<Json<ObjectView>, Problem> {
    let object = desk.there::<Object>(&id, "该检查对象").await?.state;
    if !caller.principal.reaches(object.region()) {
        return Err(Fault::forbidden("not_your_region", "只能查看本区域的检查对象").into());
    }
    Ok(Json(ObjectView::of(&id, &object, desk.default_grade())))
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn a_persons_number_is_not_shown_whole() {
        assert_eq!(shown("320706194803120014", true), "320706**********14");
        assert_eq!(shown("91320706MA0000000X", false), "91320706MA0000000X");
    }
}
