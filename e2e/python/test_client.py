"""Clients generated from the OpenAPI documents do the whole of a case, with nothing added by hand."""

import importlib
import pkgutil
import sys
import uuid
from http import HTTPStatus
from io import BytesIO

import pytest

import generated
from processes import wait_until

HAIZHOU = "320706"
PDF = b"%PDF-1.7\nidentity card\n"


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    """What the generator said of each document, and where the clients are."""
    folder = tmp_path_factory.mktemp("clients")
    return folder, {service: generated.generate(service, folder) for service in generated.SERVICES}


@pytest.fixture(scope="module")
def packages(said, tmp_path_factory):
    """The installed clients: the package of each service."""
    folder, _ = said
    target = tmp_path_factory.mktemp("installed")
    assert generated.install([folder / service for service in generated.SERVICES], target) == (0, "")
    sys.path.insert(0, str(target))
    try:
        yield {
            service: importlib.import_module(next((folder / service).glob("tongban_*/__init__.py")).parent.name)
            for service in generated.SERVICES
        }
    finally:
        sys.path.remove(str(target))


def test_every_service_has_a_document():
    assert generated.SERVICES == ["exchange", "identity", "intake", "licences", "matters", "reviews", "supermarket", "supervision"]


@pytest.mark.parametrize("service", generated.SERVICES)
def test_generator_has_nothing_to_say(said, service):
    code, text = said[1][service]
    assert code == 0, text
    assert "warning" not in text.lower() and "error" not in text.lower(), text


