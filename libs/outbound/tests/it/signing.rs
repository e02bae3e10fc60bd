//! Signatures: what other tools computed, what comes back, and what does not.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::{Strategy, any, prop, prop_assert, prop_assert_eq, proptest};
use tongban_kernel::{Entropy, Fault, SystemEntropy};
use tongban_outbound::signing::{
    Joining, MemoryGuard, National, NationalCall, Outgoing, Pushed, PushedCall, Secret, Sign,
    SignatureFault, Sm, SmCall, SmSettings, SmVerifier, WINDOW,
};

const RID: &str = "11320706MB0000001B";
const SID: &str = "S_320706_0001";
const SECRET: &str = "appsecret-of-a-test";
const BODY: &[u8] = b"{\"a\":1}";
/// 2026-03-11T01:42:10.123Z
const MILLIS: i64 = 1_773_193_330_123;

type Headers = BTreeMap<String, String>;

/// Gives 0123456789abcdef… in hexadecimal.
struct Fixed;

impl Entropy for Fixed {
    fn fill(&self, buffer: &mut [u8]) {
        for (index, byte) in buffer.iter_mut().enumerate() {
            *byte = [0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef][index % 8];
        }
    }
}

fn at(millis: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(millis).unwrap()
}

fn secret(text: &str) -> Secret {
    Secret::new(text).unwrap()
}

fn signed(sign: &dyn Sign, entropy: &dyn Entropy) -> Headers {
    let outgoing = Outgoing { requester: RID, service: SID, body: BODY };
    sign.headers(outgoing, at(MILLIS), entropy).unwrap().into_iter().collect()
}

fn get<'a>(headers: &'a Headers) -> impl Fn(&str) -> Option<&'a str> {
    |name| headers.get(name).map(String::as_str)
}

