//! A purchase that commands are tried on.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Duration, TimeZone as _, Utc};
use tongban_calendar::Calendar;
use tongban_contracts::purchases::{
    DroppedAgency, FundSource, Needed, PurchaseDocument, PurchaseEvent, PurchaseOwner,
    QualificationNeed, QuoteType, SelectionMethod,
};
use tongban_contracts::{DomainEvent as _, Meta};
use tongban_kernel::{Context, Fault, Principal, PrincipalKind, RegionCode, Role};
use tongban_ledger::Aggregate as _;
use uuid::Uuid;

use crate::domain::purchase::contract::Offer;
use crate::domain::purchase::draft::{Draft, Facts, ServiceFact};
use crate::domain::purchase::register::{Registrant, Sought, Standing};
use crate::domain::purchase::{Command, Purchase, Stage};
use crate::domain::rules::PurchaseRules;

pub const SERVICE_ID: &str = "b7f1a3de-2a77-5d0c-9d0e-5a6f0c1d2e3f";
pub const MATTER: Uuid = Uuid::from_u128(7);

pub fn rules() -> Arc<PurchaseRules> {
    let text = include_str!("../../../../../../data/supermarket/purchase-rules.json");
    Arc::new(serde_json::from_str(text).unwrap())
}

pub fn calendar() -> Arc<Calendar> {
    let text = include_str!("../../../../../../data/calendar/holidays.json");
    Arc::new(Calendar::from_json(text).unwrap())
}

/// Wednesday, 11 March 2026, 10:00 in China.
pub fn start() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 3, 11, 2, 0, 0).unwrap()
}

pub fn principal(account: &str, kind: PrincipalKind) -> Principal {
    Principal {
        account: account.into(),
        kind,
        name: format!("{account}（示例）"),
        body: None,
        region: None,
        roles: [].into(),
    }
}

pub fn owner() -> Principal {
    principal("owner", PrincipalKind::Organisation)
}

pub fn agency(name: &str) -> Principal {
    principal(&format!("account-{name}"), PrincipalKind::Organisation)
}

pub fn manager(region: &str) -> Principal {
    Principal {
        body: Some("11320706MB0000001B".into()),
        region: Some(RegionCode::parse(region).unwrap()),
        roles: [Role::MarketManager].into(),
        ..principal("manager", PrincipalKind::Officer)
    }
}

pub fn draft(method: SelectionMethod) -> Draft {
    let drawn = matches!(method, SelectionMethod::RandomDraw | SelectionMethod::CreditChoice);
    Draft {
        project_name: "海州区示例科技园一期工程".into(),
        project_code: Some("2611-320706-47-01-123459".into()),
        service: SERVICE_ID.into(),
        matter_id: Some(MATTER),
        case_id: None,
        region: RegionCode::parse("320706").unwrap(),
        fund_source: FundSource::Private,
        budget_fen: 3_000_000,
        method,
        quote: QuoteType::Amount,
        discount_from: None,
        discount_to: None,
        large_list: (method == SelectionMethod::CreditChoice).then_some(3),
        small_list: (method == SelectionMethod::CreditChoice).then_some(2),
        direct: None,
        qualifications: QualificationNeed {
            needed: Needed::Any,
            codes: vec!["surveying-b".into()],
        },
        staff: Vec::new(),
        content: "一期工程用地范围 1:500 规划测绘".into(),
        service_days: 15,
        recusal: false,
        recusal_reason: None,
        recusal_agencies: Vec::new(),
        witnesses: if drawn { vec!["witness".into()] } else { Vec::new() },
        complaint_phone: "0518-85400000".into(),
        registration_until: start() + Duration::days(7),
        repeats: None,
    }
}

pub fn facts() -> Facts {
    Facts {
        owner: PurchaseOwner {
            account: "owner".into(),
            kind: PrincipalKind::Organisation,
            name: "owner（示例）".into(),
            body: None,
        },
        number: "CG-320706-20260311-ABCDEF".into(),
        service: Some(ServiceFact {
            name: "规划测量".into(),
            matters: vec![MATTER.to_string()],
            cap_fen: None,
        }),
        project: None,
        region_known: true,
        before: None,
        rules: rules(),
        calendar: calendar(),
    }
}

pub fn registrant(name: &str) -> Registrant {
    Registrant {
        agency: name.into(),
        account: format!("account-{name}"),
        code: format!("code-{name}"),
        name: format!("{name}测绘"),
        standing: Standing::Active,
        services: [SERVICE_ID.to_owned()].into(),
        qualifications: vec![("surveying-b".into(), Some("2027-01-01".parse().unwrap()))],
        staff: vec![(
            "S01".into(),
            vec![("registered-surveyor".into(), Some("2026-03-18".parse().unwrap()))],
        )],
        weight: 60,
    }
}

pub fn sought(name: &str, quote: Option<i64>) -> Sought {
    let sealed = quote.map(|_| "sealed".to_owned());
    Sought { registrant: registrant(name), staff: Vec::new(), quote, sealed, sent_at: None }
}

pub fn document() -> PurchaseDocument {
    PurchaseDocument { file_id: Uuid::from_u128(1), name: "合同.pdf".into(), sm3: "0".repeat(64) }
}

