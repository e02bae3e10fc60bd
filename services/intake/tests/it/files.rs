//! Uploading and downloading.

use reqwest::Method;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tongban_kernel::Role;
use tongban_testkit::people::{self, APPROVAL_BUREAU, GANYU, HAIZHOU};
use tongban_testkit::{TestCity, on_every_backend};

use crate::town::{self, CASES, FILES, step};

const MEGABYTE: usize = 1024 * 1024;

fn pdf(size: usize) -> Vec<u8> {
    let mut bytes = b"%PDF-1.7\n".to_vec();
    bytes.resize(size, b' ');
    bytes
}

on_every_backend! {
    services: town::services(),

    async fn a_file_comes_back_as_it_went_in(city: &TestCity) {
        let company = city.caller(&town::org());
        let bytes = pdf(3 * MEGABYTE);
        let kept = company.upload(FILES, "../桌面/施工合同.PDF", bytes.clone()).await.expect(201).body;
        assert_eq!((&kept["name"], &kept["media_type"]), (&json!("施工合同.PDF"), &json!("application/pdf")));
        assert_eq!((&kept["size"], kept["sm3"].as_str().unwrap().len()), (&json!(3 * MEGABYTE), 64));
        let path = format!("{FILES}/{}", kept["id"].as_str().unwrap());
        let back = company.request(Method::GET, &path).send().await.unwrap();
        let header = |name: &str| back.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(header("content-type"), "application/pdf");
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert_eq!(
            header("content-disposition"),
            "attachment; filename=\"file.PDF\"; filename*=UTF-8''%E6%96%BD%E5%B7%A5%E5%90%88%E5%90%8C.PDF"
        );
        assert!(back.bytes().await.unwrap() == bytes);
    }

    async fn faulty_files_are_refused(city: &TestCity) {
        let company = city.caller(&town::org());
        for (name, bytes, code) in [
            ("a.exe", b"MZ".to_vec(), "unsupported_file"),
            ("noextension", pdf(20), "unsupported_file"),
            ("a.pdf", Vec::new(), "empty_file"),
            ("a.png", pdf(20), "content_mismatch"),
            ("a.docx", b"PK\x03\x04 OFD.xml".to_vec(), "content_mismatch"),
            ("a.svg", Vec::new(), "invalid_file"),
        ] {
            let refused = company.upload(FILES, name, bytes).await.expect(422);
            assert_eq!(refused.code(), code, "{name}");
            assert!(refused.pointers().iter().all(|pointer| pointer == "/file"));
        }
        let json = company.post(FILES, &json!({"file": "x"})).await.expect(415);
        assert_eq!(json.code(), "not_multipart");
        let empty = reqwest::multipart::Form::new().text("other", "x");
        let request = company.request(Method::POST, FILES).multipart(empty);
        assert_eq!(company.send(request).await.expect(422).code(), "missing_file");
        let part = || reqwest::multipart::Part::bytes(pdf(20)).file_name("a.pdf");
        let two = reqwest::multipart::Form::new().part("file", part()).part("file", part());
        let request = company.request(Method::POST, FILES).multipart(two);
        assert_eq!(company.send(request).await.expect(422).code(), "several_files");
        let torn = company.request(Method::POST, FILES)
            .header("content-type", "multipart/form-data; boundary=x").body("--x\r\nnonsense");
        assert_eq!(company.send(torn).await.expect(400).code(), "unreadable_body");
    }

    async fn twenty_megabytes_are_the_limit(city: &TestCity) {
        let company = city.caller(&town::org());
        company.upload(FILES, "a.pdf", pdf(20 * MEGABYTE)).await.expect(201);
        let refused = company.upload(FILES, "a.pdf", pdf(20 * MEGABYTE + 1)).await.expect(413);
        assert_eq!(refused.code(), "file_too_large");
        // A body that does not say how long it is gets no further.
        let token = city.token(&town::org());
        let answer = chunked(city, &token, 24).await;
        assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
        assert!(answer.contains("file_too_large"), "{answer}");
    }

    async fn a_file_is_for_those_who_see_its_case(city: &TestCity) {
        town::settle(city).await;
        let company = city.caller(&town::org());
        let loose = company.upload(FILES, "a.pdf", pdf(20)).await.expect(201).body;
        let loose = format!("{FILES}/{}", loose["id"].as_str().unwrap());
        let id = town::filed(city).await;
        let case = company.get(&format!("{CASES}/{id}")).await.expect(200).body;
        let carried = format!("{FILES}/{}", case["materials"][0]["file_id"].as_str().unwrap());
        let supervisor = |region| people::officer("s", "11320700MB0000001L", region, &[Role::Supervisor]);
        for principal in [town::org(), town::clerk(), town::approver(), supervisor("320700")] {
            city.caller(&principal).get(&carried).await.expect(200);
        }
        for principal in [
            town::other_org(),
            supervisor(GANYU),
            people::officer("c", "11320706MB0000005P", HAIZHOU, &[Role::WindowClerk]),
            people::officer("c", APPROVAL_BUREAU, GANYU, &[Role::WindowClerk]),
            people::officer("c", APPROVAL_BUREAU, HAIZHOU, &[Role::MatterEditor]),
        ] {
            let refused = city.caller(&principal).get(&carried).await.expect(403);
            assert_eq!(refused.code(), "not_your_file");
        }
        assert_eq!(city.caller(&town::clerk()).get(&loose).await.expect(403).code(), "not_your_file");
        company.get(&loose).await.expect(200);
        let nothing = format!("{FILES}/00000000-0000-4000-8000-000000000000");
        company.get(&nothing).await.expect(404);
        assert_eq!(company.get(&format!("{FILES}/x")).await.expect(400).code(), "bad_path");

        // What was handed in first stays readable after it was replaced.
        let notice = json!({"items": [{"pointer": "/materials/M01", "message": "请盖章"}]});
        city.caller(&town::clerk()).post(&step(&id, "correction"), &notice).await.expect(200);
        let materials = town::materials(&company, &["M01", "M02", "M03", "M04"]).await;
        let again = json!({"form": town::form(), "materials": materials});
        company.post(&step(&id, "resubmission"), &again).await.expect(200);
        city.caller(&town::clerk()).get(&carried).await.expect(200);
    }
}

/// Uploads so many megabytes in chunks, without a length.
async fn chunked(city: &TestCity, token: &str, megabytes: usize) -> String {
    let address = city.base().replace("http://", "");
    let mut stream = TcpStream::connect(&address).await.unwrap();
    let head = format!(
        "POST {FILES} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: multipart/form-data; boundary=x\r\nTransfer-Encoding: chunked\r\n\
         Connection: close\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let part =
        "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.pdf\"\r\n\r\n%PDF-1.7";
    let chunk = |bytes: &[u8]| {
        let mut chunk = format!("{:x}\r\n", bytes.len()).into_bytes();
        chunk.extend_from_slice(bytes);
        chunk.extend_from_slice(b"\r\n");
        chunk
    };
    stream.write_all(&chunk(part.as_bytes())).await.unwrap();
    let megabyte = chunk(&vec![b' '; MEGABYTE]);
    for _ in 0..megabytes {
        stream.write_all(&megabyte).await.unwrap();
    }
    stream.write_all(&chunk(b"\r\n--x--\r\n")).await.unwrap();
    stream.write_all(b"0\r\n\r\n").await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}
