"""The history of a running city, verified by the second verifier; both verifiers refuse what was changed."""

import json
import uuid

import httpx
import pytest

import history
from history import Refused
from processes import run, wait_until

PDF = b"%PDF-1.7\n"


class Caller:
    def __init__(self, city, login):
        self.base = city.base
        body = {"login": login, "password": city.password}
        session = httpx.post(f"{city.base}/identity/v1/sessions", json=body).raise_for_status().json()
        self.headers = {"Authorization": f"Bearer {session['access_token']}"}

    def send(self, method, path, **arguments):
        headers = self.headers | arguments.pop("headers", {})
        return httpx.request(method, self.base + path, headers=headers, **arguments)

    def text(self, method, path, **arguments):
        return self.send(method, path, **arguments).raise_for_status().text

    def json(self, method, path, **arguments):
        return self.send(method, path, **arguments).raise_for_status().json()


def public(city, path, **query):
    answer = httpx.get(city.base + path, params=query).raise_for_status()
    if not path.endswith("/keys"):
        assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    return answer.text


def submit(city, citizen):
    """Files a case; its identifier."""
    query = {"q": "老年人优待证", "region": "320706"}
    found = httpx.get(f"{city.base}/matters/v1/matters", params=query).raise_for_status().json()["items"]
    (matter,) = [row for row in found if row["body_name"].startswith("海州区民政局")]
    me = citizen.json("GET", "/identity/v1/me")
    form = {"name": me["name"], "citizen_id": me["document"]["number"], "address": "海州区示例路 1 号"}
    form |= {"phone": "13800000000", "delivery": "电子证照"}
    materials = []
    for code in ("M01", "M02"):
        file = {"file": ("id.pdf", PDF, "application/pdf")}
        materials.append({"code": code, "file_id": citizen.json("POST", "/intake/v1/files", files=file)["id"]})
    body = {"matter_id": matter["id"], "form": form, "materials": materials}

    def handed_in():
        # Intake hears of matters and people by events, a moment after the start.
        headers = {"Idempotency-Key": str(uuid.uuid4())}
        answer = citizen.send("POST", "/intake/v1/cases", json=body, headers=headers)
        if answer.status_code == 503 or "unknown_matter" in answer.text:
            return None
        return answer.raise_for_status().json()["id"]

    return wait_until(handed_in)


class Papers:
    """Three cases, each with a checkpoint after it, the last one signed with another key."""

    def __init__(self, city):
        citizen, admin = Caller(city, "citizen.chen"), Caller(city, "admin.city")
        self.receipts, self.checkpoints = [], []
        for number in range(3):
            case = submit(city, citizen)
            self.receipts.append(citizen.text("GET", f"/intake/v1/cases/{case}/receipt"))
            if number == 2:
                admin.json("POST", "/intake/v1/history/keys/rotation")
            self.checkpoints.append(admin.text("POST", "/intake/v1/history/checkpoints"))
        self.published = json.loads(public(city, "/intake/v1/history/keys"))
        self.keys = history.keys(self.published)
        opened = [history.open_receipt(receipt, self.keys) for receipt in self.receipts]
        self.proofs = [public(city, receipt["proof"]) for receipt in opened]
        sizes = [history.open_checkpoint(note, self.keys).size for note in self.checkpoints]
        assert sizes == sorted(set(sizes))
        self.consistency = [
            public(city, "/intake/v1/history/consistency", **{"from": start, "to": end})
            for start in sizes
            for end in sizes
            if start <= end
        ]


@pytest.fixture(scope="module")
def papers(city):
    return Papers(city)


@pytest.fixture
def first_verifier(tmp_path, papers):
    """What `tongban verify` says of texts: whether each is valid."""
    keys = tmp_path / "keys.json"
    keys.write_text(json.dumps(papers.published))

    def verify(kind, texts, *arguments):
        files = []
        for number, text in enumerate(texts):
            files.append(tmp_path / f"{kind}-{number}")
            files[-1].write_bytes(text.encode())
        valid = []
        for start in range(0, len(files), 200):
            part = files[start : start + 200]
            command = ("verify", kind, *part, "--keys", keys, *arguments)
            done = run(*command, expect=None)
            lines = [json.loads(line) for line in done.stdout.splitlines()]
            assert [line["file"] for line in lines] == [str(file) for file in part], done.stderr
            valid += [line["valid"] for line in lines]
            assert done.returncode == (0 if all(line["valid"] for line in lines) else 1)
            assert all(line["valid"] or line["code"] for line in lines)
        return valid

    return verify


def test_sm3_of_the_standard():
    """GB/T 32905-2016, annex A."""
    assert history.digest(b"abc").hex() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"


def test_receipts_lead_to_their_events(papers, city):
    citizen = Caller(city, "citizen.chen")
    cases = {case["number"] for case in citizen.json("GET", "/intake/v1/cases")["items"]}
    for receipt, proof in zip(papers.receipts, papers.proofs, strict=True):
        opened = history.open_receipt(receipt, papers.keys)
        assert opened["case"] in cases
        checkpoint = history.verify_inclusion(proof, papers.keys, opened)
        assert checkpoint.origin == papers.published["origin"]


def test_histories_only_grow(papers):
    for proof in papers.consistency:
        earlier, later = history.verify_consistency(proof, papers.keys)
        assert earlier.size <= later.size and earlier.at <= later.at


