"""docker-compose.yml and what it needs."""

import re
import stat
import subprocess
import sys
import xml.etree.ElementTree as xml

import pytest

import strict_yaml
from product import COMMANDS, PORT, READY_CHECK, ROOT, SECRET_VARIABLES, SERVICES, VARIABLES

FILE = ROOT / "docker-compose.yml"
ONE_SHOT = {"migrate", "load"}
INFRASTRUCTURE = {"postgres", "kafka", "otel-collector"}


@pytest.fixture(scope="module")
def compose():
    return strict_yaml.load(FILE.read_text())


@pytest.fixture(scope="module")
def services(compose):
    return compose["services"]


def ours(services):
    return {name: services[name] for name in (*SERVICES, *sorted(ONE_SHOT))}


def test_matches_the_compose_schema():
    run = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(FILE)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr


def test_every_service_is_there(services):
    assert set(services) == {*SERVICES, *ONE_SHOT, *INFRASTRUCTURE}
    for name in SERVICES:
        assert services[name]["environment"]["TONGBAN_SERVICES"] == name
        assert services[name]["command"] == ["serve"]
    for name in ONE_SHOT:
        assert services[name]["environment"]["TONGBAN_SERVICES"].split(",") == list(SERVICES)
        assert services[name]["command"] == [name]
        assert "restart" not in services[name]
    assert ONE_SHOT <= COMMANDS


def test_one_image_built_once(services):
    assert len({service["image"] for service in ours(services).values()}) == 1
    assert [name for name, service in services.items() if "build" in service] == ["migrate"]


def test_images_are_pinned(services):
    for name in INFRASTRUCTURE:
        image = services[name]["image"]
        repository, _, tag = image.partition(":")
        assert re.match(r"\d+", tag), f"{image}: no version"
        assert "." not in repository.split("/")[0], f"{image}: names a registry"
    assert re.match(r"postgres:\d+", services["postgres"]["image"])


def test_kafka_is_the_one_of_the_tests(services):
    pom = xml.parse(ROOT / "scripts" / "kafka-pom.xml")
    space = {"m": "http://maven.apache.org/POM/4.0.0"}
    version = pom.find("m:properties/m:kafka.version", space).text
    assert services["kafka"]["image"] == f"apache/kafka:{version}"


def test_kafka_is_one_node(services):
    environment = services["kafka"]["environment"]
    assert environment["KAFKA_PROCESS_ROLES"] == "broker,controller"
    node = environment["KAFKA_NODE_ID"]
    assert environment["KAFKA_CONTROLLER_QUORUM_VOTERS"].startswith(f"{node}@")
    assert environment["KAFKA_ADVERTISED_LISTENERS"] == "PLAINTEXT://kafka:9092"
    for key, value in environment.items():
        if key.endswith(("REPLICATION_FACTOR", "MIN_ISR")):
            assert value == "1", key


def test_every_variable_is_one_the_product_knows(services):
    for name, service in ours(services).items():
        assert set(service["environment"]) <= VARIABLES, name


def test_secrets_are_not_in_the_file(compose, services):
    for name, service in services.items():
        for key, value in service.get("environment", {}).items():
            assert key not in SECRET_VARIABLES, f"{name}: {key}"
            if re.search("PASSWORD|SECRET|TOKEN|KEY", key):
                assert key.endswith("_FILE") and value.startswith("/run/secrets/"), f"{name}: {key}"
                assert value.removeprefix("/run/secrets/") in service["secrets"]
        # Not the long form, whose arguments would stay in the image's history.
        assert service.get("build", ".") == ".", name
    assert not re.search(r"://[^/\s:]+:[^@\s]+@", FILE.read_text()), "a URL with a password"
    for secret in compose["secrets"].values():
        assert set(secret) == {"file"}


def test_secret_files_stay_out_of_git_and_of_the_image(compose, services):
    files = {secret["file"] for secret in compose["secrets"].values()}
    files |= {file for service in ours(services).values() for file in service["env_file"]}
    assert {file.rsplit("/", 1)[0] for file in files} == {"./var/compose"}
    for file in files:
        run = subprocess.run(["git", "check-ignore", "--quiet", "--no-index", file], cwd=ROOT, check=False)
        assert run.returncode == 0, f"{file} is not ignored by git"


def test_services_and_the_loader_get_the_master_key(services):
    holders = {name for name, service in services.items() if "master-key" in service.get("secrets", [])}
    assert holders == {"identity", "matters", "intake", "licences", "reviews", "supervision", "supermarket", "exchange", "load"}
    assert holders == {
        name for name, s in ours(services).items() if "TONGBAN_MASTER_KEY_FILE" in s["environment"]
    }


