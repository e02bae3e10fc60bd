"""A second verifier of draws, written from docs/draw-spec.md, with gmssl's SM3."""

import json
import re
from collections import defaultdict
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise

import history
from history import digest

RULE, FORMAT = "tongban-draw-v1", "tongban-draw-transcript-v1"
MOST_CANDIDATES, MOST_CONSTRAINTS, SAFE = 5_000_000, 64, 2**53 - 1


class Refused(Exception):
    """It is not what the specification says, or does not hold; the argument is the specification's code."""


def require(holds, code):
    if not holds:
        raise Refused(code)


# The form.


def string(value):
    require(isinstance(value, str), "malformed")
    return value


def whole(low, high):
    def read(value):
        require(type(value) is int and low <= value <= high, "malformed")
        return value

    return read


def one_of(*words):
    def read(value):
        require(isinstance(value, str) and value in words, "malformed")
        return value

    return read


def hexadecimal(value):
    require(re.fullmatch("([0-9a-f]{2})*", string(value), re.ASCII), "malformed")
    return bytes.fromhex(value)


def hash_of(value):
    read = hexadecimal(value)
    require(len(read) == 32, "malformed")
    return read


def moment(value):
    try:
        history.time(string(value))
    except history.Refused as refused:
        raise Refused("malformed") from refused
    require(value >= "2000", "malformed")
    return value


def listed(item):
    def read(value):
        require(isinstance(value, list), "malformed")
        return [item(one) for one in value]

    return read


def row(*items):
    def read(value):
        require(isinstance(value, list) and len(value) == len(items), "malformed")
        return tuple(item(one) for item, one in zip(items, value, strict=True))

    return read


def members(**forms):
    """An object; names that end in an underscore may be absent and are None then."""

    def read(value):
        require(isinstance(value, dict), "malformed")
        known = {name.removesuffix("_"): form for name, form in forms.items()}
        needed = {name for name in forms if not name.endswith("_")}
        require(needed <= set(value) <= set(known), "malformed")
        return {name: form(value[name]) if name in value else None for name, form in known.items()}

    return read


def alternatives(**forms):
    """An object with one member of several; gives its name and value."""

    def read(value):
        require(isinstance(value, dict) and len(value) == 1 and set(value) <= set(forms), "malformed")
        ((name, inner),) = value.items()
        return name, forms[name](inner)

    return read


INT, NAT, SMALL = whole(-(2**63), 2**63 - 1), whole(0, 2**64 - 1), whole(0, 2**32 - 1)
SOURCE = alternatives(
    beacon=members(after=moment, of=string),
    checkpoint=members(above=NAT, after=moment, of=string),
)
VALUE = alternatives(
    beacon=members(at=moment, bytes=hexadecimal, round=NAT),
    checkpoint=members(note=string),
)
STRATA = listed(row(string, NAT))
TERMS = members(
    attempt=SMALL,
    candidates=listed(row(string, INT, string, string, string)),
    draw=string,
    exclusions=listed(
        members(
            candidate=string,
            kind=one_of("recusal", "unqualified", "barred", "recently_drawn", "other"),
            reason=string,
        )
    ),
    group_limit_=SMALL,
    max_replacements=SMALL,
    number=SMALL,
    previous_=members(announcement=hash_of, reason=string),
    purpose=string,
    quotas=listed(members(at_least=SMALL, region=string, stratum_=string)),
    randomness=members(fallback_=SOURCE, open_until=moment, value=SOURCE),
    rule=string,
    strata_=alternatives(rates=STRATA, shares=STRATA),
    title=string,
)
COMMITMENT = members(commitment=hash_of, party=string, role=one_of("organiser", "witness"))
REASONS = one_of("unavailable", "declined", "unqualified", "conflict_found", "recusal")
TRANSCRIPT = members(
    announcement=members(commitments=listed(COMMITMENT), terms=TERMS),
    fallback_=VALUE,
    format=string,
    openings=listed(members(party=string, seed_=hexadecimal, withheld_=string)),
    replacements=listed(members(added=string, kind=REASONS, reason=string, removed=string)),
    result=listed(string),
    value=VALUE,
)


