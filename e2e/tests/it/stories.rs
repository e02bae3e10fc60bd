//! All stories, on the real binary: whole, and as a mesh.

use tongban_e2e::{City, Story, StoryOutcome};

use crate::running::Running;

async fn tell(city: &City) -> [StoryOutcome; 3] {
    let mut lines = String::new();
    let mut print = |line: &str| {
        lines.push_str(line);
        lines.push('\n');
    };
    let elder = tongban_e2e::elder(&mut Story::new(city, &mut print)).await;
    let company = match &elder {
        Ok(_) => Some(tongban_e2e::company(&mut Story::new(city, &mut print)).await),
        Err(_) => None,
    };
    let survey = match &company {
        Some(Ok(_)) => Some(tongban_e2e::survey(&mut Story::new(city, &mut print)).await),
        _ => None,
    };
    println!("{lines}");
    let elder = elder.unwrap_or_else(|error| panic!("{error}"));
    let company = company.unwrap().unwrap_or_else(|error| panic!("{error}"));
    let survey = survey.unwrap().unwrap_or_else(|error| panic!("{error}"));
    assert!(lines.contains("任何人复核"), "the draw is recomputed");
    assert!(lines.contains("期间届满"), "the days are counted");
    assert!(lines.contains("一次性补正告知 需补正 3 项"), "one notice names all three");
    [elder, company, survey]
}

/// A restaurant is drawn, inspected, published, and drawn again by its class; then the same with another.
async fn restaurants(running: Running) {
    let city = running.city();
    for _ in 0..2 {
        let mut lines = String::new();
        let mut print = |line: &str| {
            lines.push_str(line);
            lines.push('\n');
        };
        let told = tongban_e2e::restaurant(&mut Story::new(&city, &mut print)).await;
        println!("{lines}");
        told.unwrap_or_else(|error| panic!("{error}"));
        assert!(lines.contains("信用类别变更并说明"), "the class explains itself");
    }
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn restaurants_one_process() {
    restaurants(Running::whole().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn restaurants_mesh() {
    restaurants(Running::mesh().await).await;
}

/// Each story twice: the demonstration can be shown again and again.
async fn stories(running: Running) {
    let city = running.city();
    let first = tell(&city).await;
    let second = tell(&city).await;
    for (first, second) in first.iter().zip(&second) {
        assert_ne!(first.case_id, second.case_id);
        assert_ne!(first.case_number, second.case_number);
        assert_ne!(first.licence, second.licence);
    }
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stories_one_process() {
    stories(Running::whole().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stories_mesh() {
    stories(Running::mesh().await).await;
}

/// A counter that cannot review itself, and a bad review on the clock; then the same again.
async fn reviews(running: Running) {
    let city = running.city();
    for _ in 0..2 {
        let mut lines = String::new();
        let mut print = |line: &str| {
            lines.push_str(line);
            lines.push('\n');
        };
        let told = tongban_e2e::review(&mut Story::new(&city, &mut print)).await;
        println!("{lines}");
        told.unwrap_or_else(|error| panic!("{error}"));
        assert!(lines.contains("升级督办"), "what is late is escalated");
    }
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reviews_one_process() {
    reviews(Running::whole().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reviews_mesh() {
    reviews(Running::mesh().await).await;
}
