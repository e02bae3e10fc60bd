//! SOAP.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse as _;
use axum::routing::post;
use serde_json::{Value, json};
use tongban_outbound::shape::{Kind, Shape};
use tongban_outbound::soap::{Soap, SoapResource, Version};
use tongban_outbound::{Answer, Provider as _, ProviderFault};

use crate::stub::{Seen, Stub, ask, column, parameter};

const NAMESPACES: [(&str, &str); 2] = [
    ("11", "http://schemas.xmlsoap.org/soap/envelope/"),
    ("12", "http://www.w3.org/2003/05/soap-envelope"),
];

fn envelope(version: &str, body: &str) -> String {
    let namespace = NAMESPACES.iter().find(|(own, _)| *own == version).unwrap().1;
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><e:Envelope xmlns:e=\"{namespace}\" \
         xmlns:i=\"http://www.w3.org/2001/XMLSchema-instance\"><e:Header/><e:Body>{body}</e:Body></e:Envelope>"
    )
}

const PERSONS: &str = "<r:queryResponse xmlns:r=\"urn:test\"><r:return><person id=\"7\"><xm>张&lt;三&#38;</xm>\
    <nl>71</nl><zt i:nil=\"true\"/></person><person id=\"8\"><xm/><nl> 8 </nl></person></r:return></r:queryResponse>";

/// The routes of a version: `/<version>/<what it does>`.
pub fn answers(version: &'static str, kind: &'static str) -> Router<Arc<Seen>> {
    let fault = match version {
        "11" => {
            "<e:Fault><faultcode>e:Client</faultcode><faultstring>身份证号 110…</faultstring></e:Fault>"
        }
        _ => "<e:Fault><e:Code><e:Value>e:Receiver</e:Value></e:Code></e:Fault>",
    };
    let renamed = PERSONS.replace("xm>", "name>").replace("<xm/>", "");
    let bodies = [
        ("persons", envelope(version, PERSONS)),
        ("renamed", envelope(version, &renamed)),
        ("moved", envelope(version, &PERSONS.replace("return", "result"))),
        ("none", envelope(version, "<queryResponse><return/></queryResponse>")),
        ("twice", envelope(version, &PERSONS.replace("<nl>71</nl>", "<nl>71</nl><nl>17</nl>"))),
        (
            "dtd",
            format!(
                "<!DOCTYPE x [<!ENTITY y SYSTEM \"file:///etc/passwd\">]>{}",
                envelope(version, "&y;")
            ),
        ),
        ("bare", PERSONS.replace(" i:nil=\"true\"", "")),
        ("other", envelope(if version == "11" { "12" } else { "11" }, PERSONS)),
    ];
    let mut router = Router::new();
    for (name, body) in bodies {
        let answer = move || async move { ([(header::CONTENT_TYPE, kind)], body) };
        router = router.route(&format!("/{version}/{name}"), post(answer));
    }
    let fault = envelope(version, fault);
    let answer = move || async move {
        (StatusCode::INTERNAL_SERVER_ERROR, [(header::CONTENT_TYPE, kind)], fault).into_response()
    };
    router.route(&format!("/{version}/fault"), post(answer))
}

fn resource(version: Version, path: &str) -> SoapResource {
    let mut state = column("state", "zt", Kind::Text);
    state.required = false;
    SoapResource {
        service: "S2".into(),
        version,
        path: path.into(),
        action: "urn:test#query".into(),
        namespace: "urn:test".into(),
        operation: "query".into(),
        qualified: true,
        parameters: vec![
            parameter("id", "sfzh", Kind::Text, false),
            parameter("age", "nl", Kind::Integer, false),
        ],
        rows: "queryResponse/return/person".into(),
        shape: Shape {
            columns: vec![
                column("number", "@id", Kind::Integer),
                column("name", "xm", Kind::Text),
                column("age", "nl", Kind::Integer),
                state,
            ],
            most_rows: 10,
        },
    }
}

fn provider(stub: &Stub) -> Soap {
    let mut resources = BTreeMap::new();
    for (prefix, version) in [("11", Version::V11), ("12", Version::V12)] {
        for name in
            ["persons", "renamed", "moved", "none", "twice", "dtd", "bare", "other", "fault"]
        {
            let path = format!("{prefix}/{name}");
            resources.insert(path.clone(), resource(version, &path));
        }
    }
    resources.insert("hang".into(), resource(Version::V11, "person"));
    Soap::new(stub.link(None), resources).unwrap()
}

async fn asked(stub: &Stub, path: &str) -> Result<Answer, ProviderFault> {
    provider(stub).ask(&ask(path, json!({}), &["number", "name", "age", "state"])).await
}

