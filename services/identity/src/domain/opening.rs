//! When an account may be opened (开户).

use tongban_contracts::identity::{Account, Body, DocumentKind, IdentityDocument};
use tongban_kernel::checks::{citizen_id, uscc};
use tongban_kernel::{Context, Fault, Faults, PrincipalKind, RegionCode, civil_date};

use super::account::{check_roles, is_person, may_manage};
use super::secret::{self, Secret};

/// Fewest and most characters of a login name.
const LOGIN: std::ops::RangeInclusive<usize> = 3..=64;
/// Most characters of a name.
const LONGEST_NAME: usize = 100;

/// What somebody asks for.
#[derive(Debug, Clone)]
pub struct Opening {
    /// Name to sign in with (登录名), or client identifier of a system.
    pub login: String,
    /// The password that somebody chose; `None` when we make one.
    pub chosen: Option<Secret>,
    /// The account.
    pub account: Account,
}

/// What the rules have to know of the others.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// Somebody has the login already.
    pub login_taken: bool,
    /// Somebody has an account under the document already.
    pub document_taken: bool,
    /// The body named, if there is one of that code.
    pub body: Option<Body>,
}

/// Checks an opening and names every fault at once; pointers are those of the requests.
///
/// # Errors
/// Forbidden, when the account lies out of the administrator's reach; else every fault.
pub fn check(opening: &Opening, known: &Known, context: &Context) -> Result<(), Fault> {
    let account = &opening.account;
    let mut faults = Faults::new();
    if is_person(account.kind) {
        check_person(account, known, context, &mut faults);
    } else {
        may_manage(account.region.as_ref(), context)?;
        if let Some(body) = &known.body {
            may_manage(Some(&body.region), context)?;
        }
        check_staff(account, known.body.as_ref(), &mut faults);
    }
    check_login(&opening.login, known, &mut faults);
    check_name(account, known.body.as_ref(), &mut faults);
    if let Some(chosen) = &opening.chosen {
        secret::check(chosen, &opening.login, "/password", &mut faults);
    }
    faults.into_result("invalid_account", "开户信息有误")
}

fn check_person(account: &Account, known: &Known, context: &Context, faults: &mut Faults) {
    const AT: &str = "/document_number";
    let checked = match (&account.document, account.kind) {
        (
            Some(IdentityDocument { kind: DocumentKind::CitizenId, number }),
            PrincipalKind::Citizen,
        ) => citizen_id::check_on(number, civil_date(context.now)).map(drop),
        (
            Some(IdentityDocument { kind: DocumentKind::Uscc, number }),
            PrincipalKind::Organisation,
        ) => uscc::check(number).map(drop),
        _ => {
            faults.add(AT, "document_kind", "自然人应提供公民身份号码，法人应提供统一社会信用代码");
            return;
        }
    };
    if let Err(invalid) = checked {
        faults.add(AT, invalid.reason(), invalid.message_zh());
    } else if known.document_taken {
        faults.add(AT, "already_registered", "该证件号码已注册账号");
    }
}

fn check_staff(account: &Account, body: Option<&Body>, faults: &mut Faults) {
    match (body, &account.region) {
        (None, _) => faults.add("/body", "unknown_body", "没有该统一社会信用代码的单位"),
        (Some(body), Some(region)) if !body.region.contains(region) => {
            faults.add("/region", "beyond_body", beyond(body, region));
        }
        _ => {}
    }
    check_roles(account.kind, account.region.as_ref(), &account.roles, faults);
}

fn beyond(body: &Body, region: &RegionCode) -> String {
    format!("管辖区域 {region} 超出所属单位的区域 {}", body.region)
}

fn check_login(login: &str, known: &Known, faults: &mut Faults) {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(c);
    let starts = login.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit());
    if !LOGIN.contains(&login.chars().count()) || !starts || !login.chars().all(fits) {
        faults.add(
            "/login",
            "format",
            "登录名为 3 至 64 个小写字母、数字、点、下划线或连字符，以字母或数字开头",
        );
    } else if known.login_taken {
        faults.add("/login", "taken", "该登录名已被使用");
    }
}

