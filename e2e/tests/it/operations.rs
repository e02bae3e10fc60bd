//! Deny by default, walked: every operation of every document refuses whoever its rule does not let in.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};
use tongban_e2e::{Answer, Caller, City, SERVICES, Story, elder_form, papers};

use crate::onsite::onsite;
use crate::requests::{Entry, Look, Objects, everybody, table};
use crate::running::Running;
use crate::supervision::supervised;

/// The rule of an operation, as its document tells it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    #[serde(default)]
    public: bool,
    #[serde(default)]
    kinds: Vec<String>,
    #[serde(default)]
    roles: Vec<String>,
    #[serde(default)]
    scoped: bool,
}

impl Rule {
    fn admits(&self, person: &Person) -> bool {
        let has_role = self.roles.iter().any(|role| person.roles.contains(role));
        let needs_role = ["officer", "system"].contains(&person.kind.as_str());
        self.public
            || self.kinds.contains(&person.kind)
                && (!needs_role || self.roles.is_empty() || has_role)
    }
}

/// An operation of a document.
struct Operation {
    id: String,
    method: Method,
    path: String,
    rule: Rule,
}

/// Somebody signed in.
struct Person {
    caller: Caller,
    kind: String,
    roles: Vec<String>,
}

impl Person {
    async fn known(caller: Caller) -> Self {
        let me = caller.get("/identity/v1/me").await.unwrap().expect(200).unwrap();
        let kind = me.text("/kind").unwrap().to_owned();
        let roles = serde_json::from_value(me.body["roles"].clone()).unwrap();
        Self { caller, kind, roles }
    }
}

async fn documents(city: &City) -> Vec<Operation> {
    let mut found = Vec::new();
    for service in SERVICES {
        let path = format!("/openapi/{service}.json");
        let document = city.anyone().get(&path).await.unwrap().expect(200).unwrap();
        for (path, item) in document.body["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                if operation.get("operationId").is_none() {
                    continue;
                }
                found.push(Operation {
                    id: operation["operationId"].as_str().unwrap().to_owned(),
                    method: method.to_uppercase().parse().unwrap(),
                    path: path.clone(),
                    rule: serde_json::from_value(operation["x-access"].clone()).unwrap(),
                });
            }
        }
    }
    found
}

/// Opens an account in 赣榆区 and signs it in.
async fn open_in_ganyu(city: &City, login: &str, name: &str, role: &str) -> Caller {
    let admin = city.sign_in("admin.city").await.unwrap();
    let opening = json!({"login": login, "kind": "officer", "name": name,
        "body": "11320707MB0000001R", "region": "320707", "roles": [role]});
    let opened = admin.post("/identity/v1/accounts", &opening).await.unwrap().expect(201).unwrap();
    city.sign_in_with(login, opened.text("/initial_password").unwrap()).await.unwrap()
}

async fn people(city: &City) -> BTreeMap<&'static str, Person> {
    let mut people = BTreeMap::new();
    let others = [
        "citizen.chen",
        "org.yungang",
        "clerk.minzheng.1",
        "approver.minzheng.1",
        "planner.shichang",
        "chief.shichang",
        "credit.haizhou.1",
    ];
    let overseers = ["supervisor.haizhou", "admin.city", "ops.city"];
    let opened = ["supervisor.ganyu", "planner.ganyu", "credit.ganyu"];
    let logins: BTreeSet<_> = everybody().filter(|login| !opened.contains(login)).collect();
    for login in logins.into_iter().chain(others).chain(overseers) {
        people.insert(login, Person::known(city.sign_in(login).await.unwrap()).await);
    }
    for (login, name, role) in [
        ("admin.ganyu", "管示例", "identity_admin"),
        ("supervisor.ganyu", "督示例", "supervisor"),
        ("planner.ganyu", "抽示例", "inspection_planner"),
        ("credit.ganyu", "信示例", "credit_officer"),
    ] {
        let caller = open_in_ganyu(city, login, name, role).await;
        people.insert(login, Person::known(caller).await);
    }
    for system in ["line.haizhou.zhujian", "line.haizhou.shichang"] {
        people.insert(system, Person::known(city.system(system).await.unwrap()).await);
    }
    people
}

