//! What a provider says instead of an answer.

use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::Response;
use reqwest::header::RETRY_AFTER;

use crate::error::ProviderFault;

/// No provider keeps callers away for longer than this.
const LONGEST: Duration = Duration::from_secs(3_600);

/// The fault that a status means.
pub(crate) fn refusal(response: &Response, now: DateTime<Utc>) -> ProviderFault {
    let status = response.status();
    if status.is_redirection() {
        return ProviderFault::lied("", "redirected", "提供方系统要求转到别的地址，未予跟随");
    }
    let retry_after = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
    let retry_after = retry_after.and_then(|text| moment(text, now));
    // 408 and 429 speak of load, as all from 500 on speak of the provider; the others of the question.
    let unwell = status.is_server_error() || matches!(status.as_u16(), 408 | 429);
    ProviderFault::Refused { said: status.as_u16().to_string(), retry_after, unwell }
}

/// A time to wait, in seconds or as a date.
fn moment(text: &str, now: DateTime<Utc>) -> Option<Duration> {
    let after = match text.trim().parse::<u64>() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => {
            let at = DateTime::parse_from_rfc2822(text.trim()).ok()?;
            (at.to_utc() - now).to_std().ok()?
        }
    };
    Some(after.min(LONGEST))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_to_wait_is_read_in_both_forms_and_capped() {
        let now = DateTime::parse_from_rfc3339("2026-11-23T07:00:00Z").unwrap().to_utc();
        assert_eq!(moment("7", now), Some(Duration::from_secs(7)));
        let date = moment("Mon, 23 Nov 2026 07:00:30 GMT", now);
        assert_eq!(date, Some(Duration::from_secs(30)));
        assert_eq!(moment("Mon, 23 Nov 2026 06:00:00 GMT", now), None, "past");
        assert_eq!(moment("99999999", now), Some(LONGEST));
        assert_eq!(moment("soon", now), None);
    }
}
