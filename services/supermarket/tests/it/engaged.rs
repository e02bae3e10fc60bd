//! What an agency was chosen for: it may not leave in the midst of it, its records show it, and figures follow.

use sea_orm::ConnectionTrait as _;
use serde_json::json;
use tongban_testkit::{TestCity, on_every_backend};

use crate::town::{agency, morning, published, services};

/// Puts a purchase's query columns there: confirmed on 2026-03-02, and accepted on `accepted`, if it was.
async fn bought(
    city: &TestCity,
    number: u32,
    (agency, service): (&str, &str),
    fee: u32,
    accepted: Option<u32>,
) {
    let contract = morning(3, 2).timestamp_micros();
    let accepted = accepted.map(|day| morning(3, day).timestamp_micros().to_string());
    let (stage, mark) = match accepted {
        Some(_) => ("completed", "4"),
        None => ("in_service", "NULL"),
    };
    let accepted = accepted.unwrap_or_else(|| "NULL".to_owned());
    let row = format!(
        "INSERT INTO purchase (id, number, project_name, owner, owner_account, owner_name, service, service_name, \
         region, fund_source, method, stage, budget_fen, published_at, registration_until, registered, agency, \
         agency_name, award_fen, awarded_at, contract_at, completed_at, ended_at, overall, rating_defaulted, breach) \
         VALUES ('p{number}', 'CG-{number}', '示例项目', 'o', 'o', '示例采购人', '{service}', '建设用地规划测绘', '320706', \
         'private', 'lowest_price', '{stage}', 1200000, {contract}, {contract}, '', '{agency}', '示例机构', {fee}, \
         {contract}, {contract}, {accepted}, {accepted}, {mark}, FALSE, FALSE)"
    );
    city.hosts()[0].db().write().execute_unprepared(&row).await.unwrap();
}

on_every_backend! {
    services: services(),

    async fn nobody_leaves_in_the_midst_of_a_contract(city: &TestCity) {
        let (caller, id) = agency(city, 1, "2029-04-30").await;
        bought(city, 1, (&id, "s"), 500_000, None).await;
        bought(city, 2, (&id, "s"), 500_000, Some(5)).await;
        let exit = format!("/supermarket/v1/agencies/{id}/exit");
        let refused = caller.post(&exit, &json!({"reason": "业务调整"})).await.expect(409);
        assert_eq!(refused.code(), "contracts_running");
        assert_eq!(refused.body["detail"], "未履行完毕的合同 1 份");
        let settled = "UPDATE purchase SET stage = 'stopped', ended_at = 1 WHERE id = 'p1'";
        city.hosts()[0].db().write().execute_unprepared(settled).await.unwrap();
        caller.post(&exit, &json!({"reason": "业务调整"})).await.expect(200);
    }

    async fn medians_stand_against_what_is_published(city: &TestCity) {
        let service = published(city).await;
        let (_, id) = agency(city, 1, "2029-04-30").await;
        let path = format!("/supermarket/v1/services/{service}/figures");
        let none = city.anyone().get(&path).await.expect(200).body;
        assert_eq!((&none["finished"], none["fee_fen"].is_null()), (&json!(0), true));
        for (number, fee, accepted) in [(1, 400_000, 5), (2, 600_000, 9), (3, 1_100_000, 20)] {
            bought(city, number, (&id, &service), fee, Some(accepted)).await;
        }
        bought(city, 4, (&id, &service), 1, None).await;
        let shown = city.anyone().get(&path).await.expect(200).body;
        assert_eq!(shown["finished"], 3, "what is not finished counts nothing");
        assert_eq!(shown["fee_fen"], json!({"median": 600_000.0, "limit": 1_200_000.0, "share": 0.5, "halved": true}));
        assert_eq!(shown["business_days"], json!({"median": 5.0, "limit": 10.0, "share": 0.5, "halved": true}));
        let records = city.anyone().get(&format!("/supermarket/v1/agencies/{id}/records")).await.expect(200).body;
        assert_eq!(records["ratings"], json!({"count": 3, "mean": 4.0}));
        assert_eq!(records["contracts"].as_array().unwrap().len(), 4);
    }
}
