"""The five services as five processes over PostgreSQL and Kafka, as scripts/mesh starts them."""

import uuid
from contextlib import ExitStack

import httpx

from processes import Tongban, accounts, free_ports, run, server, wait_until

SERVICES = ("identity", "matters", "intake", "licences", "reviews", "supervision", "supermarket", "exchange")


class Mesh:
    def __init__(self, directory, otlp):
        name = uuid.uuid4().hex[:8]
        self.addresses = {
            service: f"127.0.0.1:{port}" for service, port in zip(SERVICES, free_ports(len(SERVICES)), strict=True)
        }
        self.directory = directory
        self.storage = (
            "--database-url", server("TONGBAN_TEST_DATABASE_URL"), "--schema-prefix", f"py_{name}_",
            "--kafka", server("TONGBAN_TEST_KAFKA"), "--topic-prefix", f"py-{name}-", "--partitions", "2",
            "--data-dir", directory,
        )  # fmt: skip
        keys = f"http://{self.addresses['identity']}/identity/.well-known/jwks.json"
        self.shape = (*self.storage, "--jwks-urls", keys, "--otlp-endpoint", otlp, "--log-format", "json")
        self.processes = ExitStack()

    def log(self, service):
        return self.directory / f"{service}.log"

    def __enter__(self):
        run("migrate", *self.storage)
        with ExitStack() as started:
            for service, address in self.addresses.items():
                command = ("serve", "--services", service, "--listen", address, *self.shape)
                process = started.enter_context(Tongban(*command, log=self.log(service)))
                wait_until(lambda address=address: ready(address), process=process)
            run("load", *self.storage)
            self.password = accounts(self.directory)["password"]
            self.processes = started.pop_all()
        return self

    def __exit__(self, *error):
        return self.processes.__exit__(*error)

    def url(self, path):
        """Where a path is: its first part names the service."""
        return f"http://{self.addresses[path.split('/')[1]]}{path}"

    def metrics(self, service):
        return httpx.get(f"http://{self.addresses[service]}/metrics").raise_for_status().text


def ready(address):
    try:
        return httpx.get(f"http://{address}/health/ready").is_success
    except httpx.TransportError:
        return False


class Caller:
    """Somebody signed in to the mesh."""

    def __init__(self, mesh, login):
        self.mesh = mesh
        body = {"login": login, "password": mesh.password}
        session = httpx.post(mesh.url("/identity/v1/sessions"), json=body).raise_for_status().json()
        self.headers = {"Authorization": f"Bearer {session['access_token']}"}

    def get(self, path, **parameters):
        return self.answer("GET", path, params=parameters).raise_for_status().json()

    def post(self, path, body, **headers):
        return self.answer("POST", path, json=body, headers=headers).raise_for_status().json()

    def answer(self, method, path, headers=None, **arguments):
        return httpx.request(method, self.mesh.url(path), headers=self.headers | (headers or {}), **arguments)
