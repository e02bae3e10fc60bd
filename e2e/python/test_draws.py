"""Draws recomputed by the second verifier, which was written from the specification; both agree on a thousand."""

import json
import os
import subprocess

import pytest

import draws
import history
from draws import Refused, f
from processes import BINARY, ROOT, run

VECTORS = ROOT / "libs" / "draw" / "tests" / "vectors"
STEPS = json.loads((VECTORS / "steps.json").read_text())
#: The maker of cases is built beside the binary, with all targets.
MAKER = os.path.join(os.path.dirname(BINARY), "examples", "draw_cases")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A thousand draws, a third of them bent, with the keys of the logs they use."""
    directory = tmp_path_factory.mktemp("draws")
    subprocess.run([MAKER, "cases", directory, "--count", "1000", "--seed", "20260311"], check=True, timeout=300)
    made = json.loads((directory / "expected.json").read_text())
    for number, published in enumerate(made["keys"]):
        (directory / f"keys-{number}").write_text(json.dumps(published))
    return directory, made


def first_verdicts(files, *arguments):
    """What `tongban verify draw` says."""
    done = run("verify", "draw", *files, *arguments, expect=None, timeout=300)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["file"] for line in lines] == [str(file) for file in files], done.stderr
    assert done.returncode == (0 if all(line["valid"] for line in lines) else 1)
    return lines


def second_verdict(data, keys=()):
    try:
        announced, selected = draws.verify(data, keys)
    except Refused as refused:
        return str(refused), None
    return announced.hex(), selected


def test_vectors():
    for name, expected in STEPS["transcripts"].items():
        announced, selected = draws.verify((VECTORS / f"{name}.json").read_bytes())
        assert (announced.hex(), selected) == (expected["announcement"], expected["selected"])
    given = STEPS["commitment"]
    parts = (given["draw"], bytes.fromhex(given["terms"]), given["party"], bytes.fromhex(given["seed"]))
    made = history.digest(f("tongban-draw-commitment-v1"), *map(f, parts))
    assert made.hex() == given["commitment"]
    seed = bytes.fromhex(STEPS["stream"]["seed"])
    stream = draws.Stream(seed)
    assert [f"{stream.word():016x}" for _ in range(5)] == STEPS["stream"]["words"]
    stream = draws.Stream(seed)
    assert [[bound, stream.below(bound)] for bound, _ in STEPS["stream"]["below"]] == STEPS["stream"]["below"]


def test_both_verifiers_agree_on_a_thousand_draws(made):
    directory, made = made
    cases = made["cases"]
    keys = [directory / f"keys-{number}" for number in range(len(made["keys"]))]
    known = [key for published in made["keys"] for key in history.keys(published)]
    told = first_verdicts([directory / case["file"] for case in cases])
    assert len(cases) == 1_000
    held = []
    for case, first in zip(cases, told, strict=True):
        said, selected = second_verdict((directory / case["file"]).read_bytes())
        where = f"{case}: {first} and {said}"
        assert first["valid"] == (selected is not None), where
        assert case["expected"] in (None, first["valid"]), where
        if first["valid"]:
            assert (first["announcement"], first["selected"]) == (said, selected), where
            held.append(case["file"])
        else:
            # Ours names all that is wrong, the other one the first that it meets.
            assert said in {first["code"], *(error["code"] for error in first.get("errors", []))}, where
    assert 600 <= len(held) < 700
    # With the keys, signatures count as well; a hundred of them, since each takes the second one a while.
    some = [directory / file for file in held[::7]]
    arguments = [part for file in keys for part in ("--keys", file)]
    for file, first in zip(some, first_verdicts(some, *arguments), strict=True):
        said, selected = second_verdict(file.read_bytes(), known)
        assert first["valid"] == (selected is not None), (file, first, said)


def test_signatures_count_once_there_are_keys(made, tmp_path):
    _, made = made
    text = (VECTORS / "uniform.json").read_text()
    known = [key for published in made["keys"] for key in history.keys(published)]
    (tmp_path / "keys").write_text(json.dumps(made["keys"][0]))
    (tmp_path / "right").write_text(text)
    # Another signature over the same tree: the result is the same.
    at = text.index(" fYx6") + 20
    bent = text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1 :]
    (tmp_path / "bent").write_text(bent)
    files = [tmp_path / "right", tmp_path / "bent"]
    assert [line["valid"] for line in first_verdicts(files)] == [True, True]
    with_keys = first_verdicts(files, "--keys", tmp_path / "keys")
    assert [line["valid"] for line in with_keys] == [True, False]
    assert with_keys[0]["signatures_checked"]
    assert second_verdict(bent.encode()) == second_verdict(text.encode())
    assert second_verdict(bent.encode(), known) == ("bad_note", None)


def test_an_announcement_that_was_kept_is_compared(tmp_path):
    file, kept = VECTORS / "experts.json", STEPS["transcripts"]["experts"]["announcement"]
    (line,) = first_verdicts([file], "--announced", kept)
    assert line["valid"] and line["announcement_compared"]
    (line,) = first_verdicts([file], "--announced", "0" * 64)
    assert [error["code"] for error in line["errors"]] == ["other_announcement"]
    run("verify", "draw", file, "--announced", "0" * 63, expect=2)
    run("verify", "draw", tmp_path / "nothing", expect=2)
    run("verify", "draw", file, "--keys", tmp_path / "nothing", expect=2)
