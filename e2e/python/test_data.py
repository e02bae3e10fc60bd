"""The sample city is sound, and the script that says so finds faults."""

import shutil
import subprocess
import sys

from processes import ROOT

SCRIPT = ROOT / "scripts" / "check-data"


def check(*arguments):
    return subprocess.run([sys.executable, SCRIPT, *arguments], capture_output=True, text=True, timeout=60)


def test_sample_city_is_sound():
    done = check()
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_fault_is_found(tmp_path):
    copy = shutil.copytree(ROOT / "data", tmp_path / "data")
    bodies = copy / "city" / "bodies.json"
    bodies.write_text(bodies.read_text().replace("11320706MB0000003H", "11320706MB0000003J"))
    done = check(copy)
    assert done.returncode == 1
    assert "11320706MB0000003J" in done.stdout + done.stderr
