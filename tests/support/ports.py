"""Ports for servers of the tests."""

import contextlib
import random
import socket


def free_ports(count):
    """Below the ports of outgoing connections, one of which could otherwise sit on the port of a
    replica that is down."""
    with open("/proc/sys/net/ipv4/ip_local_port_range", encoding="ascii") as file:
        first_outgoing = int(file.read().split()[0])
    with contextlib.ExitStack() as stack:
        ports = []
        while len(ports) < count:
            each = stack.enter_context(socket.socket())
            with contextlib.suppress(OSError):
                each.bind(("127.0.0.1", random.randrange(10000, first_outgoing)))
                ports.append(each.getsockname()[1])
        return ports
