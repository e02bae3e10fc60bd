"""`tongban calendar due` against dates worked out by hand and against PyPI's chinesecalendar."""

import calendar
import json
import random
from datetime import date, timedelta

import chinese_calendar
import pytest

from processes import run

FIRST, LAST = date(2019, 1, 1), date(2026, 12, 31)
ROUNDS = 60


def due(start, days, unit="business_day"):
    answer = json.loads(run("calendar", "due", "--start", start, "--days", days, "--unit", unit).stdout)
    assert answer["start"] == str(start) == answer["days"][0]["date"]
    assert answer["due"] == answer["days"][-1]["date"]
    return date.fromisoformat(answer["due"]), answer["days"]


def workdays(first, last):
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return [day for day in days if chinese_calendar.is_workday(day)]


def on_a_workday(day):
    """民法典 art. 203: a period that ends on a day of rest ends on the working day after it."""
    while not chinese_calendar.is_workday(day):
        day += timedelta(days=1)
    return day


@pytest.mark.parametrize(
    ("start", "days", "expected"),
    [
        ("2026-02-13", 5, "2026-02-27"),
        ("2026-02-13", 20, "2026-03-19"),
        ("2026-04-30", 1, "2026-05-06"),
        ("2026-09-24", 3, "2026-09-30"),
        ("2026-09-30", 1, "2026-10-08"),
        ("2025-09-26", 2, "2025-09-29"),
        ("2025-09-30", 20, "2025-11-04"),
        ("2026-01-02", 1, "2026-01-04"),
        ("2024-02-09", 1, "2024-02-18"),
    ],
)
def test_worked_examples(start, days, expected):
    assert str(due(start, days)[0]) == expected


def test_beyond_the_calendar_is_refused():
    told = run("calendar", "due", "--start", LAST, "--days", 1, expect=1).stderr
    assert json.loads(told.splitlines()[0])["code"] == "out_of_range"
    assert str(LAST) in told


def test_every_day_there_is():
    counted = workdays(FIRST + timedelta(days=1), LAST)
    _, days = due(FIRST, len(counted))
    assert [date.fromisoformat(day["date"]) for day in days if day["counted"]] == counted
    assert [day["counted"] for day in days if day["counted"]] == list(range(1, len(counted) + 1))
    assert len(days) == (date.fromisoformat(days[-1]["date"]) - FIRST).days + 1, "no day is left out"


@pytest.mark.parametrize("unit", ["business_day", "calendar_day", "month"])
def test_random_limits(unit):
    chance = random.Random(unit)
    for _ in range(ROUNDS):
        start = FIRST + timedelta(days=chance.randrange((LAST - FIRST).days - 400))
        amount = chance.randrange(1, 13 if unit == "month" else 120)
        assert due(start, amount, unit)[0] == expected(start, amount, unit), (start, amount)


def expected(start, amount, unit):
    if unit == "business_day":
        return workdays(start + timedelta(days=1), start + timedelta(days=2 * amount + 30))[amount - 1]
    if unit == "calendar_day":
        return on_a_workday(start + timedelta(days=amount))
    # 民法典 art. 202: the corresponding day, or the last of a month that lacks it.
    year, month = divmod(start.year * 12 + start.month - 1 + amount, 12)
    day = min(start.day, calendar.monthrange(year, month + 1)[1])
    return on_a_workday(date(year, month + 1, day))
