"""Scores of bodies can be computed again by anyone, from what the city publishes."""

import random
import sqlite3
import subprocess
import sys

import httpx

from processes import ROOT

SCRIPT = ROOT / "scripts" / "recompute-scores"
COUNTS = (
    "opened", "used", "one", "two", "three", "four", "five", "defaulted", "defaulted_content", "excluded",
    "verified", "verified_in_time", "answered", "answered_in_time", "put_right", "put_right_in_time",
    "called_back", "called_back_content",
)  # fmt: skip


def fill(database):
    """Figures of forty bodies in three months, put where the service reads them."""
    dice = random.Random(39)
    columns = ("dimension", "item", "body", "region", "month", "name", "body_name", *COUNTS)
    statement = f"INSERT INTO review_rollup ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
    with sqlite3.connect(database, timeout=30) as connection:
        for number in range(40):
            body = f"B{number:03}"
            for month in ("2031-01", "2031-02", "2031-03"):
                limits = (4, 4, 8, 20, 90) if number % 7 else (2, 2, 2, 2, 2)
                stars = [dice.randrange(limit) for limit in limits]
                bad = stars[0] + stars[1]
                steps = []
                for _ in range(4):
                    done = dice.randrange(bad + 1)
                    steps += [done, dice.randrange(done + 1)]
                used = sum(stars)
                counts = (used + dice.randrange(200), used, *stars, 3, 2, 0, *steps)
                place = ("body", body, body, "320706", month, "=单位", f'=示例, "{body}"')
                connection.execute(statement, (*place, *counts))


def test_scores_follow_from_the_file(city, tmp_path):
    fill(city.directory / "reviews.sqlite")
    file, rules = tmp_path / "scores.csv", tmp_path / "rules.json"
    base = city.base if city.base.startswith("http") else f"http://{city.base}"
    file.write_bytes(httpx.get(f"{base}/reviews/v1/scores/file", params={"period": "2031-Q1"}).content)
    rules.write_bytes(httpx.get(f"{base}/reviews/v1/figure-rules").content)
    done = subprocess.run([sys.executable, SCRIPT, file, rules], capture_output=True, text=True, timeout=60)
    assert done.stdout == "40 bodies, 0 scores that do not follow\n", done.stdout + done.stderr
    text = file.read_bytes().decode("utf-8-sig")
    assert "\"'=示例, \"\"B001\"\"\"" in text, "no formula for a spreadsheet"
    scored = [line for line in text.splitlines()[1:] if not line.endswith(",")]
    assert 30 < len(scored) < 40, "some have too few reviews"

    lines = text.split("\r\n")
    row = next(index for index, line in enumerate(lines) if line in scored)
    lines[row] = lines[row][:-1] + ("1" if lines[row][-1] != "1" else "2")
    file.write_text("\r\n".join(lines), encoding="utf-8")
    done = subprocess.run([sys.executable, SCRIPT, file, rules], capture_output=True, text=True, timeout=60)
    assert done.returncode == 1 and "1 scores that do not follow" in done.stdout