@pytest.mark.parametrize("service", generated.SERVICES)
def test_every_module_is_python(packages, service):
    package = packages[service]
    names = [module.name for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")]
    assert len(names) > 10
    for name in names:
        importlib.import_module(name)


class Person:
    """Somebody who calls through the generated clients alone."""

    def __init__(self, packages, base, token=None):
        self.packages = packages
        self.base = base
        self.token = token

    def client(self, service):
        package = self.packages[service]
        options = {"base_url": self.base, "raise_on_unexpected_status": True}
        if self.token:
            return package.AuthenticatedClient(token=self.token, **options)
        return package.Client(**options)

    def model(self, service, name):
        return getattr(importlib.import_module(f"{self.packages[service].__name__}.models"), name)

    def answer(self, service, operation, *path, **arguments):
        """Status and parsed body of `tag.operation`."""
        module = importlib.import_module(f"{self.packages[service].__name__}.api.{operation}")
        with self.client(service) as client:
            answer = module.sync_detailed(*path, client=client, **arguments)
        assert answer.parsed is not None, answer
        return answer.status_code, answer.parsed

    def call(self, service, operation, *path, status=HTTPStatus.OK, **arguments):
        got, body = self.answer(service, operation, *path, **arguments)
        assert got == status, body
        return body


@pytest.fixture(scope="module")
def anyone(packages, city):
    return Person(packages, city.base)


@pytest.fixture(scope="module")
def sign_in(anyone, city):
    def sign_in(login):
        body = anyone.model("identity", "SignIn")(login=login, password=city.password)
        session = anyone.call("identity", "sessions.sign_in", body=body)
        assert session.account.login == login
        return Person(anyone.packages, anyone.base, session.access_token)

    return sign_in


def test_whole_case(anyone, sign_in):
    matter = find_elder_card(anyone)
    citizen = sign_in("citizen.chen")
    me = citizen.call("identity", "me.read_own_account")

    case = submit(citizen, matter.id, me)
    assert case.state == "submitted" and case.missing_materials == []

    clerk = sign_in("clerk.minzheng.1")
    stage = clerk.model("intake", "ListWorklistStage").ACCEPTANCE
    waiting = clerk.call("intake", "worklist.list_worklist", stage=stage)
    assert case.id in [row.id for row in waiting.items]
    body = clerk.model("intake", "CaseAcceptance")()
    accepted = clerk.call("intake", "handling.accept_case", case.id, body=body)
    assert accepted.state == "accepted" and accepted.due

    approver = sign_in("approver.minzheng.1")
    outcome = approver.model("intake", "Outcome").APPROVED
    body = approver.model("intake", "CaseRuling")(outcome=outcome, reason="符合条件")
    decided = approver.call("intake", "handling.decide_case", case.id, body=body)
    assert decided.state == "decided"

    identifier = wait_until(lambda: citizen.call("intake", "cases.read_case", case.id).licence)
    shown = citizen.call("licences", "licences.read_licence", identifier)
    verified = anyone.call(
        "licences", "verifications.verify_licence", identifier=identifier, check_code=shown.licence.check_code
    )
    assert verified.state == "valid"
    assert (verified.identifier, verified.type_name) == (identifier, shown.licence.licence_type.name)

    timeline = citizen.call("intake", "cases.read_case_timeline", case.id)
    assert timeline.intact and len(timeline.entries) >= 4
    clock = citizen.call("intake", "cases.read_case_clock", case.id)
    assert clock.promised.explained.due == accepted.due

    review = review_once(citizen, case.id)
    assert review.stars == 5


def find_elder_card(anyone):
    found = anyone.call("matters", "matters.search_matters", q="老年人优待证", region=HAIZHOU)
    (matter,) = [row for row in found.items if row.body_name.startswith("海州区民政局")]
    guide = anyone.call("matters", "matters.read_matter", matter.id)
    required = [material.code for material in guide.matter.materials if material.required]
    assert required == ["M01", "M02"]
    return matter


def upload(citizen, name):
    types = importlib.import_module(f"{citizen.packages['intake'].__name__}.types")
    file = types.File(payload=BytesIO(PDF), file_name=name, mime_type="application/pdf")
    body = citizen.model("intake", "FileUpload")(file=file)
    uploaded = citizen.call("intake", "files.upload_file", status=HTTPStatus.CREATED, body=body)
    assert (uploaded.name, uploaded.size) == (name, len(PDF))
    return uploaded.id


def submit(citizen, matter_id, me):
    files = {"M01": upload(citizen, "身份证.pdf"), "M02": upload(citizen, "photo.pdf")}
    assert citizen.call("intake", "files.download_file", files["M01"]).payload.read() == PDF
    named = citizen.model("intake", "MaterialNamed")
    form = citizen.model("intake", "CaseSubmissionForm").from_dict(
        {
            "name": me.name,
            "citizen_id": me.document.number,
            "address": "海州区示例路 1 号",
            "phone": "13800000000",
            "delivery": "电子证照",
        }
    )
    body = citizen.model("intake", "CaseSubmission")(
        matter_id=matter_id,
        form=form,
        materials=[named(code=code, file_id=file) for code, file in files.items()],
    )
    key = str(uuid.uuid4())

    def handed_in():
        # Intake hears of matters and people by events, a moment after the start.
        status, answer = citizen.answer("intake", "cases.submit_case", body=body, idempotency_key=key)
        if status == HTTPStatus.SERVICE_UNAVAILABLE or getattr(answer, "code", None) == "unknown_matter":
            return None
        assert status == HTTPStatus.CREATED, answer
        return answer

    case = wait_until(handed_in)
    assert handed_in().number == case.number, "the same request again is the same case"
    return case


def review_once(citizen, case_id):
    body = citizen.model("reviews", "ReviewOpinion")(stars=5, tags=["510", "513"], text="很方便")
    return citizen.call("reviews", "reviews.give_review", case_id, status=HTTPStatus.CREATED, body=body)


def test_refusals_are_problem_documents(anyone, sign_in):
    body = anyone.model("identity", "SignIn")(login="nobody.here", password="not the password")
    problem = anyone.call("identity", "sessions.sign_in", status=HTTPStatus.UNAUTHORIZED, body=body)
    assert type(problem).__name__ == "ProblemDocument" and problem.code
    missing = uuid.uuid4()
    problem = sign_in("citizen.chen").call("intake", "cases.read_case", missing, status=HTTPStatus.NOT_FOUND)
    assert type(problem).__name__ == "ProblemDocument" and problem.trace_id


def test_system_gets_a_token(anyone, city):
    client, secret = next(iter(city.systems.items()))
    body = anyone.model("identity", "ClientCredentials").from_dict(
        {"grant_type": "client_credentials", "client_id": client, "client_secret": secret}
    )
    granted = anyone.call("identity", "sessions.grant_client_token", body=body)
    assert granted.access_token.count(".") == 2
