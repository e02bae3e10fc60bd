//! The calendar over the real holiday data of `data/calendar/holidays.json`.

#![allow(clippy::unwrap_used, reason = "a test's helpers may panic")]

use std::sync::LazyLock;

use chrono::{Days, NaiveDate};
use proptest::prelude::*;
use tongban_calendar::{
    Calendar, CalendarError, DayExplained, DayKind, DayReason, Due, Limit, LimitUnit, Pause,
};

static CALENDAR: LazyLock<Calendar> = LazyLock::new(|| {
    Calendar::from_json(include_str!("../../../../data/calendar/holidays.json")).unwrap()
});

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn due(start: &str, limit: Limit, pauses: &[Pause]) -> Result<String, CalendarError> {
    CALENDAR.due(day(start), limit, pauses).map(|due| due.due.to_string())
}

fn pause(from: &str, to_exclusive: &str) -> Pause {
    let to_exclusive = (!to_exclusive.is_empty()).then(|| day(to_exclusive));
    Pause { from: day(from), to_exclusive, ground: "专家评审".to_owned() }
}

/// Computed with chinesecalendar 1.11.0.
#[test]
fn agrees_with_the_working_day_vectors() {
    for (start, amount, expected) in [
        ("2026-02-13", 5, "2026-02-27"),
        ("2026-02-13", 20, "2026-03-19"),
        ("2026-04-30", 1, "2026-05-06"),
        ("2026-09-24", 3, "2026-09-30"),
        ("2026-09-30", 1, "2026-10-08"),
        ("2025-09-26", 2, "2025-09-29"),
        ("2025-09-30", 20, "2025-11-04"),
        ("2026-01-02", 1, "2026-01-04"),
        ("2024-02-09", 1, "2024-02-18"),
    ] {
        let limit = Limit::business_days(amount);
        assert_eq!(due(start, limit, &[]).as_deref(), Ok(expected), "{start} + {amount}");
    }
    let error = due("2026-12-31", Limit::business_days(1), &[]).unwrap_err();
    assert_eq!(error.code(), "out_of_range");
    assert_eq!(
        error.to_string(),
        "2027-01-01 不在已加载的工作日历范围内（2019-01-01 至 2026-12-31），无法计算"
    );
}

/// The working days of each year as chinesecalendar 1.11.0 counts them.
#[test]
fn working_days_a_year() {
    let years = [250, 249, 250, 249, 249, 251, 248, 248];
    for (year, expected) in (2019..).zip(years) {
        let first = NaiveDate::from_ymd_opt(year, 1, 1).unwrap();
        let last = NaiveDate::from_ymd_opt(year, 12, 31).unwrap();
        assert_eq!(CALENDAR.business_days_between(first, last), Ok(expected), "{year}");
    }
}

#[test]
fn kinds_of_days() {
    let holiday = |name: &str| DayKind::Holiday { name: name.to_owned() };
    let worked = |name: &str| DayKind::MakeUpWorkday { name: name.to_owned() };
    for (date, kind) in [
        ("2026-02-13", DayKind::BusinessDay),
        ("2026-02-14", worked("春节")),
        ("2026-02-15", holiday("春节")),
        ("2026-03-01", DayKind::Weekend),
        ("2026-04-04", holiday("清明节")),
        ("2026-06-19", holiday("端午节")),
        ("2026-09-20", worked("国庆节")),
        ("2026-09-25", holiday("中秋节")),
        ("2026-05-01", holiday("劳动节")),
        ("2022-12-31", holiday("元旦")),
    ] {
        assert_eq!(CALENDAR.day(day(date)), Ok(kind), "{date}");
    }
    assert!(CALENDAR.is_business_day(day("2026-09-20")).unwrap());
    assert_eq!(CALENDAR.business_day_from(day("2026-10-01")), Ok(day("2026-10-08")));
    assert_eq!(CALENDAR.business_day_from(day("2026-10-08")), Ok(day("2026-10-08")));
}