#[tokio::test]
async fn answers_of_both_versions_become_rows() {
    let stub = Stub::start().await;
    for version in ["11", "12"] {
        let answer = asked(&stub, &format!("{version}/persons")).await.unwrap();
        let rows: Vec<Value> = answer.rows.into_iter().map(Value::from).collect();
        let expected = [
            json!({"number": 7, "name": "张<三&", "age": 71, "state": null}),
            json!({"number": 8, "name": "", "age": 8, "state": null}),
        ];
        assert_eq!(rows, expected);
        assert!(asked(&stub, &format!("{version}/none")).await.unwrap().rows.is_empty());
    }
}

#[tokio::test]
async fn parameters_are_texts_and_nothing_else() {
    let stub = Stub::start().await;
    let nasty = "</o:sfzh><o:admin>1</o:admin>&x;\"']]><!--";
    let parameters = json!({"id": nasty, "age": 7});
    provider(&stub).ask(&ask("11/persons", parameters.clone(), &["name"])).await.unwrap();
    let (_, headers, body) = stub.last();
    assert_eq!(headers["soapaction"], "\"urn:test#query\"");
    assert_eq!(headers["content-type"], "text/xml; charset=utf-8");
    let expected = "<o:query xmlns:o=\"urn:test\"><o:sfzh>&lt;/o:sfzh&gt;&lt;o:admin&gt;1&lt;/o:admin&gt;&amp;x;&quot;\
        &apos;]]&gt;&lt;!--</o:sfzh><o:nl>7</o:nl></o:query>";
    let body = String::from_utf8(body).unwrap();
    assert!(body.contains(expected), "{body}");
    provider(&stub).ask(&ask("12/persons", parameters, &["name"])).await.unwrap();
    let (_, headers, _) = stub.last();
    assert!(!headers.contains_key("soapaction"));
    let kind = "application/soap+xml; charset=utf-8; action=\"urn:test#query\"";
    assert_eq!(headers["content-type"], kind);
    let calls = stub.calls();
    for bad in ["\u{ffff}", "\u{1}", "a\nb"] {
        let fault = provider(&stub).ask(&ask("11/persons", json!({"id": bad}), &["name"])).await;
        assert!(matches!(fault, Err(ProviderFault::Asked(_))), "{bad:?}");
    }
    assert_eq!(stub.calls(), calls);
}

#[tokio::test]
async fn faults_are_refusals_without_their_words() {
    let stub = Stub::start().await;
    let refused = |said: &str, unwell| {
        Err(ProviderFault::Refused { said: said.into(), retry_after: None, unwell })
    };
    assert_eq!(asked(&stub, "11/fault").await, refused("fault Client", false));
    assert_eq!(asked(&stub, "12/fault").await, refused("fault Receiver", true));
}

#[tokio::test]
async fn what_was_not_declared_is_not_given_on() {
    let stub = Stub::start().await;
    let codes = |done: Result<Answer, ProviderFault>| match done {
        Err(ProviderFault::Lied(faults)) => {
            faults.into_iter().map(|fault| fault.code).collect::<Vec<_>>()
        }
        other => panic!("{other:?}"),
    };
    for version in ["11", "12"] {
        let of = async |name: &str| codes(asked(&stub, &format!("{version}/{name}")).await);
        assert_eq!(of("renamed").await, ["missing", "missing"]);
        assert_eq!(of("moved").await, ["missing"]);
        assert_eq!(of("twice").await, ["kind"]);
        assert_eq!(of("dtd").await, ["document_type"]);
        assert_eq!(of("bare").await, ["envelope"]);
        assert_eq!(of("other").await, ["envelope"]);
    }
    assert_eq!(codes(asked(&stub, "hang").await), ["content_type"], "JSON where XML was declared");
}

#[tokio::test]
async fn every_fault_of_a_registration_is_named() {
    let stub = Stub::start().await;
    let mut bad = resource(Version::V11, "a/{b}");
    bad.operation = "a b".into();
    bad.action = "x\"\r\n".into();
    bad.rows = "a//b".into();
    bad.shape.columns[0].source = "a/@b/c".into();
    let fault = Soap::new(stub.link(None), BTreeMap::from([("a".into(), bad)])).err().unwrap();
    let found: Vec<&str> = fault.errors().iter().map(|one| one.pointer.as_str()).collect();
    let places = ["path", "operation", "action", "rows", "shape/columns/0/source"];
    assert_eq!(found, places.map(|place| format!("/resources/a/{place}")));
}
