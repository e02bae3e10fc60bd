"""`tongban doctor` names what is wrong and how to mend it, before anything is started."""

import socket
from typing import NamedTuple

import httpx
import pytest

from processes import free_ports, run, server, wait_until

JWKS = "http://127.0.0.1:1/identity/.well-known/jwks.json"


class Finding(NamedTuple):
    mark: str
    subject: str
    problem: str
    mend: str


def read(told):
    """`WRONG subject: problem`, below it the mend."""
    findings = []
    for line in told.splitlines():
        mark, text = line[:6].strip(), line[6:]
        if mark:
            findings.append(Finding(mark, *text.partition(": ")[::2], ""))
        else:
            findings[-1] = findings[-1]._replace(mend=text.removeprefix("mend: "))
    return findings


@pytest.fixture
def doctor(tmp_path):
    """What the doctor finds wrong, by subject."""

    def doctor(*arguments, expect=1, **variables):
        where = [] if "--listen" in arguments else ["--listen", "127.0.0.1:0"]
        where += [] if "--data-dir" in arguments else ["--data-dir", tmp_path / "data"]
        findings = read(run("doctor", *where, *arguments, expect=expect, **variables).stdout)
        assert {finding.mark for finding in findings} <= {"ok", "warn", "WRONG"}
        assert all(bool(finding.mend) == (finding.mark != "ok") for finding in findings)
        wrong = [finding for finding in findings if finding.mark == "WRONG"]
        by_subject = {finding.subject: finding for finding in wrong}
        assert len(by_subject) == len(wrong), wrong
        return by_subject

    return doctor


def test_nothing_wrong(doctor):
    assert doctor(expect=0) == {}


def test_unknown_service(doctor):
    shape = ("--database-url", server("TONGBAN_TEST_DATABASE_URL"), "--kafka", server("TONGBAN_TEST_KAFKA"))
    finding = doctor("--services", "reviews,potholes", *shape, "--jwks-urls", JWKS)["services"]
    assert "potholes" in finding.problem and "reviews" not in finding.problem and "intake" in finding.mend


def test_port_taken(doctor):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        findings = doctor("--listen", address)
    assert set(findings) == {"listen"}
    assert address in findings["listen"].problem and "--listen" in findings["listen"].mend


def test_unreachable_database(doctor):
    (port,) = free_ports(1)
    url = f"postgres://someone:s3cret@127.0.0.1:{port}/tongban"
    kafka = server("TONGBAN_TEST_KAFKA")
    findings = doctor("--services", "intake", "--database-url", url, "--kafka", kafka, "--jwks-urls", JWKS)
    assert set(findings) == {"database of intake"}
    finding = findings["database of intake"]
    assert "--database-url" in finding.mend and "s3cret" not in " ".join(finding)


def test_database_without_tables(doctor):
    shape = ("--database-url", server("TONGBAN_TEST_DATABASE_URL"), "--schema-prefix", "never_migrated_")
    findings = doctor("--services", "reviews", *shape, "--kafka", server("TONGBAN_TEST_KAFKA"), "--jwks-urls", JWKS)
    assert set(findings) == {"database of reviews"}
    assert "tongban migrate" in findings["database of reviews"].mend


def test_unreachable_kafka(doctor):
    (port,) = free_ports(1)
    broker = f"127.0.0.1:{port}"
    findings = doctor("--kafka", broker)
    assert set(findings) == {"kafka"}
    assert broker in findings["kafka"].mend


def test_subset_without_kafka(doctor):
    database = server("TONGBAN_TEST_DATABASE_URL")
    findings = doctor("--services", "intake", "--database-url", database, "--jwks-urls", JWKS)
    assert "--kafka" in findings["kafka"].mend


def test_subset_without_database_or_keys(doctor):
    findings = doctor("--services", "intake")
    assert set(findings) == {"services", "jwks_urls"}
    assert "--database-url" in findings["services"].mend
    assert "--jwks-urls" in findings["jwks_urls"].mend


def test_production_with_sample_accounts(doctor, tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "sample-accounts.json").write_text("{}")
    findings = doctor("--environment", "production")
    assert set(findings) == {"data_dir", "master_key_file"}
    assert "sample" in findings["data_dir"].problem and "--data-dir" in findings["data_dir"].mend
    assert "--master-key-file" in findings["master_key_file"].mend


def test_no_calendar(doctor, tmp_path):
    findings = doctor("--data", tmp_path)
    assert set(findings) == {"calendar"} and "--data" in findings["calendar"].mend


def test_data_dir_that_cannot_be_written(doctor, tmp_path):
    (tmp_path / "file").write_text("")
    findings = doctor("--data-dir", tmp_path / "file" / "below")
    assert set(findings) == {"data_dir"} and "--data-dir" in findings["data_dir"].mend


@pytest.mark.parametrize(
    ("variable", "value"),
    [("TONGBAN_DATABSE_URL", "x"), ("TONGBAN_LISTEN", "here"), ("TONGBAN_LOG_FORMAT", "xml")],
)
def test_settings_that_cannot_be_read(variable, value, tmp_path):
    told = run("doctor", "--data-dir", tmp_path, expect=1, **{variable: value}).stdout
    assert variable.removeprefix("TONGBAN_").lower() in told.lower() and "mend:" in told


def test_ports_of_the_scripts_are_no_settings(doctor):
    assert doctor(expect=0, TONGBAN_POSTGRES_PORT="1", TONGBAN_KAFKA_PORT="2", TONGBAN_MESH_PORT="3") == {}


def test_readiness(city, doctor):
    run("doctor", "--ready", city.base)
    (port,) = free_ports(1)
    run("doctor", "--ready", f"http://127.0.0.1:{port}", expect=1)


def test_history_key_sealed_with_another_master_key(doctor, city, tmp_path):
    address = f"{city.base}/identity/v1/history/keys"
    wait_until(lambda: httpx.get(address).json()["keys"])
    key = tmp_path / "other-key"
    key.write_text("0123456789abcdef" * 4)
    key.chmod(0o600)
    assert "history key of identity" not in doctor("--data-dir", city.directory, expect=0)
    finding = doctor("--data-dir", city.directory, "--master-key-file", key)["history key of identity"]
    assert "does not open" in finding.problem and "/identity/v1/history/keys/rotation" in finding.mend
