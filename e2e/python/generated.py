"""Clients that openapi-python-client makes of our OpenAPI documents."""

import json
import os
import subprocess
import sys
from pathlib import Path

from processes import ROOT

SERVICES = sorted(path.stem for path in (ROOT / "openapi").glob("*.json"))
TOOLS = Path(sys.executable).parent


def _tool(*command):
    # The generator calls ruff, which is beside it.
    environment = os.environ | {"PATH": f"{TOOLS}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=120, env=environment)
    return done.returncode, done.stdout + done.stderr


def generate(service, folder):
    """Writes a client of the service below the folder; exit code and what the generator said."""
    document = ROOT / "openapi" / f"{service}.json"
    # The generator knows no pictures; it is to take them as any other file.
    config = folder / "config.json"
    config.write_text(json.dumps({"content_type_overrides": {"image/svg+xml": "application/octet-stream"}}))
    command = (TOOLS / "openapi-python-client", "generate", "--path", document, "--meta", "setup", "--config", config)
    return _tool(*command, "--fail-on-warning", "--output-path", folder / service)


def install(folders, target):
    """Builds and installs the clients; nothing is fetched."""
    options = ("--no-deps", "--no-build-isolation", "--no-index", "--disable-pip-version-check")
    return _tool(sys.executable, "-m", "pip", "install", "--quiet", *options, "--target", target, *folders)
