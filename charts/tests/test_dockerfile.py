"""The Dockerfile, and what .dockerignore lets it see."""

import json
import re
import subprocess
import tomllib

import pytest
from dockerfile_parse import DockerfileParser

from product import PORT, READY_CHECK, ROOT, USER, VARIABLES


@pytest.fixture(scope="module")
def dockerfile(tmp_path_factory):
    # The parser writes beside what it reads when asked to; it gets a copy.
    path = tmp_path_factory.mktemp("dockerfile") / "Dockerfile"
    path.write_text((ROOT / "Dockerfile").read_text())
    return DockerfileParser(str(path))


@pytest.fixture(scope="module")
def stages(dockerfile):
    found = []
    for line in dockerfile.structure:
        if line["instruction"] == "FROM":
            found.append([])
        if line["instruction"] != "COMMENT" and found:
            found[-1].append((line["instruction"], line["value"]))
    return found


@pytest.fixture(scope="module")
def manifest():
    return tomllib.loads((ROOT / "Cargo.toml").read_text())


def values(stage, instruction):
    return [value for name, value in stage if name == instruction]


def allowed():
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    return {line[1:] for line in lines if line.startswith("!")}


def test_instructions_are_known(dockerfile):
    known = {"FROM", "LABEL", "RUN", "COPY", "WORKDIR", "ENV", "EXPOSE", "USER", "HEALTHCHECK", "ENTRYPOINT", "CMD"}
    # ADD fetches and unpacks; ARG values stay in the image's history.
    assert {line["instruction"] for line in dockerfile.structure} - {"COMMENT"} == known


def test_base_images_are_pinned(dockerfile):
    build, runtime = dockerfile.parent_images
    for image in (build, runtime):
        name, _, tag = image.partition(":")
        assert tag and "latest" not in tag and "bookworm" in tag, image
        assert "." not in name.split("/")[0], f"{image}: names a registry"
    # Both from one Debian, or the binary would ask for another glibc.
    assert runtime == "debian:bookworm-slim"


def test_compiler_is_new_enough(dockerfile, manifest):
    version = re.match(r"rust:(\d+)\.(\d+)", dockerfile.parent_images[0]).groups()
    wanted = manifest["workspace"]["package"]["rust-version"].split(".")[:2]
    assert tuple(map(int, version)) >= tuple(map(int, wanted))


def test_build_is_locked(stages):
    build = " ".join(values(stages[0], "RUN"))
    assert "cargo build --release --locked -p tongban" in build
    assert (ROOT / "Cargo.lock").exists()


def test_runtime_takes_only_the_binary_and_the_sample_city(stages):
    copies = values(stages[1], "COPY")
    assert copies == [
        "--from=build /out/tongban /usr/local/bin/tongban",
        "data/ /opt/tongban/data/",
    ]


def test_runs_as_nobody_special(stages):
    users = values(stages[1], "USER")
    assert users == [f"{USER}:{USER}"]
    order = [name for name, _ in stages[1]]
    assert order.index("USER") > max(i for i, name in enumerate(order) if name in ("RUN", "COPY"))


def test_start(stages):
    (entrypoint,) = values(stages[1], "ENTRYPOINT")
    (command,) = values(stages[1], "CMD")
    (health,) = values(stages[1], "HEALTHCHECK")
    assert json.loads(entrypoint) == ["tongban"]
    assert json.loads(command) == ["serve"]
    assert json.loads(health.partition("CMD")[2]) == READY_CHECK
    assert values(stages[1], "EXPOSE") == [str(PORT)]


def test_settings_are_known_and_none_is_secret(stages):
    (line,) = values(stages[1], "ENV")
    settings = dict(pair.split("=", 1) for pair in line.split())
    assert set(settings) <= VARIABLES
    assert settings["TONGBAN_LISTEN"] == f"0.0.0.0:{PORT}"
    assert settings["TONGBAN_DATA_DIR"] == "/var/lib/tongban"
    assert not any(re.search("PASSWORD|SECRET|KEY|URL", name) for name in settings)


def test_nothing_is_fetched_but_packages(dockerfile):
    for line in dockerfile.structure:
        if line["instruction"] == "RUN":
            assert not re.search(r"\b(curl|wget|git clone)\b|https?://", line["value"]), line["value"]
            if "apt-get install" in line["value"]:
                assert "--no-install-recommends" in line["value"]
                assert "rm -rf /var/lib/apt/lists/*" in line["value"]


def test_context_is_a_list_of_what_is_let_in():
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*"
    assert not {"var", ".git", ".env", ".", "target"} & allowed()


def test_context_holds_every_member_of_the_workspace(manifest):
    tops = {member.split("/")[0] for member in manifest["workspace"]["members"]}
    assert {"Cargo.toml", "Cargo.lock", *tops} <= allowed()
    assert "data" in allowed()


def test_context_holds_every_embedded_file():
    embeds = re.compile(r'include_(?:str|bytes)!\(\s*(?:concat!\(env!\("CARGO_MANIFEST_DIR"\),\s*)?"([^"]+)"')
    folders = re.compile(r'#\[folder\s*=\s*"([^"]+)"\]')
    outside = []
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", "libs", "services", "e2e"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )
    for name in listed.stdout.splitlines():
        source = ROOT / name
        if source.suffix != ".rs" or not source.exists():
            continue
        text = source.read_text()
        crate = next(parent for parent in source.parents if (parent / "Cargo.toml").exists())
        for pattern, bases in ((embeds, (source.parent, crate)), (folders, (crate,))):
            for embedded in pattern.findall(text):
                embedded = embedded.replace("$CARGO_MANIFEST_DIR", ".").lstrip("/")
                places = [(base / embedded).resolve() for base in bases]
                tops = {p.relative_to(ROOT).parts[0] for p in places if p.exists() and p.is_relative_to(ROOT)}
                if not tops or not tops <= allowed():
                    outside.append(f"{name}: {embedded}")
    assert outside == [], "not in .dockerignore's list, or not there at all"
