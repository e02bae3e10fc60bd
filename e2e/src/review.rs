//! 好差评: a counter cannot review itself; a bad review of another system is answered late, escalated, called back,
//! closed.

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sm3::Sm3;
use tongban_kernel::{Clock as _, Entropy as _, SystemClock, SystemEntropy};

use crate::case::until;
use crate::story::at;
use crate::{Answer, Caller, Error, Story, StoryOutcome};

/// 海州区民政局（示例）.
const BODY: &str = "11320706MB0000003H";
/// Who serves at its window.
const CLERK: &str = "clerk.minzheng.1";
/// Who deals with its bad reviews.
const HANDLER: &str = "reviews.minzheng";
/// Who supervises.
const SUPERVISOR: &str = "supervisor.haizhou";
/// A system of the body.
const LINE: &str = "line.haizhou.minzheng";

/// What the story leaves behind, for those who look at it afterwards.
#[derive(Debug, Clone)]
pub struct Reviewed {
    /// As every story has one; in the place of a licence stands the handling.
    pub outcome: StoryOutcome,
    /// The device at the counter.
    pub counter: String,
    /// Account of the system.
    pub system: String,
    /// The handling of the bad review.
    pub handling: String,
    /// Number of a pushed review whose case nobody knows.
    pub unmatched: String,
    /// The window service that was reviewed.
    pub service: String,
}

/// Tells the whole story.
///
/// # Errors
/// When anything goes another way.
pub async fn review(story: &mut Story<'_>) -> Result<StoryOutcome, Error> {
    reviewed(story).await.map(|reviewed| reviewed.outcome)
}

/// As [`review`], with everything it leaves behind.
///
/// # Errors
/// When anything goes another way.
pub async fn reviewed(story: &mut Story<'_>) -> Result<Reviewed, Error> {
    story.chapter("好差评 A counter that cannot review itself, and a bad review on the clock");
    let supervisor = story.sign_in(SUPERVISOR).await?;
    let (counter, service) = at_the_counter(story, &supervisor).await?;
    let line = Line::register(story, &supervisor).await?;
    let case = format!("MZ{}", line.stem);
    push(story, &line, &case).await?;
    let handling = handled(story, &supervisor, &case).await?;
    let outcome = StoryOutcome {
        case_id: service.clone(),
        case_number: case,
        licence: format!("差评处理 {handling}"),
        due: String::new(),
        applicant: String::new(),
    };
    let unmatched = format!("{}-9", line.stem);
    Ok(Reviewed { outcome, counter, system: line.account, handling, unmatched, service })
}

/// Something that was never there before.
fn stem() -> String {
    let mut random = [0_u8; 16];
    SystemEntropy.fill(&mut random);
    hex::encode(random)
}