#[test]
fn nothing_is_guessed_outside_the_data() {
    assert_eq!(CALENDAR.first_day(), day("2019-01-01"));
    assert_eq!(CALENDAR.loaded_through(), day("2026-12-31"));
    for date in [day("2018-12-31"), day("2027-01-01"), NaiveDate::MIN, NaiveDate::MAX] {
        assert_eq!(CALENDAR.day(date).unwrap_err().code(), "out_of_range");
        assert!(CALENDAR.business_days_between(date, day("2026-01-01")).is_err());
        assert!(CALENDAR.business_days_between(day("2026-01-01"), date).is_err());
        for unit in [LimitUnit::BusinessDay, LimitUnit::CalendarDay, LimitUnit::Month] {
            for amount in [0, 1, u32::MAX] {
                let error = CALENDAR.due(date, Limit { amount, unit }, &[]).unwrap_err();
                assert_eq!(error.code(), "out_of_range");
            }
        }
    }
    for limit in [Limit::calendar_days(u32::MAX), Limit::months(u32::MAX), Limit::months(12)] {
        assert_eq!(due("2026-01-05", limit, &[]).unwrap_err().code(), "out_of_range");
    }
}

#[test]
fn explains_every_day() {
    let due = CALENDAR.due(day("2026-02-13"), Limit::business_days(2), &[]).unwrap();
    assert_eq!(due.due, day("2026-02-24"));
    let told: Vec<(String, Option<u32>, DayReason, &str)> = due
        .days
        .iter()
        .map(|day| (day.date.format("%m-%d").to_string(), day.counted, day.reason, &*day.note_zh))
        .collect();
    let expected_head = [
        ("02-13".to_owned(), None, DayReason::StartDay, "始日不计（民法典第二百零一条）"),
        ("02-14".to_owned(), Some(1), DayReason::MakeUpWorkday, "春节调休上班，第 1 个工作日"),
        ("02-15".to_owned(), None, DayReason::Holiday, "春节假期，不计"),
    ];
    assert_eq!(told[..3], expected_head);
    let last = ("02-24".to_owned(), Some(2), DayReason::BusinessDay, "第 2 个工作日，期间届满");
    assert_eq!(told.last(), Some(&last));
    assert_eq!(told.len(), 12);
}

#[test]
fn same_day() {
    let now = Limit::business_days(0);
    assert_eq!(due("2026-03-02", now, &[]).as_deref(), Ok("2026-03-02"));
    assert_eq!(due("2026-01-04", now, &[]).as_deref(), Ok("2026-01-04"));
    // Taken in over the network on a Sunday: due when the office works again (art. 203).
    assert_eq!(due("2026-03-01", now, &[]).as_deref(), Ok("2026-03-02"));
    let paused = [pause("2026-03-02", "2026-03-04")];
    assert_eq!(due("2026-03-02", now, &paused).as_deref(), Ok("2026-03-04"));
    let told = CALENDAR.due(day("2026-03-02"), now, &[]).unwrap();
    let only = DayExplained {
        date: day("2026-03-02"),
        counted: None,
        reason: DayReason::StartDay,
        note_zh: "即办，当日届满".to_owned(),
    };
    assert_eq!(told.days, [only]);
}

#[test]
fn calendar_days_move_off_rest_days() {
    // The 3rd day is Thursday 5 March; the 5th a Saturday, moved to Monday.
    assert_eq!(due("2026-03-02", Limit::calendar_days(3), &[]).as_deref(), Ok("2026-03-05"));
    assert_eq!(due("2026-03-02", Limit::calendar_days(5), &[]).as_deref(), Ok("2026-03-09"));
    // Into the Spring Festival; a last day on a worked Saturday stays.
    assert_eq!(due("2026-02-10", Limit::calendar_days(6), &[]).as_deref(), Ok("2026-02-24"));
    assert_eq!(due("2026-02-10", Limit::calendar_days(4), &[]).as_deref(), Ok("2026-02-14"));
    let told = CALENDAR.due(day("2026-03-02"), Limit::calendar_days(5), &[]).unwrap();
    let notes: Vec<&str> = told.days[5..].iter().map(|day| &*day.note_zh).collect();
    let expected = [
        "第 5 日，期间最后一日逢星期六，顺延（民法典第二百零三条）",
        "星期日，继续顺延",
        "顺延至本日，期间届满（民法典第二百零三条）",
    ];
    assert_eq!(notes, expected);
    assert_eq!(told.days[6].reason, DayReason::Deferred);
}

