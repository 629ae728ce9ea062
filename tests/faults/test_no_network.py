"""The tests reach this machine only, so that they pass on a train."""

import socket

import pytest
from pytest_socket import SocketConnectBlockedError


@pytest.mark.filterwarnings("ignore:A test tried to use socket")
def test_other_machines_cannot_be_reached() -> None:
    # 192.0.2.0/24 is kept for documentation: nobody would be bothered if the guard were gone.
    with pytest.raises(SocketConnectBlockedError):
        socket.create_connection(("192.0.2.1", 80), timeout=1)
