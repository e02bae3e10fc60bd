//! The end of every scenario: the books are compared, and everything acknowledged is looked for.

use std::path::Path;

use tongban_e2e::traffic::{Counts, Seen, Told, Verdict, acknowledged};
use tongban_e2e::{City, Error, Launch};

/// Seconds that what is on its way may take.
const SETTLE: &str = "300";
/// Offenders that are printed; all are in the file.
const PRINTED: usize = 40;

/// Compares and counts; prints what it found. Whether nothing is lost, doubled or wrong.
///
/// # Errors
/// When it cannot be judged.
pub async fn judge(
    launch: &Launch,
    city: &City,
    told: &[Told],
    counts: &Counts,
    work: &Path,
) -> Result<bool, Error> {
    let file = work.join("acknowledged.json");
    write(&file, &acknowledged(told).to_string())?;
    let name = file.to_string_lossy();
    let what = ["verify", "city", "--settle", SETTLE, "--acknowledged", &name];
    let (content, said) = launch.ask(&what).await?;
    let mut offenders: Vec<String> = counts.strange.clone();
    for line in said.lines().filter(|line| !line.starts_with('{')) {
        println!("{line}");
        if line.contains("DIFFERS") {
            offenders.push(line.to_owned());
        }
    }
    if !content && offenders.is_empty() {
        offenders.push(format!("tongban verify city failed: {said}"));
    }
    let (content, said) = launch.ask(&["verify", "ledger"]).await?;
    if !content {
        offenders.push(format!("tongban verify ledger failed: {said}"));
    }

    let seen = Seen::read(city).await?;
    let mut verdict = Verdict::of(told, &seen);
    verdict.strange(&offenders);
    println!(
        "\n{} requests: {} without an answer, put off {:?}, {} repeated after their answer",
        counts.sent, counts.unanswered, counts.put_off, counts.confirmed
    );
    println!(
        "\n{:<12} {:>12} {:>8} {:>8} {:>8}",
        "effect", "acknowledged", "found", "doubled", "wrong"
    );
    for (effect, tally) in &verdict.effects {
        println!(
            "{:<12} {:>12} {:>8} {:>8} {:>8}",
            format!("{effect:?}").to_lowercase(),
            tally.acknowledged,
            tally.found,
            tally.doubled,
            tally.wrong
        );
    }
    for offender in verdict.offenders.iter().take(PRINTED) {
        println!("不符 OFFENDER  {offender}");
    }
    if !verdict.offenders.is_empty() {
        let all = work.join("offenders.txt");
        write(&all, &verdict.offenders.join("\n"))?;
        println!("all {}: {}", verdict.offenders.len(), all.display());
    }
    println!("\n{}", verdict.sum());
    // A run in which nothing was done would prove nothing.
    Ok(verdict.holds() && verdict.sum().acknowledged > 0)
}

fn write(file: &Path, text: &str) -> Result<(), Error> {
    std::fs::write(file, text)
        .map_err(|error| Error::File(file.display().to_string(), error.to_string()))
}