def test_order_of_starting(services):
    for name in SERVICES:
        waits = {other: how["condition"] for other, how in services[name]["depends_on"].items()}
        # Nothing else: a service starts, and stays up, without the others and without the collector.
        assert waits == {"kafka": "service_healthy", "migrate": "service_completed_successfully"}
    assert services["migrate"]["depends_on"] == {"postgres": {"condition": "service_healthy"}}
    assert services["load"]["profiles"] == ["sample"]
    assert services["load"]["depends_on"] == {name: {"condition": "service_healthy"} for name in SERVICES}
    for name, service in services.items():
        for other, how in service.get("depends_on", {}).items():
            if how["condition"] == "service_healthy":
                assert "test" in services[other]["healthcheck"], f"{name} waits for {other}"
            assert not services[other].get("profiles"), f"{name} waits for {other}, which is not always there"


def test_health(services):
    for name in SERVICES:
        assert services[name]["healthcheck"]["test"] == ["CMD", *READY_CHECK]
    for name in ONE_SHOT:
        assert services[name]["healthcheck"] == {"disable": True}


def test_containers_may_do_little(services):
    for service in ours(services).values():
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert "no-new-privileges:true" in service["security_opt"]
        assert not service.get("privileged")


def test_ports_are_local_and_distinct(services):
    published = [port for service in services.values() for port in service.get("ports", [])]
    assert len(published) == len(SERVICES)
    assert len({port.split(":")[1] for port in published}) == len(published)
    for port in published:
        address, _, inside = port.split(":")
        assert (address, inside) == ("127.0.0.1", str(PORT))


def test_volumes_are_declared(compose, services):
    used = set()
    for service in services.values():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            if source.startswith("."):
                assert (ROOT / source).exists(), source
            else:
                used.add(source)
    assert used == set(compose["volumes"])
    for name in SERVICES:
        assert services[name]["volumes"] == [f"{name}:{services[name]['environment']['TONGBAN_DATA_DIR']}"]


def test_addresses_name_containers_that_exist(services):
    for name, service in ours(services).items():
        environment = service["environment"]
        assert environment["TONGBAN_KAFKA"] == "kafka:9092"
        for key in ("TONGBAN_ISSUER", "TONGBAN_JWKS_URLS", "TONGBAN_OTLP_ENDPOINT"):
            host = re.search(r"http://([a-z-]+):", environment[key]).group(1)
            assert host in services, f"{name}: {key}"


def test_collector_configuration(services):
    config = strict_yaml.load((ROOT / "docker" / "otel-collector.yaml").read_text())
    for pipeline in config["service"]["pipelines"].values():
        for part in ("receivers", "processors", "exporters"):
            assert set(pipeline[part]) <= set(config[part]), part
        assert pipeline["processors"][0] == "memory_limiter"
    port = config["receivers"]["otlp"]["protocols"]["http"]["endpoint"].rsplit(":", 1)[1]
    assert services["intake"]["environment"]["TONGBAN_OTLP_ENDPOINT"].endswith(f":{port}")
    (mount,) = services["otel-collector"]["volumes"]
    assert services["otel-collector"]["command"] == [f"--config={mount.split(':')[1]}"]


class TestSecretsScript:
    """scripts/compose-secrets."""

    SCRIPT = ROOT / "scripts" / "compose-secrets"

    @pytest.fixture
    def directory(self, tmp_path):
        return tmp_path / "secrets"

    def run(self, directory):
        return subprocess.run([self.SCRIPT, directory], capture_output=True, text=True, check=True)

    def contents(self, directory):
        return {file.name: file.read_text() for file in directory.iterdir()}

    def test_makes_what_compose_reads(self, directory, compose, services):
        self.run(directory)
        made = self.contents(directory)
        wanted = {secret["file"] for secret in compose["secrets"].values()}
        wanted |= {file for service in ours(services).values() for file in service["env_file"]}
        assert set(made) == {file.rsplit("/", 1)[1] for file in wanted}

        assert re.fullmatch("[0-9a-f]{64}", made["master-key"])
        assert len(bytes.fromhex(made["master-key"])) == 32
        assert re.fullmatch("[0-9a-f]{64}", made["postgres-password"])
        assert made["master-key"] != made["postgres-password"]
        user = services["postgres"]["environment"]["POSTGRES_USER"]
        database = services["postgres"]["environment"]["POSTGRES_DB"]
        url = f"postgres://{user}:{made['postgres-password']}@postgres:5432/{database}"
        assert made["database.env"] == f"TONGBAN_DATABASE_URL={url}\n"

    def test_closes_the_directory_and_prints_no_secret(self, directory):
        printed = self.run(directory).stdout
        assert stat.S_IMODE(directory.stat().st_mode) == 0o700
        # The container reads them as user 10001.
        assert {stat.S_IMODE(file.stat().st_mode) for file in directory.iterdir()} == {0o644}
        made = self.contents(directory)
        assert made["master-key"] not in printed and made["postgres-password"] not in printed

    def test_never_replaces(self, directory):
        self.run(directory)
        before = self.contents(directory)
        assert self.run(directory).stdout == ""
        assert self.contents(directory) == before

    def test_differs_each_time(self, directory, tmp_path):
        self.run(directory)
        self.run(tmp_path / "other")
        assert self.contents(directory)["master-key"] != self.contents(tmp_path / "other")["master-key"]
