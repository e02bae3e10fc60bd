//! The sample city.

use std::sync::Arc;
use std::time::Instant;

use serde_json::{Value, json};
use tongban_contracts::identity::{AccountEvent, RegionEvent};
use tongban_identity::Identity;
use tongban_runtime::Service as _;
use tongban_testkit::people::citizen;
use tongban_testkit::{TestCity, on_every_backend};

use crate::people::{PASSWORD, host, loaded, sign_in, text_of, vouched};

fn file(city: &TestCity) -> std::path::PathBuf {
    city.settings.data_dir.join("sample-accounts.json")
}

/// How many a file of the sample city has.
fn count(city: &TestCity, name: &str) -> usize {
    let text = std::fs::read_to_string(city.settings.data.join("city").join(name)).expect("a file");
    serde_json::from_str::<Vec<Value>>(&text).expect("a list").len()
}

on_every_backend! {
    services: vec![Arc::new(Identity)],

    async fn loading_again_changes_nothing(city: &TestCity) {
        let started = Instant::now();
        let line = Identity.load(host(city), &city.settings.data).await.expect("loads").expect("a line");
        println!("loaded in {:?}: {line}", started.elapsed());
        assert!(line.starts_with("identity: 153 regions (153 new), 30 bodies (30 new), 224 accounts (224 new)"), "{line}");
        let before = std::fs::read_to_string(file(city)).expect("the file");
        let started = Instant::now();
        let line = Identity.load(host(city), &city.settings.data).await.expect("loads").expect("a line");
        println!("again in {:?}: {line}", started.elapsed());
        let accounts = count(city, "accounts.json") + count(city, "systems.json");
        let nothing = format!("153 regions (0 new), 30 bodies (0 new), {accounts} accounts (0 new)");
        assert!(line.contains(&nothing), "{line}");
        assert_eq!(std::fs::read_to_string(file(city)).expect("the file"), before);
        assert!(!line.contains(&text_of(&serde_json::from_str::<Value>(&before).expect("JSON")["password"])));
        assert_eq!(city.published::<RegionEvent>(|seen| seen.len() == 153).await.len(), 153);
        let published = city.published::<AccountEvent>(|seen| seen.len() == accounts).await;
        assert_eq!(published.len(), accounts);
    }

    async fn the_file_tells_how_to_sign_in(city: &TestCity) {
        let (password, secrets) = loaded(city).await;
        let text = std::fs::read_to_string(file(city)).expect("the file");
        let told: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(told["accounts"].as_array().expect("accounts").len(), count(city, "accounts.json"));
        assert_eq!(secrets.len(), 6);
        let clerk = told["accounts"].as_array().expect("accounts").iter()
            .find(|account| account["login"] == "clerk.haizhou.1").expect("the clerk").clone();
        assert_eq!(clerk, json!({"login": "clerk.haizhou.1", "name": "王建国", "kind": "officer",
            "roles": ["window_clerk"], "body": "11320706MB0000001B"}));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = std::fs::metadata(file(city)).expect("the file").permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        let session = sign_in(city, "citizen.chen", &password).await.expect(200);
        let principal = vouched(city, &text_of(&session.body["access_token"])).await;
        let deterministic = uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_DNS, b"citizen.chen");
        assert_eq!(principal.account, deterministic.to_string());
        assert_eq!(principal.name, "陈守义");
    }

    async fn own_changes_survive_a_load_and_a_lost_file_is_made_good(city: &TestCity) {
        let (password, _) = loaded(city).await;
        let session = sign_in(city, "citizen.chen", &password).await.expect(200);
        let chen = citizen(&text_of(&session.body["account"]["id"]), "陈守义");
        let change = json!({"current_password": password, "new_password": PASSWORD});
        city.caller(&chen).put("/identity/v1/me/password", &change).await.expect(200);
        loaded(city).await;
        sign_in(city, "citizen.chen", PASSWORD).await.expect(200);

        std::fs::remove_file(file(city)).expect("the file");
        let (fresh, secrets) = loaded(city).await;
        assert_ne!(fresh, password);
        sign_in(city, "citizen.chen", &fresh).await.expect(200);
        let form = [("grant_type", "client_credentials"), ("client_id", "line.city.bdc"),
            ("client_secret", &secrets["line.city.bdc"])];
        let request = city.anyone().request(reqwest::Method::POST, "/identity/v1/tokens").form(&form);
        city.anyone().send(request).await.expect(200);
    }
}