#[test]
fn months_end_on_the_corresponding_day_or_the_months_end() {
    assert_eq!(due("2026-03-10", Limit::months(1), &[]).as_deref(), Ok("2026-04-10"));
    assert_eq!(due("2024-01-31", Limit::months(1), &[]).as_deref(), Ok("2024-02-29"));
    // 28 February 2026 is a Saturday that is worked; 28 February 2025 a Friday.
    assert_eq!(due("2026-01-31", Limit::months(1), &[]).as_deref(), Ok("2026-02-28"));
    assert_eq!(due("2024-11-30", Limit::months(3), &[]).as_deref(), Ok("2025-02-28"));
    // The corresponding day is the National Day.
    assert_eq!(due("2026-09-01", Limit::months(1), &[]).as_deref(), Ok("2026-10-08"));
    // Ten days off the clock are ten days more.
    let paused = [pause("2026-03-11", "2026-03-21")];
    assert_eq!(due("2026-03-10", Limit::months(1), &paused).as_deref(), Ok("2026-04-20"));
}

#[test]
fn pauses() {
    let limit = Limit::business_days(5);
    assert_eq!(due("2026-03-02", limit, &[]).as_deref(), Ok("2026-03-09"));
    let two_days = pause("2026-03-04", "2026-03-06");
    assert_eq!(
        due("2026-03-02", limit, std::slice::from_ref(&two_days)).as_deref(),
        Ok("2026-03-11")
    );
    // Overlapping pauses take a day off once; an empty one, and one that comes too late, none.
    let inside = pause("2026-03-05", "2026-03-06");
    let empty = pause("2026-03-03", "2026-03-03");
    let late = pause("2026-03-12", "2026-04-01");
    let all = [two_days, inside, empty, late];
    assert_eq!(due("2026-03-02", limit, &all).as_deref(), Ok("2026-03-11"));
    let told = CALENDAR.due(day("2026-03-02"), limit, &all).unwrap();
    assert_eq!(told.days[2].reason, DayReason::Paused);
    assert_eq!(told.days[2].note_zh, "暂停计时：专家评审");
    // A pause that began before the start counts from the start.
    let before = [pause("2026-02-01", "2026-03-04")];
    assert_eq!(due("2026-03-02", limit, &before).as_deref(), Ok("2026-03-10"));
    // A pause on the last calendar day puts the end behind it.
    let last = [pause("2026-03-07", "2026-03-11")];
    assert_eq!(
        due("2026-03-02", Limit::calendar_days(5), &last).as_deref(),
        Ok("2026-03-11"),
        "day 5 is the first day after the pause"
    );
}

#[test]
fn an_open_pause_leaves_the_due_date_unknown() {
    let open = [pause("2026-03-04", "")];
    for limit in [Limit::business_days(5), Limit::calendar_days(5), Limit::months(1)] {
        let error = due("2026-03-02", limit, &open).unwrap_err();
        let since = day("2026-03-04");
        assert_eq!(error, CalendarError::DueUnknown { since, ground: "专家评审".to_owned() });
        assert_eq!(error.to_string(), "自 2026-03-04 起暂停计时（专家评审）尚未结束，到期日待定");
    }
    // It outweighs a pause with an end, and does not touch a limit that ended before.
    let both = [pause("2026-03-03", "2026-03-10"), pause("2026-03-04", "")];
    assert!(due("2026-03-02", Limit::business_days(5), &both).is_err());
    assert_eq!(due("2026-03-02", Limit::business_days(1), &open).as_deref(), Ok("2026-03-03"));
    // Unknown even where the calendar would end first.
    let error = due("2026-12-30", Limit::business_days(9), &[pause("2026-12-31", "")]).unwrap_err();
    assert_eq!(error.code(), "due_unknown");
}

