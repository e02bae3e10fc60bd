"""`tongban check` against python-stdnum, which was written by others from the same standards."""

import json
import random
import re
from datetime import date, timedelta

import pytest
from stdnum.cn import ric, uscc
from stdnum.iso7064 import mod_11_2, mod_11_10, mod_37_36

from processes import run

MANY = 3000
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
PLAIN = re.compile(r"[0-9A-Z.-]+")
PROVINCES = (11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46, 50, 51, 52, 53, 54,
             61, 62, 63, 64, 65, 71, 81, 82)  # fmt: skip
DIGITS = "0123456789"
LETTERS = DIGITS + "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@pytest.fixture
def chance(request):
    # The same values in every run; another test has others.
    return random.Random(request.node.name)


def text(chance, alphabet, length):
    return "".join(chance.choices(alphabet, k=length))


def region(chance):
    return f"{chance.choice(PROVINCES)}{chance.randrange(10000):04}"


def check(kind, values):
    """The verdicts on all values, in one process."""
    verdicts = ask(kind, values, expect=1)
    assert 0 < sum(verdict["valid"] for verdict in verdicts) < len(values)
    return verdicts


def ask(kind, values, expect):
    lines = run("check", kind, stdin="".join(f"{value}\n" for value in values), expect=expect).stdout.splitlines()
    verdicts = [json.loads(line) for line in lines]
    assert [verdict["value"] for verdict in verdicts] == values
    assert all((verdict["reason"] is None) == verdict["valid"] for verdict in verdicts)
    return verdicts


def damaged(chance, value, alphabet):
    """The value with one fault that happens to people: a slip, two neighbours swapped, one lost, one twice."""
    at = chance.randrange(len(value) - 1)
    return chance.choice(
        [
            value[:at] + chance.choice(alphabet) + value[at + 1 :],
            value[:at] + value[at + 1] + value[at] + value[at + 2 :],
            value[:at] + value[at + 1 :],
            value[:at] + value[at] + value[at:],
            value[:at] + value[at].lower() + value[at + 1 :],
            value[:-1] + chance.choice(alphabet),
            f"{value} ",
        ]
    )


def mixed(chance, right, alphabet):
    return right + [damaged(chance, chance.choice(right), alphabet) for _ in range(MANY)]


def agree(kind, values, oracle):
    for value, verdict in zip(values, check(kind, values), strict=True):
        assert verdict["valid"] == oracle(value), verdict


# --- 公民身份号码 ---------------------------------------------------------------------------------


def citizen_ids(chance):
    for _ in range(MANY):
        born = date(1900, 1, 1) + timedelta(days=chance.randrange(45000))
        head = f"{region(chance)}{born:%Y%m%d}{chance.randrange(1000):03}"
        yield head + mod_11_2.calc_check_digit(head)


def citizen_oracle(value):
    if not re.fullmatch(r"[1-9][0-9]{16}[0-9X]", value) or not mod_11_2.is_valid(value):
        return False
    try:
        return date(int(value[6:10]), int(value[10:12]), int(value[12:14])).year >= 1800
    except ValueError:
        return False


def test_citizen_ids(chance):
    agree("citizen-id", mixed(chance, list(citizen_ids(chance)), DIGITS + "X"), citizen_oracle)


def ric_takes(value):
    try:
        return ric.is_valid(value)
    except KeyError:  # stdnum 2.2 stumbles over a county its table does not have
        return False


def test_citizen_ids_that_stdnum_takes_are_taken(chance):
    taken = [value for value in citizen_ids(chance) if ric_takes(value)]
    assert len(taken) > 20
    assert all(verdict["valid"] for verdict in ask("citizen-id", taken, expect=0))


# --- 统一社会信用代码 -----------------------------------------------------------------------------


def credit_codes(chance, kinds):
    for _ in range(MANY):
        head = f"{chance.choice(kinds)}{region(chance)}{text(chance, ALPHABET, 9)}"
        yield head + uscc.calc_check_digit(head)


def credit_oracle(value):
    # stdnum repairs what it is given first; we refuse it as it stands.
    return uscc.is_valid(value) and uscc.compact(value) == value