fn headers<const N: usize>(values: [(&str, &str); N]) -> Headers {
    values.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

fn national(headers: &Headers, secret: &Secret, now: i64) -> Result<(), SignatureFault> {
    NationalCall::read(National::EXCHANGE, get(headers))?.verify(secret, at(now), WINDOW)?;
    Ok(())
}

fn sm(
    headers: &Headers,
    verifier: &SmVerifier,
    body: &[u8],
    now: i64,
) -> Result<(), SignatureFault> {
    let call = SmCall::read(&SmSettings::default(), get(headers))?;
    call.verify(verifier, body, at(now), WINDOW)?;
    Ok(())
}

fn pushed(headers: &Headers, secret: &Secret, body: &[u8], now: i64) -> Result<(), SignatureFault> {
    PushedCall::read(get(headers))?.verify(RID, secret, body, at(now), WINDOW)?;
    Ok(())
}

/// `printf %s sid rid rtime | openssl dgst -sha256 -hmac …`
#[test]
fn the_national_signature_is_the_one_openssl_computes() {
    let expected = headers([
        ("gjgxjhpt_rid", RID),
        ("gjgxjhpt_sid", SID),
        ("gjgxjhpt_rtime", "1773193330123"),
        ("gjgxjhpt_sign", "NXHAVWA5NZWw/bn5hpcE7e+3Hts3kHP4oL0a3UMro84="),
    ]);
    let sign = National::new(National::EXCHANGE, secret(SECRET));
    assert_eq!(signed(&sign, &Fixed), expected);
    national(&expected, &secret(SECRET), MILLIS).unwrap();
    let sign = National::new(National::SERVICES, secret(SECRET));
    assert!(signed(&sign, &Fixed).contains_key("gjzwfwpt_sign"));
}

/// `printf %s nonce.time.body | openssl dgst -sm3 -hmac …`
#[test]
fn the_push_signature_is_the_one_openssl_computes() {
    let expected = headers([
        ("tongban-nonce", "0123456789abcdef0123456789abcdef"),
        ("tongban-time", "1773193330"),
        (
            "tongban-signature",
            "hmac-sm3=3567e66cf0900926e52e704524b61b4b0f0a850d7d8042ef2f8144ca8ac1454d",
        ),
    ]);
    assert_eq!(signed(&Pushed::new(secret(SECRET)), &Fixed), expected);
    pushed(&expected, &secret(SECRET), BODY, MILLIS).unwrap();
}

/// Both signed with `openssl dgst -sm3 -sigopt distid:1234567812345678 -sign …`: the SM3 digest of the pairs, and the
/// joined values as they are.
#[test]
fn what_openssl_signed_with_sm2_holds() {
    let public = hex::decode(
        "0474e92ce9eb2c2b2e7388235e23c813e9710e99842467b8bacf3dbc59480272e9\
         8f63427d13f50f4e9a0a1c6e97a9a7aed15c9773588247f04315809d37008355",
    )
    .unwrap();
    let pairs = SmSettings::default();
    let values =
        SmSettings { joining: Joining::Values, digest_first: false, ..SmSettings::default() };
    let signatures = [
        (
            pairs,
            "hpAOld45/bEqJ85QIOvmx5avmcH4MfNSAr6Y7jztJhOvp6/nLtJldejsokbYE/vO978jSoMWj7eIo0SL1V+7RQ==",
        ),
        (
            values,
            "ux3NY2mHsVnQaVskcjCUK7+T5VCMWQBlAb03zk3ZEz457C6YBxXvSdlyUPMOFr/DQEZ1nUwfTPRfVMyez1m7og==",
        ),
    ];
    for (settings, sign) in signatures {
        let headers = headers([
            ("tongban-sm-rid", RID),
            ("tongban-sm-sid", SID),
            ("tongban-sm-nonce", "0123456789abcdef0123456789abcdef"),
            ("tongban-sm-time", "1773193330123"),
            ("tongban-sm-sign", sign),
        ]);
        let verifier = SmVerifier::new(settings.clone(), &public).unwrap();
        let call = SmCall::read(&settings, get(&headers)).unwrap();
        call.verify(&verifier, BODY, at(MILLIS), WINDOW).unwrap();
        let other = call.verify(&verifier, b"{\"a\":2}", at(MILLIS), WINDOW);
        assert_eq!(other, Err(SignatureFault::Wrong));
    }
}

fn sm_key(byte: u8) -> Sm {
    Sm::new(SmSettings::default(), &[byte; 32]).unwrap()
}

#[test]
fn the_clock_is_told_apart_from_the_signature() {
    let key = sm_key(7);
    let (a, b, c) = (
        signed(&National::new(National::EXCHANGE, secret(SECRET)), &Fixed),
        signed(&key, &SystemEntropy),
        signed(&Pushed::new(secret(SECRET)), &SystemEntropy),
    );
    let window = WINDOW.num_milliseconds();
    let at_second = MILLIS / 1_000 * 1_000;
    for sign in [-1, 1] {
        let (edge, beyond) = (MILLIS + sign * window, MILLIS + sign * (window + 1));
        let skewed = |done: Result<(), SignatureFault>| match done {
            Err(SignatureFault::Skewed { apart, window }) => (apart, window) == (sign * 300, 300),
            _ => false,
        };
        assert_eq!(national(&a, &secret(SECRET), edge), Ok(()));
        assert!(skewed(national(&a, &secret(SECRET), beyond)));
        assert_eq!(sm(&b, &key.verifier(), BODY, edge), Ok(()));
        assert!(skewed(sm(&b, &key.verifier(), BODY, beyond)));
        assert_eq!(pushed(&c, &secret(SECRET), BODY, at_second + sign * window), Ok(()));
        assert!(skewed(pushed(&c, &secret(SECRET), BODY, at_second + sign * (window + 1))));
    }
    let long_after = MILLIS + 86_400_000;
    let other = secret("another");
    assert_eq!(national(&a, &other, long_after), Err(SignatureFault::Wrong), "signature first");
}

#[test]
fn missing_and_malformed_headers_are_named() {
    let mut found = signed(&National::new(National::EXCHANGE, secret(SECRET)), &Fixed);
    found.remove("gjgxjhpt_rid");
    found.insert("gjgxjhpt_sign".into(), String::new());
    let Err(SignatureFault::Missing(names)) = national(&found, &secret(SECRET), MILLIS) else {
        panic!("two are missing")
    };
    assert_eq!(names, ["gjgxjhpt_rid", "gjgxjhpt_sign"]);
    for time in ["177319333012", "17731933301230", "+773193330123", "177319333012x"] {
        let mut found = signed(&National::new(National::EXCHANGE, secret(SECRET)), &Fixed);
        found.insert("gjgxjhpt_rtime".into(), time.into());
        let malformed = Err(SignatureFault::Malformed("gjgxjhpt_rtime".into()));
        assert_eq!(national(&found, &secret(SECRET), MILLIS), malformed);
    }
    let key = sm_key(7);
    for (name, value) in
        [("tongban-sm-nonce", "short"), ("tongban-sm-rid", "a&sid=b"), ("tongban-sm-sign", "*")]
    {
        let mut found = signed(&key, &Fixed);
        found.insert(name.into(), value.into());
        let malformed = Err(SignatureFault::Malformed(name.into()));
        assert_eq!(sm(&found, &key.verifier(), BODY, MILLIS), malformed);
    }
}

#[tokio::test]
async fn a_second_time_is_a_replay_and_not_a_skew() {
    let guard = MemoryGuard::new(10, 10);
    let found = signed(&National::new(National::EXCHANGE, secret(SECRET)), &Fixed);
    let call = NationalCall::read(National::EXCHANGE, get(&found)).unwrap();
    let verified = call.verify(&secret(SECRET), at(MILLIS), WINDOW).unwrap();
    verified.first_time(&guard, at(MILLIS)).await.unwrap();
    let again = call.verify(&secret(SECRET), at(MILLIS) + WINDOW, WINDOW).unwrap();
    let fault = again.first_time(&guard, at(MILLIS) + WINDOW).await.unwrap_err();
    assert_eq!(fault.code(), "replayed");
    let late = at(MILLIS) + WINDOW + TimeDelta::milliseconds(1);
    let fault = Fault::from(call.verify(&secret(SECRET), late, WINDOW).unwrap_err());
    assert_eq!(fault.code(), "outside_time_window");
    assert_eq!(Fault::from(SignatureFault::Wrong).code(), "bad_signature");
}

fn text() -> impl Strategy<Value = String> {
    "[!-%'-<>-~]{1,40}"
}

proptest! {
    #[test]
    fn what_is_signed_verifies_and_nothing_else(
        rid in text(), sid in text(), key in prop::collection::vec(any::<u8>(), 1..80),
        millis in 1_000_000_000_000_i64..9_999_999_999_999, other in text(),
    ) {
        let secret = Secret::new(key.clone()).unwrap();
        let sign = National::new("x_", secret.clone());
        let outgoing = Outgoing { requester: &rid, service: &sid, body: b"" };
        let found: Headers = sign.headers(outgoing, at(millis), &SystemEntropy).unwrap().into_iter().collect();
        let call = NationalCall::read("x_", get(&found)).unwrap();
        prop_assert_eq!((&call.requester, &call.service), (&rid, &sid));
        prop_assert!(call.verify(&secret, at(millis), WINDOW).is_ok());
        let mut longer = key;
        longer.push(1);
        let wrong = call.verify(&Secret::new(longer).unwrap(), at(millis), WINDOW);
        prop_assert_eq!(wrong, Err(SignatureFault::Wrong));
        if other != sid {
            let mut bent = found;
            bent.insert("x_sid".into(), other);
            let call = NationalCall::read("x_", get(&bent)).unwrap();
            prop_assert_eq!(call.verify(&secret, at(millis), WINDOW), Err(SignatureFault::Wrong));
        }
    }

    #[test]
    fn a_push_is_bound_to_every_byte_of_its_body(
        body in prop::collection::vec(any::<u8>(), 1..200), place in any::<prop::sample::Index>(),
        bit in 0_u8..8, millis in 1_000_000_000_000_i64..9_999_999_999_999,
    ) {
        let secret = secret(SECRET);
        let outgoing = Outgoing { requester: RID, service: SID, body: &body };
        let sign = Pushed::new(secret.clone());
        let found: Headers = sign.headers(outgoing, at(millis), &SystemEntropy).unwrap().into_iter().collect();
        prop_assert_eq!(pushed(&found, &secret, &body, millis), Ok(()));
        let mut bent = body.clone();
        bent[place.index(body.len())] ^= 1 << bit;
        prop_assert_eq!(pushed(&found, &secret, &bent, millis), Err(SignatureFault::Wrong));
    }

    #[test]
    fn an_sm2_signature_is_bound_to_all_it_covers(
        rid in text(), sid in text(), body in prop::collection::vec(any::<u8>(), 0..100), part in 0_usize..5,
    ) {
        let key = sm_key(9);
        let outgoing = Outgoing { requester: &rid, service: &sid, body: &body };
        let mut found: Headers = key.headers(outgoing, at(MILLIS), &SystemEntropy).unwrap().into_iter().collect();
        prop_assert_eq!(sm(&found, &key.verifier(), &body, MILLIS), Ok(()));
        let other = sm_key(10).verifier();
        prop_assert_eq!(sm(&found, &other, &body, MILLIS), Err(SignatureFault::Wrong));
        let mut body = body;
        let (name, value) = match part {
            0 => ("tongban-sm-rid", format!("{rid}0")),
            1 => ("tongban-sm-sid", format!("0{sid}")),
            2 => ("tongban-sm-nonce", "f".repeat(32)),
            3 => ("tongban-sm-time", (MILLIS + 1).to_string()),
            _ => {
                body.push(b' ');
                ("unrelated", String::new())
            }
        };
        found.insert(name.into(), value);
        prop_assert_eq!(sm(&found, &key.verifier(), &body, MILLIS), Err(SignatureFault::Wrong));
    }
}
