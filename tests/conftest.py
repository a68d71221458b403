"""For every test: the network is closed, and Hypothesis draws few examples by day, many by night."""

from __future__ import annotations

import gc
import ipaddress
import os
import socket
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CI = bool(os.environ.get("CI"))

# `pytest --hypothesis-profile=night` asks for the long run.
settings.register_profile("default", deadline=None, max_examples=50, derandomize=CI, print_blob=True)
settings.register_profile("night", deadline=None, max_examples=2000, print_blob=True)
settings.load_profile("default")


# Python's search for garbage took a sixth of the tests' time: it is made less often, and passes over what was collected.
gc.set_threshold(20_000, 20, 20)


def pytest_collection_finish() -> None:
    gc.collect()
    gc.freeze()


def _stays_here(host: object) -> bool:
    if host in {None, "", "localhost", b"localhost"}:
        return True
    try:
        return ipaddress.ip_address(str(host)).is_loopback
    except ValueError:
        return False


def _refuse(host: object) -> None:
    raise RuntimeError(f"A test asked for the network ({host}). Only this computer itself may be spoken to.")


def _guarded_connect(connect: Callable[..., Any]) -> Callable[..., Any]:
    def guarded(self: socket.socket, address: Any) -> Any:
        if self.family in {socket.AF_INET, socket.AF_INET6} and not _stays_here(address[0]):
            _refuse(address[0])
        return connect(self, address)

    return guarded


def _guarded_lookup(lookup: Callable[..., Any]) -> Callable[..., Any]:
    def guarded(host: Any, *rest: Any, **named: Any) -> Any:
        if not _stays_here(host):
            _refuse(host)
        return lookup(host, *rest, **named)

    return guarded


@pytest.fixture(scope="session", autouse=True)
def closed_network() -> Iterator[None]:
    """Connections and name look-ups fail, except to this computer itself."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", _guarded_connect(socket.socket.connect))
        patch.setattr(socket.socket, "connect_ex", _guarded_connect(socket.socket.connect_ex))
        patch.setattr(socket, "getaddrinfo", _guarded_lookup(socket.getaddrinfo))
        yield
