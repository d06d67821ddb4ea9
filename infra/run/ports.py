"""Ports: taken ones are found before anything starts, and named in one sentence."""

import errno
import socket

TCP, UDP = socket.SOCK_STREAM, socket.SOCK_DGRAM


def fault(host: str, port: int, kind: socket.SocketKind) -> int:
    """Try to bind a port and return the error number, 0 when it is free."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, kind) as probe:
        if kind is TCP:
            # As servers do: a port in TIME_WAIT is free, one that somebody listens on is not.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            return error.errno or errno.EINVAL
    return 0


def require(host: str, port: int, kinds: tuple[socket.SocketKind, ...], variable: str) -> None:
    """Make sure that a port can be had.

    Args:
        host: Address to listen on.
        port: The port.
        kinds: TCP, UDP or both.
        variable: The setting that chooses another port.

    Raises:
        SystemExit: It cannot; the text says why and what to do.
    """
    another = f"choose another, for example: {variable}={other(port)} make run"
    for kind in kinds:
        match fault(host, port, kind):
            case 0:
                continue
            case errno.EADDRINUSE:
                raise SystemExit(f"Port {port} is taken by another program: {another}")
            case errno.EACCES:
                raise SystemExit(f"Port {port} is not yours to open, below 1024 is for root: {another}")
            case _:
                raise SystemExit(f"Port {port} cannot be opened on {host}: is that an address of this machine?")


def other(port: int) -> int:
    """Suggest another port."""
    return port + 1 if 1024 <= port < 65535 else 8081
