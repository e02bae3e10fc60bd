"""One case through the mesh is one trace per request, across processes and Kafka; and what else operators read."""

import json
import re
import secrets
import uuid

import pytest

from collector import Collector
from mesh import SERVICES, Caller, Mesh
from processes import wait_until

CASES = "/intake/v1/cases"
DECIDED = "cn.tongban.intake.case.decided.v1"
ISSUED = "cn.tongban.licences.licence.issued.v1"


@pytest.fixture(scope="module")
def collector():
    with Collector() as collector:
        yield collector


@pytest.fixture(scope="module")
def mesh(collector, tmp_path_factory):
    with Mesh(tmp_path_factory.mktemp("mesh"), collector.address) as mesh:
        yield mesh


class Story:
    """A case from submission to licence, the decision sent with a trace of our own."""

    def __init__(self, mesh):
        citizen, clerk = Caller(mesh, "citizen.chen"), Caller(mesh, "clerk.minzheng.1")
        approver = Caller(mesh, "approver.minzheng.1")
        (matter,) = citizen.get("/matters/v1/matters", q="老年人优待证", region="320706")["items"]
        me = citizen.get("/identity/v1/me")
        materials = [{"code": code, "file_id": upload(citizen)} for code in ("M01", "M02")]
        form = {
            "name": me["name"],
            "citizen_id": me["document"]["number"],
            "address": "海州区示例路 1 号",
            "phone": "13800000000",
            "delivery": "电子证照",
        }
        application = {"matter_id": matter["id"], "form": form, "materials": materials}
        self.case = wait_until(lambda: submitted(citizen, application))
        clerk.post(f"{CASES}/{self.case}/acceptance", {})
        self.trace, self.span = secrets.token_hex(16), secrets.token_hex(8)
        ruling = {"outcome": "approved", "reason": "符合条件"}
        decision = f"{CASES}/{self.case}/decision"
        parent = {"traceparent": f"00-{self.trace}-{self.span}-01"}
        self.answer = approver.answer("POST", decision, headers=parent, json=ruling).raise_for_status()
        self.licence = wait_until(lambda: citizen.get(f"{CASES}/{self.case}").get("licence"))
        self.held = citizen.get(f"/licences/v1/licences/{self.licence}")
        right = wait_until(lambda: citizen.get("/reviews/v1/rights")["items"])
        assert [row["case_id"] for row in right] == [self.case]


def upload(citizen):
    file = {"file": ("id.pdf", b"%PDF-1.7\n", "application/pdf")}
    return citizen.answer("POST", "/intake/v1/files", files=file).raise_for_status().json()["id"]


def submitted(citizen, application):
    # Intake hears of matters and people by events, a moment after they are loaded.
    answer = citizen.answer("POST", CASES, json=application, headers={"Idempotency-Key": str(uuid.uuid4())})
    if answer.status_code == 503 or "unknown_matter" in answer.text:
        return None
    return answer.raise_for_status().json()["id"]


@pytest.fixture(scope="module")
def story(mesh):
    return Story(mesh)


@pytest.fixture(scope="module")
def spans(story, collector):
    """All spans of the decision's trace, once the last of them has come in."""

    def complete():
        spans = collector.trace(story.trace)
        return spans if any(consumes(span, "intake", ISSUED) for span in spans) else None

    return wait_until(complete, seconds=20)


def consumes(span, service, event):
    return (span.service, span.kind, span.attributes.get("event")) == (f"tongban-{service}", "consumer", event)


def request(spans):
    (found,) = [span for span in spans if span.kind == "server"]
    return found


def event(spans, service, name):
    (found,) = [span for span in spans if consumes(span, service, name)]
    return found


def test_licence_was_issued(story):
    assert story.held["licence"]["case_id"] == story.case


def test_decision_continues_the_callers_trace(story, spans):
    decision = request(spans)
    assert (decision.service, decision.parent) == ("tongban-intake", story.span)
    assert decision.name == f"POST {CASES}/{{id}}/decision"
    assert decision.attributes["http.response.status_code"] == 200
    assert story.answer.headers["traceparent"].split("-")[1:3] == [decision.trace, decision.id]


def test_licence_is_issued_within_the_same_trace(spans):
    """Three processes, two topics: intake decides, licences issues and reviews opens, intake takes note."""
    by_id = {span.id: span for span in spans}
    decision = request(spans)
    issuing = event(spans, "licences", DECIDED)
    assert came_from(issuing, by_id) == decision.id
    noting = event(spans, "intake", ISSUED)
    assert came_from(noting, by_id) == issuing.id
    # The right, what is known of the case, and what a higher platform is told each follow it.
    rights = [span for span in spans if consumes(span, "reviews", DECIDED)]
    assert {came_from(right, by_id) for right in rights} == {decision.id}


def came_from(span, by_id):
    """The nearest span above that is a request or an event; the parents between are known and of one process."""
    parent = by_id[span.parent]
    while parent.kind not in ("server", "consumer"):
        parent = by_id[parent.parent]
    return parent.id


def test_no_parent_is_missing(story, spans):
    known = {span.id for span in spans} | {story.span}
    assert [span for span in spans if span.parent not in known] == []


def test_a_request_without_a_trace_begins_one(mesh, collector):
    answer = Caller(mesh, "citizen.chen").answer("GET", "/identity/v1/me")
    trace = answer.headers["traceparent"].split("-")[1]
    (span,) = wait_until(lambda: collector.trace(trace), seconds=20)
    assert (span.parent, span.service) == ("", "tongban-identity")


def test_collector_was_told_nothing_but_traces(spans, collector):
    assert collector.refused == []


@pytest.mark.parametrize(
    ("service", "events"),
    [
        ("identity", {"events_published_total"}),
        ("matters", {"events_published_total"}),
        ("intake", {"events_published_total", "events_consumed_total"}),
        ("licences", {"events_published_total", "events_consumed_total"}),
        ("reviews", {"events_consumed_total"}),
    ],
)
def test_metrics(story, mesh, service, events):
    text = mesh.metrics(service)
    values = dict(re.findall(r"^(\w+)\{.*\} ([0-9.e+-]+)$", text, re.MULTILINE))
    # Nothing is parked where nothing is consumed.
    parked = {"events_parked"} if "events_consumed_total" in events else set()
    assert {"http_request_duration_seconds_count", "outbox_waiting", *parked, *events} <= set(values), text
    assert f'route="/{service}/' in text
    assert float(values.get("events_parked", 0)) == 0


@pytest.mark.parametrize("service", SERVICES)
def test_every_line_of_the_log_is_json(story, mesh, service):
    lines = [json.loads(line) for line in mesh.log(service).read_text().splitlines()]
    assert any(line["message"] == "serving" for line in lines)
    for line in lines:
        assert {"timestamp", "level", "target", "message"} <= set(line)
    assert [line for line in lines if line["level"] == "ERROR"] == []
