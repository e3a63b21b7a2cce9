"""A way to vCenter that can be cut: passes bytes on, TLS and all, until told to drop everything."""

import contextlib
import socket
import threading

ADDRESS = "127.0.0.1"
CHUNK = 65536


class Relay:
    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._listener = socket.create_server((ADDRESS, 0))
        self._open: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    def cut(self) -> None:
        """Every connection of the moment ends; new ones work."""
        ending, self._open = self._open, []
        for one in ending:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def stop(self) -> None:
        """Nothing gets through any more. Stopped already: nothing."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.cut()
        for thread in self._threads:
            thread.join()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                inner, _ = self._listener.accept()
                outer = socket.create_connection(self._target)
                self._open += [inner, outer]
                self._pass_on(inner, outer)
                self._pass_on(outer, inner)

    def _pass_on(self, source: socket.socket, target: socket.socket) -> None:
        thread = threading.Thread(target=self._copy, args=(source, target))
        self._threads.append(thread)
        thread.start()

    def _copy(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while part := source.recv(CHUNK):
                target.sendall(part)
        for one in (source, target):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