#[test]
fn a_reversed_pause_is_refused() {
    let reversed = [pause("2026-03-04", "2026-03-03")];
    let error = due("2026-03-02", Limit::business_days(1), &reversed).unwrap_err();
    assert_eq!(error.code(), "pause_reversed");
    let past_the_data = [pause("2026-03-04", "2027-03-03")];
    let error = due("2026-03-02", Limit::business_days(5), &past_the_data).unwrap_err();
    assert_eq!(error.code(), "out_of_range");
}

#[test]
fn days_between() {
    let between = |from: &str, to: &str| CALENDAR.business_days_between(day(from), day(to));
    assert_eq!(between("2026-03-02", "2026-03-02"), Ok(0));
    assert_eq!(between("2026-03-06", "2026-03-09"), Ok(1));
    assert_eq!(between("2026-03-09", "2026-03-06"), Ok(-1));
    assert_eq!(between("2026-09-30", "2026-10-08"), Ok(1));
}

#[test]
fn as_json() {
    let limit = serde_json::to_value(Limit::business_days(5)).unwrap();
    assert_eq!(limit, serde_json::json!({ "amount": 5, "unit": "business_day" }));
    let kind = serde_json::to_value(CALENDAR.day(day("2026-02-14")).unwrap()).unwrap();
    assert_eq!(kind, serde_json::json!({ "kind": "make_up_workday", "name": "春节" }));
    let due = CALENDAR.due(day("2026-04-30"), Limit::business_days(1), &[]).unwrap();
    let json = serde_json::to_value(&due).unwrap();
    assert_eq!(json["due"], "2026-05-06");
    let first = serde_json::json!({ "date": "2026-05-01", "counted": null, "reason": "holiday",
        "note_zh": "劳动节假期，不计" });
    assert_eq!(json["days"][1], first);
    assert_eq!(serde_json::from_value::<Due>(json).unwrap(), due);
    let error = CALENDAR.day(day("2027-01-01")).unwrap_err();
    assert_eq!(serde_json::to_value(error).unwrap()["code"], "out_of_range");
    let pause: Pause =
        serde_json::from_str(r#"{ "from": "2026-03-04", "ground": "听证" }"#).unwrap();
    assert_eq!(pause.to_exclusive, None);
}

fn a_date() -> impl Strategy<Value = NaiveDate> {
    (0u64..2555).prop_map(|days| day("2019-01-01") + Days::new(days))
}

fn a_limit() -> impl Strategy<Value = Limit> {
    prop_oneof![
        (0u32..120).prop_map(Limit::business_days),
        (0u32..180).prop_map(Limit::calendar_days),
        (0u32..6).prop_map(Limit::months),
    ]
}

fn some_pauses() -> impl Strategy<Value = Vec<(u64, u64)>> {
    proptest::collection::vec((0u64..90, 0u64..20), 0..4)
}

fn pauses_from(start: NaiveDate, spans: &[(u64, u64)]) -> Vec<Pause> {
    let make = |(after, length): &(u64, u64)| {
        let from = start + Days::new(*after);
        let to_exclusive = Some(from + Days::new(*length));
        Pause { from, to_exclusive, ground: "检测".to_owned() }
    };
    spans.iter().map(make).collect()
}

proptest! {
    #[test]
    fn every_day_is_explained_once(start in a_date(), limit in a_limit(), spans in some_pauses()) {
        let pauses = pauses_from(start, &spans);
        let Ok(due) = CALENDAR.due(start, limit, &pauses) else { return Ok(()) };
        let dates: Vec<NaiveDate> = due.days.iter().map(|day| day.date).collect();
        let expected: Vec<NaiveDate> =
            start.iter_days().take_while(|date| *date <= due.due).collect();
        prop_assert_eq!(dates, expected);

        let numbers: Vec<u32> = due.days.iter().filter_map(|day| day.counted).collect();
        let target = match limit.unit {
            LimitUnit::Month => u32::try_from((start + chrono::Months::new(limit.amount) - start).num_days()).unwrap(),
            LimitUnit::BusinessDay | LimitUnit::CalendarDay => limit.amount,
        };
        prop_assert_eq!(numbers, (1..=target).collect::<Vec<u32>>());

        prop_assert!(CALENDAR.is_business_day(due.due).unwrap());
        prop_assert!(!pauses.iter().any(|pause| pause.covers(due.due)));
        for day in &due.days {
            prop_assert!(!day.note_zh.is_empty());
            let paused = pauses.iter().any(|pause| pause.covers(day.date));
            prop_assert!(!(paused && day.counted.is_some()));
            prop_assert_eq!(day.reason == DayReason::Paused, paused && day.date != start);
        }
        prop_assert_eq!(CALENDAR.due_date(start, limit, &pauses), Ok(due.due));
    }

    #[test]
    fn more_is_never_sooner(start in a_date(), limit in a_limit(), more in 1u32..10, spans in some_pauses()) {
        let pauses = pauses_from(start, &spans);
        let longer = Limit { amount: limit.amount + more, ..limit };
        let (Ok(one), Ok(other)) =
            (CALENDAR.due_date(start, limit, &pauses), CALENDAR.due_date(start, longer, &pauses))
        else { return Ok(()) };
        prop_assert!(one <= other);
    }

    #[test]
    fn later_is_never_sooner(start in a_date(), later in 1u64..40, limit in a_limit(), spans in some_pauses()) {
        // With pauses, months of different length can overtake one another: see 民法典 art. 202.
        let spans = if limit.unit == LimitUnit::Month { Vec::new() } else { spans };
        let pauses = pauses_from(start, &spans);
        let later = start + Days::new(later);
        let (Ok(one), Ok(other)) =
            (CALENDAR.due_date(start, limit, &pauses), CALENDAR.due_date(later, limit, &pauses))
        else { return Ok(()) };
        prop_assert!(one <= other);
    }

    #[test]
    fn between_undoes_due(start in a_date(), amount in 1u32..200) {
        let limit = Limit::business_days(amount);
        let Ok(due) = CALENDAR.due_date(start, limit, &[]) else { return Ok(()) };
        prop_assert_eq!(CALENDAR.business_days_between(start, due), Ok(i64::from(amount)));
        prop_assert_eq!(CALENDAR.business_days_between(due, start), Ok(-i64::from(amount)));
    }

    /// A pause that takes k business days off makes the limit end k business days later.
    #[test]
    fn a_pause_moves_the_end_by_its_business_days(
        start in a_date(), amount in 1u32..60, after in 1u64..60, length in 0u64..30,
    ) {
        let limit = Limit::business_days(amount);
        let Ok(plain) = CALENDAR.due_date(start, limit, &[]) else { return Ok(()) };
        let pauses = pauses_from(start, &[(after, length)]);
        let Ok(paused) = CALENDAR.due_date(start, limit, &pauses) else { return Ok(()) };
        let (from, to) = (pauses[0].from, pauses[0].to_exclusive.unwrap());
        let last_before = from.pred_opt().unwrap();
        let last_inside = to.pred_opt().unwrap();
        let expected = if from > plain || from == to {
            0
        } else {
            CALENDAR.business_days_between(last_before, last_inside).unwrap()
        };
        prop_assert_eq!(CALENDAR.business_days_between(plain, paused), Ok(expected));
    }

    #[test]
    fn no_text_panics(text in ".{0,200}") {
        prop_assert!(Calendar::from_json(&text).is_err());
    }
}