/// Two finished cases, one that waits for its decision and one that waits at the window.
async fn objects(city: &City, people: &BTreeMap<&'static str, Person>) -> Objects {
    let mut ignore = |_: &str| {};
    let done = tongban_e2e::elder(&mut Story::new(city, &mut ignore)).await.unwrap();
    let unreviewed = tongban_e2e::company(&mut Story::new(city, &mut ignore)).await.unwrap();
    let applicant = &people["citizen.chen"].caller;
    let case = applicant.get(&format!("/intake/v1/cases/{}", done.case_id)).await.unwrap();
    let matter_id = case.text("/matter/matter_id").unwrap().to_owned();
    let guide = city.anyone().get(&format!("/matters/v1/matters/{matter_id}")).await.unwrap();
    let form = elder_form("陈守义", "320706194803120014");
    let mut materials = Vec::new();
    for code in ["M01", "M02"] {
        let file = applicant.upload("p.png", papers::portrait()).await.unwrap().expect(201);
        materials.push(json!({"code": code, "file_id": file.unwrap().body["id"]}));
    }
    let file = materials[0]["file_id"].as_str().unwrap().to_owned();
    let body = json!({"matter_id": matter_id, "form": form, "materials": materials});
    let mut cases = Vec::new();
    for key in ["open", "accepted"] {
        let case = applicant.post_once("/intake/v1/cases", key, &body).await.unwrap();
        cases.push(case.expect(201).unwrap().text("/id").unwrap().to_owned());
    }
    let (open_case, accepted_case) = (cases[0].clone(), cases[1].clone());
    let clerk = &people["clerk.minzheng.1"].caller;
    let path = format!("/intake/v1/cases/{accepted_case}/acceptance");
    clerk.post(&path, &json!({})).await.unwrap().expect(200).unwrap();
    let me = clerk.get("/identity/v1/me").await.unwrap();
    let (planner, chief) = (&people["planner.shichang"].caller, &people["chief.shichang"].caller);
    let supervised = supervised(city, planner, chief).await;
    let onsite = onsite(city).await;
    let market = crate::purchases::market(city, &unreviewed.case_id).await;
    let agencies = crate::agencies::agencies(city).await;
    let sharing = crate::sharing::sharing(city).await;
    let reviewed = crate::reviewing::reviewing(city).await;
    Objects {
        open_case,
        accepted_case,
        done_case: done.case_id,
        unreviewed_case: unreviewed.case_id,
        licence: done.licence,
        file,
        matter_id,
        matter: guide.body["matter"].clone(),
        clerk: me.text("/id").unwrap().to_owned(),
        signal: signal(&people["supervisor.haizhou"].caller).await,
        supervised,
        onsite,
        market,
        agencies,
        sharing,
        reviewed,
    }
}

/// A signal of manipulation: the story's applicant reviews within seconds.
async fn signal(supervisor: &Caller) -> String {
    for _ in 0..300 {
        let list = supervisor.get("/reviews/v1/signals").await.unwrap().expect(200).unwrap();
        if let Some(id) = list.body["items"][0]["id"].as_str() {
            return id.to_owned();
        }
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    panic!("no signal");
}

/// Tokens that nobody issued, made of one that was.
async fn forged(city: &City) -> Vec<String> {
    let body = json!({"login": "admin.city", "password": city.accounts().password});
    let answer = city.anyone().post("/identity/v1/sessions", &body).await.unwrap();
    let token = answer.text("/access_token").unwrap();
    let [header, claims, signature] = token.split('.').collect::<Vec<_>>()[..] else {
        panic!("no token: {token}")
    };
    let decode = |part| serde_json::from_slice::<Value>(&URL_SAFE_NO_PAD.decode(part).unwrap());
    let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let mut unsigned = decode(header).unwrap();
    unsigned["alg"] = json!("none");
    let mut more = decode(claims).unwrap();
    more["roles"] = json!(["window_clerk", "approver", "matter_editor", "supervisor"]);
    let other = if signature.starts_with('A') { 'B' } else { 'A' };
    vec![
        "forged".to_owned(),
        format!("{}.{claims}.", encode(&unsigned)),
        format!("{header}.{}.{signature}", encode(&more)),
        format!("{header}.{claims}.{other}{}", &signature[1..]),
    ]
}

/// The walk, with everything that was found wrong.
struct Walk<'a> {
    city: &'a City,
    people: &'a BTreeMap<&'static str, Person>,
    objects: &'a Objects,
    forged: &'a [String],
    faults: Vec<String>,
}