/// 一次一评: the device shows a code, and neither it nor the clerk can use it; who was served can.
async fn at_the_counter(
    story: &mut Story<'_>,
    supervisor: &Caller,
) -> Result<(String, String), Error> {
    let device = stem();
    let says = [("tongban-device", device.clone())];
    let entry = json!({"device": device, "body": BODY, "region": "320706", "window": "C02"});
    let registered = supervisor.post("/reviews/v1/counters", &entry).await?;
    let what = "登记窗口评价设备 A device at the counter is registered";
    let registered = story.step(what, registered, 201, |body| at(body, "window").to_owned())?;
    let counter = registered.text("/id")?.to_owned();

    let clerk = story.sign_in(CLERK).await?;
    let served = json!({"window": "C02", "service": "优待政策咨询"});
    let service = clerk.post_once("/reviews/v1/services", &story.key("served"), &served).await?;
    let what = "窗口登记一次现场服务 The clerk notes a service; no link comes to the clerk";
    let service = story.step(what, service, 201, |body| at(body, "service_number").to_owned())?;
    let showing = format!("/reviews/v1/counters/{counter}/showing");
    let shown = clerk.post(&showing, &json!({"review": service.body["id"]})).await?;
    story.step("设备出示二维码 The device shows the code", shown, 200, |_| String::new())?;
    let anyone = story.city.anyone();
    let screen = anyone.get_with("/reviews/v1/counter-screen", &says).await?.expect(200)?;
    let link = screen.text("/link")?.to_owned();

    let five = json!({"stars": 5});
    let refused = anyone.post_with(&link, five.to_string(), &says).await?;
    let what = "窗口设备自己评价，被拒绝 The device tries to review by itself";
    story.refusal(what, refused, 403, "counter_device")?;
    let refused = clerk.post(&link, &five).await?;
    let what = "窗口人员登录评价，被拒绝 The clerk tries to review";
    story.refusal(what, refused, 403, "officer_cannot_review")?;
    let given = anyone.post(&link, &json!({"stars": 4, "tags": ["413"]})).await?;
    story.step(
        "群众扫码评价 Who was served reviews on the own telephone",
        given,
        201,
        |body| format!("{} ★ {}", body["stars"], at(body, "level_name")),
    )?;
    let again = anyone.post(&link, &five).await?;
    let what = "一次一评 The same code again is refused";
    story.refusal(what, again, 409, "already_reviewed")?;
    Ok((counter, service.text("/id")?.to_owned()))
}

/// A system of a department, with what it signs with.
struct Line {
    caller: Caller,
    account: String,
    secret: String,
    stem: String,
}

impl Line {
    async fn register(story: &mut Story<'_>, supervisor: &Caller) -> Result<Self, Error> {
        let caller = story.city.system(LINE).await?;
        let me = caller.get("/identity/v1/me").await?.expect(200)?;
        let account = me.text("/id")?.to_owned();
        let entry = json!({"account": account, "name": me.text("/name")?, "region": "320706"});
        let registered = supervisor.post("/reviews/v1/systems", &entry).await?;
        let what = "登记评价来源系统 A department's system may push reviews";
        let registered = story.step(what, registered, 201, |body| {
            format!("{}，密钥只告知一次 the secret is told once", at(&body["system"], "name"))
        })?;
        let secret = registered.text("/secret")?.to_owned();
        let stem = stem().chars().take(12).collect();
        Ok(Self { caller, account, secret, stem })
    }

    /// Sends a signed batch.
    async fn send(&self, path: &str, body: &Value, nonce: &str) -> Result<Answer, Error> {
        let (text, time) = (body.to_string(), SystemClock.now().timestamp().to_string());
        let unsigned = |error| Error::Unexpected(format!("the batch cannot be signed: {error}"));
        let mut mac = Hmac::<Sm3>::new_from_slice(self.secret.as_bytes()).map_err(unsigned)?;
        mac.update(format!("{nonce}.{time}.{text}").as_bytes());
        let signature = format!("hmac-sm3={}", hex::encode(mac.finalize().into_bytes()));
        let headers = [
            ("tongban-nonce", nonce.to_owned()),
            ("tongban-time", time),
            ("tongban-signature", signature),
        ];
        self.caller.post_with(path, text, &headers).await
    }
}

fn statuses(body: &Value) -> String {
    let rows = body["rows"].as_array().into_iter().flatten();
    rows.map(|row| at(row, "status")).collect::<Vec<_>>().join("、")
}

