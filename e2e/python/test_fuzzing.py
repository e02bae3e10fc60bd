"""Every operation keeps its document's word, whatever request Schemathesis makes of the document.

No server error; no status, content type or header that the document does not know; bodies as their schemas say; nothing
accepted that the schemas forbid. What keeps to the schemas may be refused all the same, by a rule that no schema can say:
a matter that is not there, a moment in the future, a text that says nothing.
"""

import json
from functools import cached_property, lru_cache

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.config import SchemathesisConfig

import generated
from conftest import city_in
from processes import ROOT, accounts

#: How a request that the schemas forbid may be answered: it may be too large to be read, or not the caller's.
REFUSED = ["400", "401", "403", "404", "405", "409", "413", "415", "422"]
CONFIG = {
    "checks": {
        "negative_data_rejection": {"expected-statuses": REFUSED},
        "positive_data_acceptance": {"enabled": False},
    }
}
#: Random requests for each operation, beside those made of its examples and of each schema's bounds.
REQUESTS = 3


class Callers:
    """Somebody for every operation: who may call it, as its document says."""

    def __init__(self, city):
        self.base = city.base
        self.sample = accounts(city.directory)
        # All sign in first: among the requests to come are enough wrong passwords to lock an account.
        for schema in SCHEMAS.values():
            for operation in schema.get_all_operations():
                self.of(operation.ok().definition.raw["x-access"])

    def of(self, access):
        if access.get("public"):
            return {}
        roles = set(access.get("roles", []))
        for account in self.sample["accounts"]:
            needed = roles if account["kind"] == "officer" else set()
            if account["kind"] in access["kinds"] and (not needed or needed & set(account["roles"])):
                return self.signed_in(account["login"])
        return self.system

    @lru_cache
    def signed_in(self, login):
        return self._bearer("sessions", json={"login": login, "password": self.sample["password"]})

    @cached_property
    def system(self):
        return self._bearer("tokens", data={"grant_type": "client_credentials", **self.sample["systems"][0]})

    def _bearer(self, what, **body):
        answer = httpx.post(f"{self.base}/identity/v1/{what}", **body)
        assert answer.is_success, answer.text
        return {"Authorization": f"Bearer {answer.json()['access_token']}"}


@pytest.fixture(scope="module")
def callers(tmp_path_factory):
    # In a city of its own: what is done to this one is nothing for other tests.
    with city_in(tmp_path_factory.mktemp("fuzzed")) as city:
        yield Callers(city)


def schemas():
    """Each service's document, without what a service before it has, too."""
    seen = set()
    for service in generated.SERVICES:
        document = json.loads((ROOT / "openapi" / f"{service}.json").read_text())
        schema = schemathesis.openapi.from_dict(document, config=SchemathesisConfig.from_dict(CONFIG))
        names = {operation.ok().definition.raw["operationId"] for operation in schema.get_all_operations()}
        if names & seen:
            schema = schema.exclude(operation_id=sorted(names & seen))
        seen |= names
        yield service, schema


SCHEMAS = dict(schemas())


def operations_of(schema):
    @schema.hook
    def filter_query(context, query):
        # A parameter that no document knows is no fault: it is not read.
        return not query or set(query) <= {parameter.name for parameter in context.operation.query}

    @schema.parametrize()
    @settings(
        max_examples=REQUESTS, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
    )
    def keep_their_word(case, callers):
        headers = callers.of(case.operation.definition.raw["x-access"])
        case.call_and_validate(base_url=callers.base, headers=headers)

    return keep_their_word


for name, schema in SCHEMAS.items():
    globals()[f"test_operations_of_{name}"] = operations_of(schema)