impl Walk<'_> {
    fn fault(&mut self, who: &str, wanted: &str, answer: &Answer) {
        let Answer { what, status, .. } = answer;
        self.faults.push(format!("{who}: {what} → {status} {}, not {wanted}", answer.code()));
    }

    /// Whoever the rule does not let in is refused before anything is looked at.
    async fn gate(&mut self, operation: &Operation) {
        let path = with_parameters(&operation.path);
        let body = (operation.method != Method::GET).then(|| json!({}));
        let call = async |caller: &Caller| {
            caller.call(operation.method.clone(), &path, body.as_ref(), None).await.unwrap()
        };
        let answer = call(&self.city.anyone()).await;
        if operation.rule.public {
            if [401, 403].contains(&answer.status) {
                self.fault("anyone", "let in", &answer);
            }
            return;
        }
        if answer.status != 401 {
            self.fault("without a token", "401", &answer);
        }
        for token in self.forged {
            let answer = call(&self.city.bearer(token)).await;
            if answer.status != 401 {
                self.fault("with a forged token", "401", &answer);
            }
        }
        for (login, person) in self.people {
            if operation.rule.admits(person) {
                continue;
            }
            let answer = call(&person.caller).await;
            if answer.status != 403 || !["wrong_kind", "wrong_role"].contains(&answer.code()) {
                self.fault(login, "403 wrong_kind or wrong_role", &answer);
            }
        }
    }

    /// Whoever the rule lets in is still refused what is not theirs.
    async fn reach(&mut self, operation: &Operation, entry: &Entry) {
        match entry {
            Entry::Nobodys if operation.rule.scoped => {
                self.faults.push(format!("{}: scoped, but the table tries nothing", operation.id));
            }
            Entry::Nobodys => {}
            Entry::Object(strangers, requests) => {
                for (path, body) in requests(self.objects) {
                    for login in *strangers {
                        let person = self.stranger(login, operation);
                        let method = operation.method.clone();
                        let answer = person.call(method, &path, body.as_ref(), None).await.unwrap();
                        if answer.status != 403 {
                            self.fault(login, "403", &answer);
                        }
                    }
                }
            }
            Entry::List(looks) => {
                for look in looks(self.objects) {
                    self.look(operation, &look).await;
                }
            }
        }
    }

    async fn look(&mut self, operation: &Operation, look: &Look) {
        let shows = |answer: &Answer| answer.body.to_string().contains(&look.hidden);
        let owner = self.people[look.owner].caller.get(look.path).await.unwrap();
        if owner.status != 200 || !shows(&owner) {
            self.fault(look.owner, "the list with what is theirs", &owner);
        }
        for login in look.strangers {
            let answer = self.stranger(login, operation).get(look.path).await.unwrap();
            if ![200, 403].contains(&answer.status) || shows(&answer) {
                self.fault(login, "a list without what is not theirs", &answer);
            }
        }
    }

    /// Somebody whom the operation's rule lets in, so that not it is what refuses.
    fn stranger(&self, login: &str, operation: &Operation) -> Caller {
        let person = &self.people[login];
        assert!(operation.rule.admits(person), "{}: {login} proves nothing", operation.id);
        person.caller.clone()
    }
}

/// The path with something in the place of each parameter.
fn with_parameters(path: &str) -> String {
    let segments = path.split('/').map(|segment| {
        if segment.starts_with('{') { "00000000-0000-4000-8000-000000000000" } else { segment }
    });
    segments.collect::<Vec<_>>().join("/")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_operation_refuses_whom_it_must() {
    let running = Running::whole().await;
    let city = running.city();
    let operations = documents(&city).await;
    let table = table();
    let there: BTreeSet<&str> = operations.iter().map(|operation| operation.id.as_str()).collect();
    let tried: BTreeSet<&str> = table.keys().copied().collect();
    assert_eq!(there.len(), operations.len(), "operation ids are unique");
    let untried: Vec<_> = there.difference(&tried).collect();
    assert!(untried.is_empty(), "operations without an entry in requests.rs: {untried:?}");
    let gone: Vec<_> = tried.difference(&there).collect();
    assert!(gone.is_empty(), "entries in requests.rs without an operation: {gone:?}");

    let people = people(&city).await;
    let objects = objects(&city, &people).await;
    let forged = forged(&city).await;
    let mut walk = Walk {
        city: &city,
        people: &people,
        objects: &objects,
        forged: &forged,
        faults: Vec::new(),
    };
    for operation in &operations {
        walk.gate(operation).await;
        walk.reach(operation, &table[operation.id.as_str()]).await;
    }
    println!("{} operations, {} callers", operations.len(), people.len());
    assert!(walk.faults.is_empty(), "{}", walk.faults.join("\n"));
    running.stop().await;
}