/// A purchase and a clock.
pub struct World {
    pub purchase: Option<Purchase>,
    pub now: DateTime<Utc>,
    version: i64,
}

impl World {
    pub fn empty() -> Self {
        Self { purchase: None, now: start(), version: 0 }
    }

    /// Published as `draft` has it.
    pub fn published(draft: Draft) -> Self {
        let mut world = Self::empty();
        let command = Command::Publish(Box::new(draft), Box::new(facts()));
        world.run(command, &owner()).unwrap();
        world
    }

    /// With these agencies registered, a minute apart.
    pub fn registered(draft: Draft, agencies: &[(&str, Option<i64>)]) -> Self {
        let mut world = Self::published(draft);
        for (name, quote) in agencies {
            world.now += Duration::minutes(1);
            world.run(Command::Register(Box::new(sought(name, *quote))), &agency(name)).unwrap();
        }
        world
    }

    /// And closed, with the bids as they were sealed.
    pub fn closed(draft: Draft, agencies: &[(&str, Option<i64>)]) -> Self {
        let mut world = Self::registered(draft, agencies);
        world.now = world.get().requirement.registration_until;
        let quotes =
            agencies.iter().filter_map(|(name, quote)| Some(((*name).to_owned(), (*quote)?)));
        world.close(quotes.collect(), Vec::new()).unwrap();
        world
    }

    pub fn close(
        &mut self,
        quotes: BTreeMap<String, i64>,
        dropped: Vec<DroppedAgency>,
    ) -> Result<Vec<PurchaseEvent>, Fault> {
        self.platform(Command::Close { quotes, dropped, rules: rules() })
    }

    pub fn get(&self) -> &Purchase {
        self.purchase.as_ref().unwrap()
    }

    pub fn stage(&self) -> Stage {
        self.get().stage
    }

    /// The platform itself.
    pub fn platform(&mut self, command: Command) -> Result<Vec<PurchaseEvent>, Fault> {
        self.run(command, &Principal::service("supermarket"))
    }

    pub fn tick(&mut self) -> Vec<PurchaseEvent> {
        self.platform(Command::Tick { rules: rules(), calendar: calendar() }).unwrap()
    }

    pub fn drop_out(&mut self, agency: &str) -> Vec<PurchaseEvent> {
        let dropped = vec![DroppedAgency {
            agency: agency.into(),
            rule: "agency_excluded".into(),
            reason: "机构已被清退".into(),
        }];
        self.platform(Command::Drop { dropped, rules: rules() }).unwrap()
    }

    pub fn run(
        &mut self,
        command: Command,
        actor: &Principal,
    ) -> Result<Vec<PurchaseEvent>, Fault> {
        let context = Context { now: self.now, actor: actor.clone() };
        let events = Purchase::decide(self.purchase.as_ref(), command, &context)?;
        for event in &events {
            self.version += 1;
            let meta = Meta {
                event_id: Uuid::from_u64_pair(0, self.version.unsigned_abs()),
                aggregate: PurchaseEvent::AGGREGATE.into(),
                aggregate_id: "purchase".into(),
                version: self.version,
                at: self.now,
                actor: actor.clone(),
                traceparent: None,
            };
            let next = Purchase::evolve(self.purchase.take(), event, &meta);
            self.purchase = Some(next.expect("the event follows"));
        }
        Ok(events)
    }

    /// Awarded to `a` by the lowest price, and the notice over.
    pub fn awarded() -> Self {
        let draft = draft(SelectionMethod::LowestPrice);
        let mut world = Self::closed(draft, &[("a", Some(2_000_000)), ("b", Some(2_500_000))]);
        world.tick();
        world.now = world.get().award.as_ref().unwrap().notice_until;
        world.tick();
        assert_eq!(world.stage(), Stage::AwaitingContract);
        world
    }

    /// With a contract confirmed.
    pub fn in_service() -> Self {
        let mut world = Self::awarded();
        world.run(Command::UploadContract(Box::new(offer(&world))), &agency("a")).unwrap();
        world.run(Command::AnswerContract { confirmed: true, reason: None }, &owner()).unwrap();
        assert_eq!(world.stage(), Stage::InService);
        world
    }

    /// With the result accepted.
    pub fn completed() -> Self {
        let mut world = Self::in_service();
        let command = Command::Deliver { documents: vec![document()], note: "成果".into() };
        world.run(command, &agency("a")).unwrap();
        let (rules, calendar) = (rules(), calendar());
        let command = Command::AnswerResult { accepted: true, reason: None, rules, calendar };
        world.run(command, &owner()).unwrap();
        assert_eq!(world.stage(), Stage::Completed);
        world
    }
}

/// A contract that keeps to the award.
pub fn offer(world: &World) -> Offer {
    let today = tongban_kernel::civil_date(world.now);
    Offer {
        number: "HT-1".into(),
        price_fen: world.get().award.as_ref().unwrap().price_fen,
        signed_on: Some(today),
        service_from: today,
        service_until: today + chrono::Days::new(15),
        document: document(),
    }
}

/// The codes of every fault in a refusal, with their places.
pub fn faults(fault: &Fault) -> Vec<(String, String)> {
    let list = fault.errors().iter().map(|one| (one.pointer.clone(), one.code.clone()));
    list.collect()
}
