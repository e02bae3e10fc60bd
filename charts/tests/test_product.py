"""Whether the binary agrees with product.py: the one TONGBAN_BIN names, or the last debug build."""

import os
import re
import subprocess

import pytest

from product import COMMANDS, ROOT, SETTINGS

BINARY = os.environ.get("TONGBAN_BIN") or ROOT / "target" / "debug" / "tongban"
OPTION = re.compile(r"--([a-z][a-z-]*)")
VARIABLE = re.compile(r"\[env: ([A-Z_]+)[=\]]")


def settings(text):
    """Flag and variable of every option the help describes with `[env: …]`, which clap ends with the value."""
    found, flag = {}, None
    for line in text.splitlines():
        option = OPTION.search(line)
        # An option's line begins with its name; a description may mention others.
        if option and re.match(r"\s+(-\w, )?--", line):
            flag = option.group(1)
        variable = VARIABLE.search(line)
        if variable and flag:
            found[flag] = variable.group(1)
    return found


def test_help_is_read_right():
    text = """
Options:
      --listen <LISTEN>
          Where to listen, see also --services

          [env: TONGBAN_LISTEN=]
          [default: 127.0.0.1:8080]
  -s, --services <SERVICES>  Which run [env: TONGBAN_SERVICES=intake]
      --issuer <TEXT>        Issuer [env: TONGBAN_ISSUER] [default: us]
  -h, --help                 Print help
"""
    assert settings(text) == {"listen": "TONGBAN_LISTEN", "services": "TONGBAN_SERVICES", "issuer": "TONGBAN_ISSUER"}


def test_binary_has_every_setting():
    run = subprocess.run([BINARY, "serve", "--help"], capture_output=True, text=True, check=True)
    known = settings(run.stdout)
    assert {flag: known.get(flag) for flag in SETTINGS} == SETTINGS


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_binary_has_every_command(command):
    subprocess.run([BINARY, command, "--help"], capture_output=True, text=True, check=True)
