//! How far the year has come, for those who wait.

use std::io::{IsTerminal as _, Write as _};
use std::rc::Rc;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::play::Stage;

/// Width of the bar.
const WIDTH: usize = 40;

/// Draws a bar, over itself on a terminal and by the tenth elsewhere; never ends.
pub async fn show(stage: Rc<Stage>) {
    let (whole, began) = (stage.cases.len().max(1), Instant::now());
    let terminal = std::io::stderr().is_terminal();
    let mut told = 0;
    loop {
        sleep(Duration::from_millis(if terminal { 250 } else { 1000 })).await;
        let done = stage.count.borrow().cases;
        let tenth = done * 10 / whole;
        if !terminal && tenth <= told {
            continue;
        }
        told = tenth;
        let full = done * WIDTH / whole;
        let seconds = began.elapsed().as_secs_f64();
        let rate = done as f64 / seconds;
        let waiting = stage.to_review.borrow().len();
        let (filled, rest) = ("█".repeat(full), "░".repeat(WIDTH - full));
        let line = format!(
            "{filled}{rest} {done}/{whole}  {rate:.0} 件/s  待评价 {waiting}  {seconds:.0} s"
        );
        let mut err = std::io::stderr().lock();
        // Nobody minds a bar that cannot be drawn.
        let _ = if terminal { write!(err, "\r{line} ") } else { writeln!(err, "{line}") };
        let _ = err.flush();
    }
}