def test_a_retired_key_still_verifies_and_a_new_one_is_needed(papers):
    old, new = papers.keys[-2:]
    history.open_checkpoint(papers.checkpoints[0], [old])
    history.open_checkpoint(papers.checkpoints[2], [new])
    for note, key in ((papers.checkpoints[0], new), (papers.checkpoints[2], old)):
        with pytest.raises(Refused):
            history.open_checkpoint(note, [key])
    assert "retired_at" in papers.published["keys"][-2] and "retired_at" not in papers.published["keys"][-1]


@pytest.mark.parametrize("service", ["identity", "matters", "licences", "reviews", "supervision", "supermarket", "exchange"])
def test_every_service_has_a_history(city, service):
    published = json.loads(public(city, f"/{service}/v1/history/keys"))
    assert published["origin"].startswith(f"tongban/{service}/")
    if service in ("identity", "matters"):
        note = wait_until(lambda: signed(city, service))
        checkpoint = history.open_checkpoint(note, history.keys(published))
        assert checkpoint.size > 100
        assert public(city, f"/{service}/v1/history/checkpoints/{checkpoint.size}") == note


def signed(city, service):
    answer = httpx.get(f"{city.base}/{service}/v1/history/checkpoint")
    return answer.text if answer.status_code == 200 else None


def test_another_events_receipt_does_not_fit(papers):
    other = history.open_receipt(papers.receipts[1], papers.keys)
    with pytest.raises(Refused):
        history.verify_inclusion(papers.proofs[0], papers.keys, other)


def mutations(text):
    """Texts that differ from this one in a character or a line."""
    lines = text.splitlines(keepends=True)
    for number, line in enumerate(lines):
        before, after = "".join(lines[:number]), "".join(lines[number + 1 :])
        yield before + after
        yield before + line + line + after
        for place in {0, 1, len(line) // 2, len(line) - 2, len(line) - 1} & set(range(len(line))):
            for other in ("", "0", "B", " ", "\n", "\r\n", "\t"):
                if other != line[place]:
                    yield before + line[:place] + other + line[place + 1 :] + after
    for one in range(len(lines) - 1):
        if lines[one] != lines[one + 1]:
            swapped = [*lines[:one], lines[one + 1], lines[one], *lines[one + 2 :]]
            yield "".join(swapped)
    yield text + "\n"
    yield text[:-1]
    yield "\n" + text
    yield ""


@pytest.mark.parametrize("kind", ["receipt", "inclusion", "consistency"])
def test_both_verifiers_refuse_every_changed_paper(papers, first_verifier, tmp_path, kind):
    receipt = tmp_path / "the.receipt"
    receipt.write_text(papers.receipts[0])
    opened = history.open_receipt(papers.receipts[0], papers.keys)
    paper, verify, more = {
        "receipt": (papers.receipts[0], history.open_receipt, ()),
        "inclusion": (
            papers.proofs[0],
            lambda text, keys: history.verify_inclusion(text, keys, opened),
            ("--receipt", receipt),
        ),
        "consistency": (papers.consistency[1], history.verify_consistency, ()),
    }[kind]
    verify(paper, papers.keys)
    assert first_verifier(kind, [paper], *more) == [True]
    bent = sorted(set(mutations(paper)) - {paper})
    assert len(bent) > 100
    for text in bent:
        with pytest.raises(Refused):
            verify(text, papers.keys)
    accepted = [text for text, valid in zip(bent, first_verifier(kind, bent, *more), strict=True) if valid]
    assert accepted == []


def test_both_verifiers_refuse_changed_keys(papers, tmp_path):
    (tmp_path / "receipt").write_text(papers.receipts[0])
    vkey = papers.published["keys"][0]["vkey"]
    for place in (0, vkey.index("+") + 1, len(vkey) - 30, len(vkey) - 5):
        other = "B" if vkey[place] != "B" else "C"
        bent = vkey[:place] + other + vkey[place + 1 :]
        published = papers.published | {"keys": [{"vkey": bent, "created_at": "2026-01-01T00:00:00Z"}]}
        with pytest.raises(Refused):
            history.keys(published)
        (tmp_path / "keys").write_text(json.dumps(published))
        run("verify", "receipt", tmp_path / "receipt", "--keys", tmp_path / "keys", expect=2)


def test_ledgers_are_verified_beside_the_running_process(papers, city, tmp_path):
    keys, checkpoint = tmp_path / "keys.json", tmp_path / "checkpoint"
    keys.write_text(json.dumps(papers.published))
    checkpoint.write_text(papers.checkpoints[0])
    done = run("verify", "ledger", "--data-dir", city.directory, "--keys", keys, "--checkpoint", checkpoint)
    reports = [json.loads(line) for line in done.stdout.splitlines()]
    assert [report["service"] for report in reports] == ["identity", "matters", "intake", "licences", "reviews", "supervision", "supermarket", "exchange"]
    assert all(report["valid"] for report in reports)
    assert [report["keys_given"] for report in reports] == [report["service"] == "intake" for report in reports]


def test_what_cannot_be_judged_is_not_judged(papers, city, tmp_path):
    (tmp_path / "receipt").write_text(papers.receipts[0])
    run("verify", "receipt", tmp_path / "receipt", "--keys", tmp_path / "nothing", expect=2)
    run("verify", "ledger", "--data-dir", tmp_path / "nowhere", expect=2)
    (tmp_path / "checkpoint").write_text(papers.checkpoints[0])
    other = ("verify", "ledger", "--data-dir", city.directory, "--services", "matters")
    told = run(*other, "--checkpoint", tmp_path / "checkpoint", expect=2).stderr
    assert "no service that is verified" in told, "a paper nobody looks at is not one that agreed"
    assert not (tmp_path / "nowhere").exists()
