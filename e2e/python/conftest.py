from contextlib import contextmanager

import pytest

from processes import Tongban, accounts, wait_until


@pytest.fixture(scope="session")
def city(tmp_path_factory):
    """The whole city in one process, sample data loaded."""
    with city_in(tmp_path_factory.mktemp("city")) as city:
        yield city


@contextmanager
def city_in(directory):
    """A city of one's own, for as long as it is needed."""
    process = Tongban("serve", "--load", "--listen", "127.0.0.1:0", "--data-dir", directory, log=directory / "city.log")
    with process:
        address = directory / "address"
        wait_until(lambda: address.exists() and address.read_text().endswith("\n"), process=process)
        yield City(address.read_text().strip(), accounts(directory), directory)


class City:
    def __init__(self, base, sample, directory):
        self.base = base
        self.directory = directory
        self.password = sample["password"]
        self.systems = {system["client_id"]: system["client_secret"] for system in sample["systems"]}