def canonical(value):
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def parse(data):
    """The transcript as written, and read."""
    try:
        text = data.decode()
        require(text.endswith("\n"), "malformed")
        written = json.loads(text[:-1])
        require(canonical(written) == text[:-1], "malformed")
    except (ValueError, RecursionError) as error:
        raise Refused("malformed") from error
    return written, TRANSCRIPT(written)


# What terms have to be.


def check_name(text):
    require(re.fullmatch(r"[A-Za-z0-9._:/-]{1,64}", text, re.ASCII), "bad_name")


def check_text(text):
    require(1 <= len(text) <= 500 and min(text) >= " " and text.strip(" \u3000"), "bad_text")


def check_range(number, low, high):
    require(low <= number <= high, "out_of_range")


def check_order(keys):
    for before, after in pairwise(keys):
        require(before != after, "duplicate")
        require(before < after, "not_sorted")


def check_terms(terms):
    require(terms["rule"] == RULE, "unknown_rule")
    check_name(terms["draw"])
    check_name(terms["purpose"])
    check_text(terms["title"])
    check_range(terms["attempt"], 1, 1_000)
    check_range(terms["number"], 1, 2**32 - 1)
    check_range(terms["max_replacements"], 0, 1_000)
    require((terms["previous"] is not None) == (terms["attempt"] > 1), "attempt_mismatch")
    if terms["previous"]:
        check_text(terms["previous"]["reason"])
    check_candidates(terms)
    check_constraints(terms)
    check_randomness(terms["randomness"])


def check_candidates(terms):
    candidates, exclusions = terms["candidates"], terms["exclusions"]
    require(candidates, "no_candidates")
    for many in (candidates, exclusions):
        check_range(len(many), 0, MOST_CANDIDATES)
    for name, weight, _, region, group in candidates:
        for one in [name, *filter(None, (region, group))]:
            check_name(one)
        require(1 <= weight <= 10**9, "bad_weight")
    names = [one[0] for one in candidates]
    check_order(names)
    for one in exclusions:
        check_name(one["candidate"])
        check_text(one["reason"])
    check_order([one["candidate"] for one in exclusions])
    require(not set(names) & {one["candidate"] for one in exclusions}, "excluded_candidate")


def check_constraints(terms):
    known = {""}
    if terms["strata"]:
        kind, table = terms["strata"]
        check_range(len(table), 1, MOST_CONSTRAINTS)
        for name, part in table:
            check_name(name)
            check_range(part, *((0, 10_000) if kind == "rates" else (1, 10**9)))
        check_order([name for name, _ in table])
        known = {name for name, _ in table}
    require(all(one[2] in known for one in terms["candidates"]), "unknown_stratum")
    check_range(len(terms["quotas"]), 0, MOST_CONSTRAINTS)
    for one in terms["quotas"]:
        check_name(one["region"])
        check_range(one["at_least"], 1, 2**32 - 1)
        stratum = one["stratum"]
        require(stratum in known if terms["strata"] else stratum is None, "unknown_stratum")
    check_order([(one["stratum"] or "", one["region"]) for one in terms["quotas"]])
    if terms["group_limit"] is not None:
        check_range(terms["group_limit"], 1, 2**32 - 1)


def check_randomness(randomness):
    (kind, value), fallback, until = randomness["value"], randomness["fallback"], randomness["open_until"]
    for source in filter(None, (randomness["value"], fallback)):
        check_name(source[1]["of"])
        check_range(source[1].get("above", 0), 0, SAFE)
    require((kind == "checkpoint") == (fallback is not None), "bad_fallback")
    # Written in one way only, moments compare as texts.
    require((value["after"] >= until) == (kind == "beacon"), "bad_schedule")
    if fallback:
        require(fallback[1]["of"] != value["of"], "same_source")
        require(fallback[1]["after"] >= until, "bad_schedule")


# Numbers and stages.


@dataclass
class Stage:
    number: int
    members: list = field(default_factory=list)


