//! Views of a PostgreSQL database.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sea_orm::{ConnectOptions, ConnectionTrait as _, Database, DatabaseConnection, Statement};
use serde_json::{Value, json};
use tongban_db::ForeignAccess;
use tongban_kernel::SystemClock;
use tongban_outbound::address::Networks;
use tongban_outbound::shape::{Kind, Shape};
use tongban_outbound::sql_view::{SqlView, ViewLimits, ViewResource};
use tongban_outbound::{Answer, Provider as _, ProviderFault};
use url::Url;

use crate::stub::{ask, column, parameter};

/// A provider's schema, which goes with the test.
struct Provided {
    url: Url,
    schema: &'static str,
    database: DatabaseConnection,
}

const VIEWS: &str = "
    CREATE TABLE {s}.person_table (id text PRIMARY KEY, \"姓名\" text, age int, paid numeric, born date,
        seen timestamptz, alive bool, secret text);
    INSERT INTO {s}.person_table VALUES
        ('1', '张三', 71, 0.10, '1955-01-02', '2026-03-14T12:00:00Z', true, 'x'),
        ('2', NULL, 20, 1, '2006-01-02', NULL, false, 'x'),
        ('''; DROP TABLE person_table; --', '李四', 1, 1, '2006-01-02', NULL, NULL, 'x');
    INSERT INTO {s}.person_table SELECT 'many' || n, 'n', 33, 0, '2000-01-01', now(), true, 'x'
        FROM generate_series(1, 200) AS n;
    CREATE VIEW {s}.person AS SELECT * FROM {s}.person_table;
    CREATE VIEW {s}.slow AS SELECT id, \"姓名\", age FROM {s}.person_table, pg_sleep(20);
    CREATE VIEW {s}.large AS SELECT id, repeat('x', 50000000) AS \"姓名\", age FROM {s}.person_table;
    CREATE FUNCTION {s}.writes() RETURNS int LANGUAGE sql AS 'DELETE FROM {s}.person_table RETURNING 1';
    CREATE VIEW {s}.writing AS SELECT '1' AS id, {s}.writes()::text AS \"姓名\", 1 AS age;
";

fn here() -> Networks {
    Networks::new(&["0.0.0.0/0", "::/0"]).unwrap().with_loopback()
}

impl Provided {
    async fn new(schema: &'static str) -> Self {
        let url = std::env::var("TONGBAN_TEST_DATABASE_URL").expect(
            "TONGBAN_TEST_DATABASE_URL is not set: run the tests through `make test` or `scripts/test unit`",
        );
        let mut options = ConnectOptions::new(&url);
        options.max_connections(1).sqlx_logging(false);
        let database = Database::connect(options).await.unwrap();
        let make =
            format!("DROP SCHEMA IF EXISTS {schema} CASCADE; CREATE SCHEMA {schema}; {VIEWS}");
        database.execute_unprepared(&make.replace("{s}", schema)).await.unwrap();
        Self { url: Url::parse(&url).unwrap(), schema, database }
    }

    async fn gone(self) {
        let drop = format!("DROP SCHEMA {} CASCADE", self.schema);
        self.database.execute_unprepared(&drop).await.unwrap();
        self.database.close().await.unwrap();
    }

    async fn persons(&self) -> i64 {
        let text = format!("SELECT count(*) AS count FROM {}.person_table", self.schema);
        let statement = Statement::from_string(self.database.get_database_backend(), text);
        let row = self.database.query_one_raw(statement).await.unwrap().unwrap();
        row.try_get("", "count").unwrap()
    }

    fn access(&self) -> ForeignAccess {
        let host = self.url.host_str().unwrap();
        let host = if host == "localhost" { "127.0.0.1" } else { host };
        ForeignAccess {
            server: format!("{host}:{}", self.url.port().unwrap_or(5432)).parse().unwrap(),
            database: self.url.path().trim_start_matches('/').to_owned(),
            user: self.url.username().to_owned(),
            password: self.url.password().map(str::to_owned),
            authority: None,
            connections: 2,
            connect: Duration::from_secs(2),
            statement: Duration::from_millis(500),
        }
    }

    fn provider(&self) -> SqlView {
        self.provider_with(self.access())
    }

    fn provider_with(&self, access: ForeignAccess) -> SqlView {
        let names = ["person", "slow", "large", "writing", "missing"];
        let views = names.map(|name| (name.to_owned(), self.view(name)));
        let mut views = BTreeMap::from(views);
        let mut renamed = self.view("person");
        renamed.shape.columns[0].source = "renamed".into();
        views.insert("renamed".into(), renamed);
        let limits = ViewLimits { deadline_ms: 10_000, largest: 100_000 };
        SqlView::new(access, &here(), limits, views, Arc::new(SystemClock)).unwrap()
    }

    fn view(&self, name: &str) -> ViewResource {
        let mut columns = vec![
            column("name", "姓名", Kind::Text),
            column("age", "age", Kind::Integer),
            column("paid", "paid", Kind::Text),
            column("born", "born", Kind::Date),
            column("seen", "seen", Kind::Moment),
            column("alive", "alive", Kind::Boolean),
        ];
        for column in &mut columns[2..] {
            column.required = false;
        }
        let mut conditions = vec![
            parameter("id", "id", Kind::Text, false),
            parameter("age", "age", Kind::Integer, false),
            parameter("born", "born", Kind::Date, false),
        ];
        // One is required, or nobody could register it; these tests ask by whichever they like.
        conditions.push(parameter("alive", "alive", Kind::Boolean, false));
        if name == "person" || name == "renamed" {
            conditions[0].required = true;
        } else {
            conditions.truncate(1);
            conditions[0].required = true;
            columns.truncate(2);
        }
        ViewResource {
            schema: self.schema.to_owned(),
            view: name.to_owned(),
            parameters: conditions,
            shape: Shape { columns, most_rows: 100 },
        }
    }
}

async fn one(provider: &SqlView, view: &str, id: &str) -> Result<Answer, ProviderFault> {
    provider.ask(&ask(view, json!({"id": id}), &["name", "age"])).await
}

#[tokio::test]
async fn granted_columns_of_equal_rows() {
    let provided = Provided::new("outbound_rows").await;
    let provider = provided.provider();
    let fields = ["name", "age", "paid", "born", "seen", "alive"];
    let parameters = json!({"id": "1", "age": 71, "born": "1955-01-02", "alive": true});
    let answer = provider.ask(&ask("person", parameters, &fields)).await.unwrap();
    let expected = json!({"name": "张三", "age": 71, "paid": "0.10", "born": "1955-01-02",
        "seen": "2026-03-14T12:00:00+00:00", "alive": true});
    assert_eq!(answer.rows.into_iter().map(Value::from).collect::<Vec<_>>(), [expected]);
    let answer = provider.ask(&ask("person", json!({"id": "1", "age": 70}), &["age"])).await;
    assert!(answer.unwrap().rows.is_empty());
    let null = one(&provider, "person", "2").await.unwrap_err();
    assert!(matches!(null, ProviderFault::Lied(_)), "a name is required: {null:?}");
    provided.gone().await;
}

#[tokio::test]
async fn parameters_are_values_and_never_text_of_the_statement() {
    let provided = Provided::new("outbound_bound").await;
    let provider = provided.provider();
    let before = provided.persons().await;
    let found = one(&provider, "person", "'; DROP TABLE person_table; --").await.unwrap();
    assert_eq!(found.rows[0]["name"], "李四", "it is the name of a row");
    for text in ["1' OR '1'='1", "$1", "1; SELECT 1", "\\", "\"id\"", "%"] {
        assert!(one(&provider, "person", text).await.unwrap().rows.is_empty(), "{text}");
    }
    let typed = ask("person", json!({"id": "1", "age": "1 OR 1=1"}), &["name"]);
    assert!(matches!(provider.ask(&typed).await, Err(ProviderFault::Asked(_))));
    assert_eq!(provided.persons().await, before);
    provided.gone().await;
}

#[tokio::test]
async fn nothing_is_written() {
    let provided = Provided::new("outbound_reading").await;
    let provider = provided.provider();
    let before = provided.persons().await;
    let refused = one(&provider, "writing", "1").await.unwrap_err();
    let expected =
        ProviderFault::Refused { said: "25006".into(), retry_after: None, unwell: false };
    assert_eq!(refused, expected, "a read-only transaction");
    assert_eq!(provided.persons().await, before);
    provided.gone().await;
}

#[tokio::test]
async fn what_takes_too_long_is_ended_by_the_server() {
    let provided = Provided::new("outbound_slow").await;
    let provider = provided.provider();
    let begun = Instant::now();
    let slow = one(&provider, "slow", "1").await.unwrap_err();
    assert!(matches!(slow, ProviderFault::TimedOut(_)), "{slow:?}");
    assert!(begun.elapsed() < Duration::from_secs(15), "it would have slept for longer");
    // Given up by the caller: the server still ends it, and the connections serve again.
    let mut impatient = ask("slow", json!({"id": "1"}), &["name"]);
    impatient.patience = Duration::from_millis(50);
    for _ in 0..3 {
        assert!(matches!(provider.ask(&impatient).await, Err(ProviderFault::TimedOut(_))));
    }
    assert_eq!(one(&provider, "person", "1").await.unwrap().rows.len(), 1);
    provided.gone().await;
}

#[tokio::test]
async fn no_more_than_may_be_is_held() {
    let provided = Provided::new("outbound_large").await;
    // To make 50 MB takes the server a while, which is not what this is about.
    let patience = Duration::from_secs(60);
    let access = ForeignAccess { statement: patience, ..provided.access() };
    let limits = ViewLimits { deadline_ms: 60_000, largest: 100_000 };
    let views = ["large", "person"].map(|name| (name.to_owned(), provided.view(name)));
    let clock = Arc::new(SystemClock);
    let provider = SqlView::new(access, &here(), limits, views.into(), clock.clone()).unwrap();
    let mut question = ask("large", json!({"id": "1"}), &["name", "age"]);
    question.patience = patience;
    let large = provider.ask(&question).await.unwrap_err();
    assert_eq!(large, ProviderFault::TooLarge { limit: 100_000, unit: "bytes" });
    assert_eq!(one(&provider, "person", "1").await.unwrap().rows.len(), 1);
    let mut views = BTreeMap::from([("many".to_owned(), provided.view("person"))]);
    let view = views.get_mut("many").unwrap();
    view.parameters[0].required = false;
    view.parameters[1].required = true;
    let limits = ViewLimits::default();
    let provider = SqlView::new(provided.access(), &here(), limits, views, clock).unwrap();
    let many = provider.ask(&ask("many", json!({"age": 33}), &["age"])).await.unwrap_err();
    assert_eq!(many, ProviderFault::TooLarge { limit: 100, unit: "rows" });
    provided.gone().await;
}

#[tokio::test]
async fn what_is_not_there_or_named_otherwise_is_a_lie() {
    let provided = Provided::new("outbound_renamed").await;
    let provider = provided.provider();
    for view in ["missing", "renamed"] {
        let lied = one(&provider, view, "1").await.unwrap_err();
        let ProviderFault::Lied(faults) = lied else { panic!("{lied:?}") };
        assert_eq!(faults[0].code, "undeclared");
    }
    assert_eq!(one(&provider, "person", "1").await.unwrap().rows.len(), 1);
    provided.gone().await;
}

#[tokio::test]
async fn a_database_that_is_away_is_unreachable() {
    let provided = Provided::new("outbound_away").await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = listener.local_addr().unwrap();
    drop(listener);
    let access = ForeignAccess { server, connect: Duration::from_millis(500), ..provided.access() };
    let away = one(&provided.provider_with(access), "person", "1").await.unwrap_err();
    assert!(matches!(away, ProviderFault::Unreachable(_)), "{away:?}");
    let mut view = provided.view("person");
    view.parameters[0].required = false;
    view.shape.columns[0].source = "a\0".into();
    let views = BTreeMap::from([("a".to_owned(), view)]);
    let elsewhere = Networks::new(&["10.0.0.0/8"]).unwrap();
    let clock = Arc::new(SystemClock);
    let fault = SqlView::new(provided.access(), &elsewhere, ViewLimits::default(), views, clock);
    let fault = fault.err().unwrap();
    let codes: Vec<&str> = fault.errors().iter().map(|one| one.code.as_str()).collect();
    assert_eq!(codes, ["outside_networks", "name", "unconditional"]);
    provided.gone().await;
}
