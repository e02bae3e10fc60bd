"""Whether the binary agrees with product.py. Needs TONGBAN_BIN, the path of a built `tongban`."""

import os
import re
import subprocess

import pytest

from product import COMMANDS, SETTINGS

BINARY = os.environ.get("TONGBAN_BIN")
OPTION = re.compile(r"--([a-z][a-z-]*)")
VARIABLE = re.compile(r"\[env: ([A-Z_]+)=")


def settings(text):
    """Flag and variable of every option a clap help text describes with `[env: …]`."""
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
  -h, --help                 Print help
"""
    assert settings(text) == {"listen": "TONGBAN_LISTEN", "services": "TONGBAN_SERVICES"}


@pytest.mark.skipif(BINARY is None, reason="TONGBAN_BIN is not set")
def test_binary_has_every_setting():
    run = subprocess.run([BINARY, "serve", "--help"], capture_output=True, text=True, check=True)
    known = settings(run.stdout)
    assert {flag: known.get(flag) for flag in SETTINGS} == SETTINGS


@pytest.mark.skipif(BINARY is None, reason="TONGBAN_BIN is not set")
@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_binary_has_every_command(command):
    subprocess.run([BINARY, command, "--help"], capture_output=True, text=True, check=True)
