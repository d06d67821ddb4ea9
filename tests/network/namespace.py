"""A network namespace of this process's own: network_namespaces(7)."""

import ctypes
import os
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from typing import ParamSpec, Self, TypeVar

_CLONE_NEWNET = 0x40000000
_LIBC = ctypes.CDLL(None, use_errno=True)

P = ParamSpec("P")
T = TypeVar("T")


class Namespace:
    """A network without anything in it, and a thread that lives there.

    What that thread opens or starts, sockets and programs, belongs to the namespace. It has neither a name nor a mount:
    the kernel takes it away when this process ends, however that comes about, and none that it started there is left.
    """

    def __enter__(self) -> Self:
        """Make it.

        Raises:
            OSError: This process may not; it takes CAP_SYS_ADMIN.
        """
        self._thread = ThreadPoolExecutor(1, "namespace")
        try:
            self._descriptor = self.call(_leave_for_a_new_one)
        except OSError:
            self._thread.shutdown()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """Let it go."""
        self._thread.shutdown()
        os.close(self._descriptor)

    @property
    def path(self) -> str:
        """Where other programs find it; `ip` takes it for a name, `nsenter --net=` for a file."""
        return f"/proc/{os.getpid()}/fd/{self._descriptor}"

    def call(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call a function inside."""
        return self._thread.submit(function, *args, **kwargs).result()

    @contextmanager
    def inside(self, context: AbstractContextManager[T]) -> Iterator[T]:
        """Enter and leave a context inside; the body runs outside."""
        value = self.call(context.__enter__)
        try:
            yield value
        finally:
            self.call(context.__exit__, None, None, None)

    def run(self, *command: str, given: str = "") -> str:
        """Run a command inside and return what it says.

        Args:
            command: The command.
            given: What it reads.

        Raises:
            RuntimeError: It failed; the text is its own.
        """
        done = self.call(subprocess.run, command, input=given, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()}")
        return str(done.stdout)


def _leave_for_a_new_one() -> int:
    if _LIBC.unshare(_CLONE_NEWNET):
        number = ctypes.get_errno()
        raise OSError(number, f"unshare: {os.strerror(number)}")
    return os.open("/proc/thread-self/ns/net", os.O_RDONLY)
