//! Writes draws for other verifiers: the test vectors, or random ones of which some are bent.

#[path = "../tests/it/cases/mod.rs"]
mod cases;

use std::error::Error;
use std::path::PathBuf;

use clap::Parser;
use serde_json::json;

use cases::{Dice, Setting, bend, drawn, keys, samples};

/// What to write.
#[derive(Debug, Parser)]
enum Options {
    /// The test vectors, as they are kept in `libs/draw/tests/vectors`.
    Vectors {
        /// Where to.
        directory: PathBuf,
    },
    /// Random draws, one a file; `expected.json` says of each whether it holds, and the logs' keys.
    Cases {
        /// Where to.
        directory: PathBuf,
        /// How many.
        #[arg(long, default_value_t = 1_000)]
        count: u64,
        /// The same seed makes the same draws.
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
}

fn main() -> Result<(), Box<dyn Error>> {
    match Options::parse() {
        Options::Vectors { directory } => {
            for (name, text) in cases::vectors()? {
                std::fs::write(directory.join(name), text)?;
            }
        }
        Options::Cases { directory, count, seed } => {
            let mut expected = Vec::new();
            for number in 0..count {
                let mut dice = Dice::new(seed * 1_000_000 + number);
                let (verdict, what, text) = one(number, &mut dice)?;
                let file = format!("{number:04}.json");
                std::fs::write(directory.join(&file), text)?;
                expected.push(json!({"file": file, "expected": verdict, "what": what}));
            }
            let all = json!({"cases": expected, "keys": keys()?});
            std::fs::write(directory.join("expected.json"), all.to_string())?;
        }
    }
    Ok(())
}

/// What a verifier has to say of a draw (nothing when only that all say the same), what it is, its text.
type Case = (Option<bool>, &'static str, Vec<u8>);

fn one(number: u64, dice: &mut Dice) -> Result<Case, Box<dyn Error>> {
    let right = |dice: &mut Dice| {
        let setting = Setting::new(samples::any(dice), dice);
        drawn(&setting, dice)?.text()
    };
    Ok(match number % 10 {
        0..6 => (Some(true), "right", right(dice)?.into_bytes()),
        6 => {
            let mut text = right(dice)?.into_bytes();
            let place = dice.below(text.len());
            text[place] ^= 1 << dice.below(8);
            (None, "a bit turned", text)
        }
        _ => {
            let place = (number / 10 * 3 + number % 10) as usize;
            let (name, _, bend) = bend::all().cycle().nth(place).ok_or("nothing to bend")?;
            (Some(false), name, bend.text(dice)?.into_bytes())
        }
    })
}