def numbers(terms):
    """How many of each stratum, and the strata in order."""
    candidates, number = terms["candidates"], terms["number"]
    require(number <= len(candidates), "too_few_candidates")
    if not terms["strata"]:
        return {"": number}
    kind, table = terms["strata"]
    sizes = defaultdict(int)
    for one in candidates:
        sizes[one[2]] += 1
    if kind == "rates":
        exact = {name: Fraction(rate * sizes[name], 10_000) for name, rate in table}
        require(number == int(sum(exact.values()) + Fraction(1, 2)), "number_not_as_rates")
    else:
        exact = {name: Fraction(number * share, sum(share for _, share in table)) for name, share in table}
    given = {name: int(part) for name, part in exact.items()}
    # Sorting is stable, also when it is reversed: the first of equal ones stays the first.
    by_remainder = sorted(exact, key=lambda name: exact[name] - given[name], reverse=True)
    for name in by_remainder[: number - sum(given.values())]:
        given[name] += 1
    return given


def stages(terms):
    result = []
    for stratum, number in numbers(terms).items():
        own = [place for place, one in enumerate(terms["candidates"]) if one[2] == stratum]
        for quota in terms["quotas"]:
            if (quota["stratum"] or "") == stratum:
                of_region = [place for place in own if terms["candidates"][place][3] == quota["region"]]
                result.append(Stage(quota["at_least"], of_region))
                number -= quota["at_least"]
        require(number >= 0, "quotas_exceed")
        if number:
            result.append(Stage(number, own))
    return result


def grouping(terms):
    """The group of each candidate, and its limit."""
    limit = terms["group_limit"]
    groups = [("group", one[4]) if limit and one[4] else ("one", one[0]) for one in terms["candidates"]]
    return groups, lambda group: limit if group[0] == "group" else 1


def check_never_stuck(plan, groups, limit):
    counts = []
    for stage in plan:
        met = defaultdict(int)
        for place in stage.members:
            met[groups[place]] += 1
        counts.append(met)
    for j, stage in enumerate(plan):
        give = sum(min(limit(group), count) for group, count in counts[j].items())
        require(stage.number <= give, "too_few_candidates")
    for j, stage in enumerate(plan):
        give = sum(min(limit(group), count) for group, count in counts[j].items())
        before = 0
        for i in range(j):
            take = sum(min(limit(group), count) for group, count in counts[i].items() if group in counts[j])
            before += min(plan[i].number, take)
        require(stage.number + before <= give, "may_block")


# Announcement, openings, values.


def f(data):
    data = data.encode() if isinstance(data, str) else data
    return len(data).to_bytes(8) + data


def check_parties(commitments):
    require(2 <= len(commitments) <= 16, "bad_parties")
    roles = [one["role"] for one in commitments]
    require(roles == ["organiser"] + ["witness"] * (len(roles) - 1), "bad_parties")
    for one in commitments:
        check_name(one["party"])
    for what in ("party", "commitment"):
        require(len({one[what] for one in commitments}) == len(commitments), "duplicate")
    check_order([one["party"] for one in commitments[1:]])


def check_openings(terms, terms_digest, commitments, openings):
    require([one["party"] for one in openings] == [one["party"] for one in commitments], "bad_openings")
    for opening, committed in zip(openings, commitments, strict=True):
        seed, withheld = opening["seed"], opening["withheld"]
        require((seed is None) != (withheld is None), "bad_openings")
        if withheld is not None:
            check_text(withheld)
            continue
        require(32 <= len(seed) <= 64, "bad_seed")
        parts = (terms["draw"], terms_digest, opening["party"], seed)
        made = digest(f("tongban-draw-commitment-v1"), *map(f, parts))
        require(made == committed["commitment"], "wrong_seed")


def checkpoint(note, keys):
    try:
        if keys:
            return history.open_checkpoint(note, keys)
        history.require(len(note.encode()) <= history.LONGEST_NOTE, "too long")
        history.check_characters(note)
        before, gap, lines = note.rpartition("\n\n")
        history.require(gap and lines.endswith("\n"), "no signature lines")
        lines = before.split("\n")
        history.require(len(lines) == 4 and lines[0] and lines[3].startswith("time "), "not a checkpoint")
        root, at = history.hash_of(lines[2]), history.time(lines[3][5:])
        return history.Checkpoint(lines[0], history.decimal(lines[1]), root, at)
    except (history.Refused, UnicodeEncodeError) as refused:
        raise Refused("bad_note") from refused


