//! `tongban calendar`: due dates anyone can recompute.

use std::io::Write as _;
use std::process::ExitCode;

use serde_json::Value;
use tongban_calendar::{Calendar, Limit, LimitUnit};

use super::Done;
use crate::options::{CalendarOptions, CalendarQuestion};

/// Prints the answer as JSON.
pub fn run(options: &CalendarOptions) -> Done {
    let CalendarQuestion::Due { start, days, unit, data } = &options.what;
    let file = data.join("calendar/holidays.json");
    let text =
        std::fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
    let calendar =
        Calendar::from_json(&text).map_err(|error| format!("{}: {error}", file.display()))?;
    let unit: LimitUnit = serde_json::from_value(Value::String(unit.clone()))
        .map_err(|_| format!("no unit is called {unit:?}: business_day, calendar_day or month"))?;
    match calendar.due(*start, Limit { amount: *days, unit }, &[]) {
        Ok(due) => {
            writeln!(std::io::stdout(), "{}", serde_json::to_string_pretty(&due)?)?;
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => {
            eprintln!("{}", serde_json::to_string(&error)?);
            Err(error.to_string().into())
        }
    }
}