def test_credit_codes(chance):
    right = list(credit_codes(chance, ("11", "12", "51", "52", "81", "91", "92", "93")))
    # Two letters at the front are right, and the one thing stdnum does not know.
    values = [value for value in mixed(chance, right, LETTERS) if value[:2].isdigit()]
    agree("uscc", values, credit_oracle)


def test_credit_codes_with_letters_in_front(chance):
    right = list(credit_codes(chance, ("A1", "N1", "N2", "N3", "Y1")))
    assert not any(uscc.is_valid(value) for value in right), "stdnum knows them now: drop this test"
    assert all(verdict["valid"] for verdict in ask("uscc", right, expect=0))
    for value, verdict in zip(right, ask("uscc", [value[:-1] + "I" for value in right], expect=1), strict=True):
        assert verdict["reason"] == "alphabet", value
    wrong = [value[:-1] + ALPHABET[ALPHABET.index(value[-1]) - 1] for value in right]
    assert {verdict["reason"] for verdict in ask("uscc", wrong, expect=1)} == {"check_digit"}


# --- 投资项目代码, 电子证照标识, 实施编码 ---------------------------------------------------------


def test_project_codes(chance):
    right = []
    for _ in range(MANY):
        when = f"{chance.randrange(22, 100):02}{chance.randrange(1, 13):02}"
        head = f"{when}-{region(chance)}-{text(chance, DIGITS, 2)}-{text(chance, DIGITS, 2)}-{text(chance, DIGITS, 5)}"
        right.append(head + mod_11_10.calc_check_digit(head.replace("-", "")))
    assert all(verdict["valid"] for verdict in ask("project-code", right, expect=0))
    wrong = [code[:18] + str((int(code[18]) + chance.randrange(1, 10)) % 10) + code[19:] for code in right]
    wrong = [code for code in wrong if not mod_11_10.is_valid(code.replace("-", ""))]
    assert len(wrong) > MANY / 2
    assert {verdict["reason"] for verdict in ask("project-code", wrong, expect=1)} == {"check_digit"}


def test_licence_identifiers(chance):
    right = []
    bodies = list(credit_codes(chance, ("11", "12")))
    for body in bodies:
        parts = (f"{chance.choice(bodies)}{text(chance, DIGITS, 3)}", body, text(chance, LETTERS, 10),
                 f"{chance.randrange(1, 1000):03}")  # fmt: skip
        check_character = mod_37_36.calc_check_digit("".join(parts))
        right.append(".".join(("1.2.156.3005.2", *parts, check_character)))
    assert all(verdict["valid"] for verdict in ask("licence-id", right, expect=0))
    # A slip in the serial is for the check character to notice.
    wrong = []
    for value in right:
        *front, serial, version, last = value.split(".")
        at = chance.randrange(10)
        other = LETTERS[(LETTERS.index(serial[at]) + chance.randrange(1, 36)) % 36]
        parts = (*front, serial[:at] + other + serial[at + 1 :], version, last)
        assert not mod_37_36.is_valid("".join(parts[5:]))
        wrong.append(".".join(parts))
    assert {verdict["reason"] for verdict in ask("licence-id", wrong, expect=1)} == {"check_digit"}


def test_matter_codes(chance):
    bodies = mixed(chance, list(credit_codes(chance, ("11", "12"))), LETTERS)
    bodies = [body for body in bodies if body[:2].isdigit() and len(body) == 18 and " " not in body]
    agree("matter-code", [f"{body}4000117109003" for body in bodies], lambda value: credit_oracle(value[:18]))


@pytest.mark.parametrize("kind", ["citizen-id", "uscc", "project-code", "licence-id", "matter-code"])
def test_anything_at_all_has_a_verdict(chance, kind):
    strange = "019AZaxX-. \t'\"\\{}０１Ｘ陈é\u200b\u00a0\U0001f600"
    values = [text(chance, strange, chance.randrange(40)) for _ in range(MANY)] + ["9" * 100_000]
    assert not any(verdict["valid"] for verdict in ask(kind, values, expect=1))


def test_an_unknown_kind_is_named():
    told = run("check", "passport", "x", expect=1).stderr
    assert "passport" in told and "citizen-id" in told