def value_bytes(value, source, keys):
    (kind, value), (named, source) = value, source
    require(kind == named, "wrong_value")
    if kind == "beacon":
        require(value["at"] > source["after"] and 32 <= len(value["bytes"]) <= 128, "wrong_value")
        require(value["round"] <= SAFE, "wrong_value")
        return b"\x01" + f(source["of"]) + value["round"].to_bytes(8) + value["bytes"]
    read = checkpoint(value["note"], keys)
    require(read.at.year >= 2000, "bad_note")
    require(read.origin == source["of"] and read.at > history.time(source["after"]), "wrong_value")
    require(source["above"] < read.size <= SAFE, "wrong_value")
    return b"\x02" + f(source["of"]) + read.size.to_bytes(8) + read.root


# The result.


class Stream:
    def __init__(self, seed):
        self.seed, self.block, self.words = seed, 0, []

    def word(self):
        if not self.words:
            block = digest(self.seed, self.block.to_bytes(8))
            self.words = [int.from_bytes(block[place : place + 8]) for place in range(0, 32, 8)]
            self.block += 1
        return self.words.pop(0)

    def below(self, bound):
        while True:
            word = self.word()
            if word < 2**64 - 2**64 % bound:
                return word % bound


class Draw:
    def __init__(self, terms, plan, groups, limit, seed):
        self.candidates, self.plan, self.groups, self.limit = terms["candidates"], plan, groups, limit
        self.stream = Stream(seed)
        self.taken, self.used = set(), defaultdict(int)
        #: Place in the list and stage of those drawn, in order.
        self.drawn = []
        for stage in plan:
            for _ in range(stage.number):
                self.drawn.append((self.one(stage), stage))

    def one(self, stage):
        """Draws one; None when nobody is open."""
        is_open = [
            place
            for place in stage.members
            if place not in self.taken and self.used[self.groups[place]] < self.limit(self.groups[place])
        ]
        if not is_open:
            return None
        left = self.stream.below(sum(self.candidates[place][1] for place in is_open))
        for place in is_open:
            left -= self.candidates[place][1]
            if left < 0:
                break
        self.taken.add(place)
        self.used[self.groups[place]] += 1
        return place

    def names(self):
        return [self.candidates[place][0] for place, _ in self.drawn]

    def replace(self, removed):
        names = self.names()
        require(removed in names, "not_drawn")
        at = names.index(removed)
        place, stage = self.drawn[at]
        self.used[self.groups[place]] -= 1
        added = self.one(stage)
        require(added is not None, "nobody_left")
        self.drawn[at] = (added, stage)
        return self.candidates[added][0]


def verify(data, keys=()):
    """The announcement's digest and who is drawn in the end."""
    written, transcript = parse(data)
    require(transcript["format"] == FORMAT, "unknown_format")
    announcement, openings = transcript["announcement"], transcript["openings"]
    terms, commitments = announcement["terms"], announcement["commitments"]
    check_terms(terms)
    check_parties(commitments)
    plan, (groups, limit) = stages(terms), grouping(terms)
    check_never_stuck(plan, groups, limit)

    written = written["announcement"]
    terms_digest = digest(f("tongban-draw-terms-v1"), canonical(written["terms"]).encode())
    check_openings(terms, terms_digest, commitments, openings)
    sources = terms["randomness"]
    withheld = any(one["seed"] is None for one in openings)
    needed = sources["fallback"] is not None and withheld
    require((transcript["fallback"] is not None) == needed, "fallback_mismatch")
    value = value_bytes(transcript["value"], sources["value"], keys)
    fallback = value_bytes(transcript["fallback"], sources["fallback"], keys) if needed else b""

    listed_commitments = canonical(written["commitments"]).encode()
    announced = digest(f("tongban-draw-announcement-v1"), f(terms_digest), listed_commitments)
    parts = b"".join(f(one["party"]) + f(one["seed"] or b"") for one in openings)
    seed = digest(f("tongban-draw-seed-v1"), f(announced), f(value), f(fallback), parts)
    draw = Draw(terms, plan, groups, limit, seed)
    require(draw.names() == transcript["result"], "result_differs")
    for place, one in enumerate(transcript["replacements"]):
        require(one["kind"] != "recusal", "recusal_after_draw")
        check_text(one["reason"])
        require(place < terms["max_replacements"], "too_many_replacements")
        require(draw.replace(one["removed"]) == one["added"], "replacement_differs")
    return announced, draw.names()
