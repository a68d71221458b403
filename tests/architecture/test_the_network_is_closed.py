"""A test that asks for the network fails with a sentence; this computer itself may be spoken to."""

from __future__ import annotations

import socket

import pytest


def test_a_connection_to_another_computer_is_refused() -> None:
    with pytest.raises(RuntimeError, match="asked for the network"):
        socket.create_connection(("192.0.2.1", 80), timeout=1)


def test_a_name_is_not_looked_up() -> None:
    with pytest.raises(RuntimeError, match="asked for the network"):
        socket.getaddrinfo("example.org", 80)


def test_this_computer_may_be_spoken_to() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname(), timeout=5) as client,
    ):
        assert client.getpeername() == server.getsockname()
