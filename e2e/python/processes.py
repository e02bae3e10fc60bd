"""Starting, watching and ending processes of the binary; nothing else is ever touched."""

import json
import os
import socket
import subprocess
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BINARY = os.environ.get("TONGBAN_BIN") or ROOT / "target" / "debug" / "tongban"
#: Settings of whoever runs the tests are none of the tests'.
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("TONGBAN_")}
ENVIRONMENT |= {"TONGBAN_DATA": str(ROOT / "data"), "OTEL_BSP_SCHEDULE_DELAY": "200"}


def run(*arguments, stdin=None, expect=0, timeout=60, **variables):
    """A command that ends by itself; its result when the exit code is the expected one; None expects any."""
    done = subprocess.run(
        [BINARY, *map(str, arguments)],
        input=stdin,
        stdin=subprocess.DEVNULL if stdin is None else None,
        capture_output=True,
        text=True,
        timeout=timeout,
        env=ENVIRONMENT | variables,
    )
    assert expect is None or done.returncode == expect, f"exit {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done


class Tongban:
    """A process that runs until it is left; then it must end by itself, and well."""

    def __init__(self, *arguments, log):
        self.log = Path(log)
        self.command = [str(BINARY), *map(str, arguments)]
        self.process = None

    def __enter__(self):
        with self.log.open("wb") as errors:
            self.process = subprocess.Popen(
                self.command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors, env=ENVIRONMENT
            )
        return self

    def __exit__(self, kind, *_):
        code = self.stop()
        assert code == 0 or kind, f"exit {code}\n{self.last_lines()}"

    def stop(self):
        self.process.terminate()
        try:
            return self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return "killed: it did not stop within 30 s"

    def last_lines(self):
        return f"{self.log}:\n" + "\n".join(self.log.read_text().splitlines()[-20:])


def wait_until(question, *, process=None, seconds=60):
    """The first true answer."""
    end = time.monotonic() + seconds
    while True:
        answer = question()
        if answer:
            return answer
        if process and process.process.poll() is not None:
            raise AssertionError(f"ended with {process.process.returncode}\n{process.last_lines()}")
        assert time.monotonic() < end, f"not within {seconds} s" + (f"\n{process.last_lines()}" if process else "")
        time.sleep(0.1)


def free_ports(count):
    """Ports nobody listens on, all different."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


def accounts(directory):
    return json.loads((directory / "sample-accounts.json").read_text())


def server(variable):
    """Where a server is that the tests need; `scripts/test python` starts them and says so."""
    value = os.environ.get(variable)
    assert value, f"{variable} is not set: run scripts/test python"
    return value