/// 来源系统推送: a service and its bad review; the same under another number; one for a case that nobody knows.
async fn push(story: &mut Story<'_>, line: &Line, case: &str) -> Result<(), Error> {
    let now = SystemClock.now().to_rfc3339();
    let service = json!({"case_number": case, "service_number": "1", "matter_code": "MZ-YDZ",
        "matter_name": "老年人优待证换发", "body": BODY, "body_name": "海州区民政局（示例）",
        "region": "320706", "served_at": now, "window": "自助 3", "officer": "MZ0031"});
    let (services, reviews) = ("/reviews/v1/pushed/services", "/reviews/v1/pushed/reviews");
    let body = json!({"services": [service]});
    let sent = line.send(services, &body, &stem()).await?;
    story.step("推送服务 The system pushes a service", sent, 200, statuses)?;

    let review = |number: u8, case: &str| {
        json!({"id": format!("{}-{number}", line.stem), "case_number": case, "service_number": "1",
            "stars": 1, "tags": ["115"], "text": "等了很久没人管，请回电 13800008001",
            "channel": "telephone", "said_at": now})
    };
    let unknown = format!("{case}X");
    let body = json!({"reviews": [review(1, case), review(2, case), review(9, &unknown)]});
    let nonce = stem();
    let sent = line.send(reviews, &body, &nonce).await?;
    let what = "推送差评：换编号重复的不再计，办件未知的另存待匹配 A bad review; the same renumbered; one unmatched";
    let sent = story.step(what, sent, 200, statuses)?;
    if statuses(&sent.body) != "taken、repeated、waiting" {
        return Err(Error::Unexpected(format!("{:#}", sent.body)));
    }
    let again = line.send(reviews, &body, &nonce).await?;
    story.refusal("重放请求 The same request once more", again, 409, "replayed")?;
    Ok(())
}

/// 差评限时处理: answered too late, escalated, put right, called back, closed.
async fn handled(story: &mut Story<'_>, supervisor: &Caller, case: &str) -> Result<String, Error> {
    let handler = story.sign_in(HANDLER).await?;
    let list = "/reviews/v1/handlings?limit=100";
    let id = until("the bad review", async || {
        let all = handler.get(list).await?.expect(200)?;
        let mut items = all.body["items"].as_array().into_iter().flatten();
        Ok(items.find(|one| at(one, "case_number") == case).map(|one| at(one, "id").to_owned()))
    })
    .await?;
    let path = format!("/reviews/v1/handlings/{id}");
    let received = handler.get(&path).await?;
    story.step("差评转责任单位 The bad review is with the body", received, 200, |body| {
        format!("{} ★ {}", body["stars"], at(body, "text"))
    })?;
    let findings = json!({"contacted": true, "findings": "经查，自助机故障后无人值守"});
    let verified = handler.post(&format!("{path}/verification"), &findings).await?;
    story.step("核实 Verified", verified, 200, |body| at(body, "findings").to_owned())?;
    let late = until("the clock of the answer to run out", async || {
        let read = supervisor.get(&path).await?.expect(200)?;
        let told = read.body["escalations"].as_i64().is_some_and(|count| count > 0);
        Ok(told.then_some(read))
    })
    .await?;
    story.step("答复超期，升级督办 The answer is late: escalated", late, 200, |body| {
        format!("超期 {} 次", body["escalations"])
    })?;
    let answer = json!({"answer": "已向您致歉，当日上门补办", "to_rectify": true});
    let answered = handler.post(&format!("{path}/answer"), &answer).await?;
    story.step("答复（已超期）Answered, late", answered, 200, |body| {
        at(body, "answer").to_owned()
    })?;
    let measures = json!({"measures": "自助区改为专人值守"});
    let done = handler.post(&format!("{path}/rectification"), &measures).await?;
    story.step("整改 Put right", done, 200, |body| at(body, "measures").to_owned())?;
    let call = json!({"outcome": "satisfied", "note": "本人表示满意"});
    let own = handler.post(&format!("{path}/call-back"), &call).await?;
    let what = "责任单位不能自己回访 The body does not call back about itself";
    story.refusal(what, own, 403, "wrong_role")?;
    let closed = supervisor.post(&format!("{path}/call-back"), &call).await?;
    story.step("回访，办结 Called back, closed", closed, 200, |body| {
        format!("{} {}", at(body, "stage"), at(body, "call_back_note"))
    })?;
    Ok(id)
}