/// Officers have personal accounts (实名): a post or a window is no name.
fn check_name(account: &Account, body: Option<&Body>, faults: &mut Faults) {
    let name = account.name.as_str();
    if name.trim().is_empty() {
        faults.add("/name", "required", "姓名或名称不能为空");
        return;
    }
    if name.trim() != name || name.chars().any(char::is_control) {
        faults.add("/name", "whitespace", "姓名或名称首尾不得有空白，且不得含控制字符");
    }
    if name.chars().count() > LONGEST_NAME {
        faults.add("/name", "max_length", format!("姓名或名称最多 {LONGEST_NAME} 个字符"));
    }
    let of_body = body.is_some_and(|body| body.name == name);
    let numbered = name.chars().any(char::is_numeric);
    if account.kind == PrincipalKind::Officer && (of_body || numbered) {
        faults.add("/name", "not_personal", "工作人员账号须实名到人，不得使用单位名称或编号");
    }
}

#[cfg(test)]
mod tests {
    use tongban_kernel::{Principal, Role};

    use super::*;

    fn codes(opening: &Opening, known: &Known, actor: Principal) -> Vec<(String, String)> {
        let now = chrono::DateTime::from_timestamp(1_770_000_000, 0).unwrap();
        let fault = check(opening, known, &Context { now, actor }).unwrap_err();
        let errors = fault.errors().iter();
        errors.map(|error| (error.pointer.clone(), error.code.clone())).collect()
    }

    fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
        expected.iter().map(|(at, code)| ((*at).to_owned(), (*code).to_owned())).collect()
    }

    #[test]
    fn a_citizen_is_told_everything_at_once() {
        let opening = Opening {
            login: "A".into(),
            chosen: Some(Secret::from("short".to_owned())),
            account: Account {
                name: " ".into(),
                kind: PrincipalKind::Citizen,
                document: Some(IdentityDocument {
                    kind: DocumentKind::CitizenId,
                    number: "320706194803120015".into(),
                }),
                body: None,
                region: None,
                roles: [].into(),
            },
        };
        let expected = pairs(&[
            ("/document_number", "check_digit"),
            ("/login", "format"),
            ("/name", "required"),
            ("/password", "min_length"),
            ("/password", "too_simple"),
        ]);
        assert_eq!(codes(&opening, &Known::default(), Principal::service("x")), expected);
    }

    #[test]
    fn an_officer_is_a_person_of_a_known_body() {
        let region = RegionCode::parse("320700").unwrap();
        let opening = Opening {
            login: "window.3".into(),
            chosen: None,
            account: Account {
                name: "窗口3号".into(),
                kind: PrincipalKind::Officer,
                document: None,
                body: Some("11320706MB0000001B".into()),
                region: Some(region.clone()),
                roles: [Role::WindowClerk].into(),
            },
        };
        let admin = Principal {
            kind: PrincipalKind::Officer,
            region: Some(region),
            roles: [Role::IdentityAdmin].into(),
            ..Principal::service("x")
        };
        let unknown = Known { login_taken: true, ..Known::default() };
        let expected =
            pairs(&[("/body", "unknown_body"), ("/login", "taken"), ("/name", "not_personal")]);
        assert_eq!(codes(&opening, &unknown, admin.clone()), expected);
        let body = Body {
            uscc: "11320706MB0000001B".into(),
            name: "海州区行政审批局（示例）".into(),
            region: RegionCode::parse("320706").unwrap(),
            department_code: "99".into(),
        };
        let known = Known { body: Some(body), ..Known::default() };
        let expected = pairs(&[("/region", "beyond_body"), ("/name", "not_personal")]);
        assert_eq!(codes(&opening, &known, admin), expected);
    }
}
