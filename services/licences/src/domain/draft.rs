//! Drawing up a licence from the decision it results from (制证).

use chrono::NaiveDate;
use serde_json::{Map, Value};
use tongban_contracts::intake::Decision;
use tongban_contracts::licences::Licence;
use tongban_contracts::matters::LicenceType;
use tongban_kernel::checks::licence_id;
use tongban_kernel::{Fault, FaultKind};

use super::validity;

/// Version of a licence as first issued (版本号).
const FIRST_VERSION: u16 = 1;

/// What makes one licence different from the next of its type and issuer.
#[derive(Debug, Clone)]
pub struct Marks {
    /// Serial number (流水号): the year of issue and six digits.
    pub serial: String,
    /// Check code (查验码).
    pub check_code: String,
}

/// The serial number of the `number`th licence of a year (流水号): 2026000001.
pub fn serial(year: i32, number: i64) -> String {
    format!("{year}{number:06}")
}

/// The licence a decision of `date` results in.
///
/// # Errors
/// When its identifier cannot be composed or its term is empty: a mistake in the matter.
pub fn licence(
    case_id: &str,
    decision: Decision,
    licence_type: LicenceType,
    date: NaiveDate,
    marks: Marks,
) -> Result<Licence, Fault> {
    let Decision { number, matter, applicant, form, .. } = decision;
    let identifier =
        licence_id::compose(&licence_type.code, &matter.body, &marks.serial, FIRST_VERSION)
            .map_err(|invalid| {
                let title = format!("无法生成电子证照标识：{}", invalid.message_zh());
                Fault::new(FaultKind::Invalid, "bad_identifier", title)
            })?;
    let valid_until = match licence_type.valid_months {
        None => None,
        Some(months) => Some(validity::last_day(date, months).ok_or_else(|| {
            Fault::new(FaultKind::Invalid, "bad_validity", "证照有效期月数有误，无法制证")
        })?),
    };
    Ok(Licence {
        identifier,
        licence_type,
        face: face(form, &applicant.name),
        holder_account: applicant.account,
        holder_name: applicant.name,
        holder_document: applicant.document,
        issuer: matter.body,
        issuer_name: matter.body_name,
        region: matter.region,
        case_id: case_id.to_owned(),
        case_number: number,
        valid_from: date,
        valid_until,
        check_code: marks.check_code,
    })
}

/// The form as given and, above whatever it says, the holder's true name.
fn face(form: Value, holder_name: &str) -> Value {
    let mut face = match form {
        Value::Object(fields) => fields,
        _ => Map::new(),
    };
    face.insert("holder_name".into(), holder_name.into());
    Value::Object(face)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn serials_begin_with_the_year() {
        assert_eq!(serial(2026, 1), "2026000001");
        assert_eq!(serial(2027, 999_999), "2027999999");
    }

    #[test]
    fn the_form_cannot_name_another_holder() {
        let face = face(json!({"holder_name": "李四", "degree": "本科"}), "张三");
        assert_eq!(face, json!({"holder_name": "张三", "degree": "本科"}));
        assert_eq!(super::face(Value::Null, "张三"), json!({"holder_name": "张三"}));
    }
}
