"""Records between two processes through shared memory, in one file, standard library only.

    import brood, brood_ring

    with brood.connect() as channel:
        ring = brood_ring.open(channel.receive().handle)    # the other side made it and sent it
        for record in ring:                                 # bytes; ends when the writer closes
            ...

    ring = brood_ring.to_write(1 << 26)                     # 64 MiB; a record may have up to half
    channel.send({"ring": "frames"}, ring.handle())         # the other side opens it
    ring.write(data)

The other side may be Java (``dev.brood.workers.channel.SharedRing``) or Python. One process writes
and one reads; threads of one process take turns. Linux, Python 3.9 or newer, x86-64 or aarch64.

How it works is told in docs/decisions/0014-shared-ring.md of Brood's sources, byte by byte. What
matters here: positions are moved by single stores of 8 aligned bytes (memoryview), which both
machines do at once; and as Python has no memory fence, a futex(2) wake-up of a word that nobody
waits for is used as one: the kernel puts a full barrier before it looks for waiters.
"""

from __future__ import annotations

import array
import ctypes
import fcntl
import mmap
import os
import platform
import select
import socket
import struct
import threading
import time

__all__ = ["open", "to_write", "to_read", "Ring", "RingError", "RingClosed", "RingBroken", "RecordTooLarge"]

_MAGIC = b"BROODRNG"
_DATA = 4096
_MAKER_WRITES, _MAKER_READS = 1, 2
_PADDING = 0xFFFFFFFF
_RECORD_HEADER = 8
_LEAST, _MOST = 4096, 1 << 30
_SLICE = 1.0  # the longest single wait, in seconds

# Indexes into the memory seen as 64-bit and as 32-bit numbers.
_HEAD, _TAIL = 128 // 8, 256 // 8
_WRITER_CLOSED, _READER_CLOSED = 136 // 4, 264 // 4
_READER_WAITS, _WRITER_WAITS = 384 // 4, 512 // 4
_NOT, _ON_FUTEX, _ON_SOCKET = 0, 1, 2

_F_ADD_SEALS, _F_GET_SEALS = 1033, 1034
_SEAL_SEAL, _SEAL_SHRINK, _SEAL_GROW, _SEAL_WRITE = 1, 2, 4, 8
_MFD_CLOEXEC, _MFD_ALLOW_SEALING = 1, 2
_FUTEX_WAKE, _FUTEX_WAKE_OP = 1, 5
# For FUTEX_WAKE_OP: take these bits out of a word, and wake who waits there if it was "on futex".
_AND_NOT = 3 << 28
_CLEAR = {how: _AND_NOT | how << 12 | _ON_FUTEX for how in (_ON_FUTEX, _ON_SOCKET)}
_FUTEX = {"x86_64": 202, "aarch64": 98}.get(platform.machine())


class RingError(Exception):
    """The root of all errors here."""


class RingClosed(RingError):
    """The ring has ended: either side has closed it, and nothing is left to read."""


class RingBroken(RingClosed):
    """The other process is gone without closing the ring, or wrote what no ring holds."""


class RecordTooLarge(RingError):
    """A record longer than half of the ring."""


def open(handle):
    """Takes over the other side of a ring: a socket, a descriptor, or what has ``detach()``."""
    number = handle if isinstance(handle, int) else handle.detach()
    sock = socket.socket(fileno=number)
    files = array.array("i")
    try:
        data, extra, _, _ = sock.recvmsg(1, socket.CMSG_LEN(16 * files.itemsize), socket.MSG_DONTWAIT)
        for level, kind, content in extra:
            if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
                files.frombytes(content[: len(content) - len(content) % files.itemsize])
        if len(data) != 1 or not files:
            raise RingError("this is no ring, or it was opened before")
        memory = _mapped(files[0])
        role = struct.unpack_from("<I", memory, 12)[0]
        return Ring(sock, memory, role == _MAKER_READS, None)
    except BlockingIOError:
        sock.close()
        raise RingError("this is no ring, or it was opened before") from None
    except BaseException:
        sock.close()
        raise
    finally:
        for file in files:
            os.close(file)


def to_write(capacity):
    """Makes a ring that this process writes to; the capacity is a power of two in bytes."""
    return _made(capacity, _MAKER_WRITES)


def to_read(capacity):
    """Makes a ring that this process reads from; the capacity is a power of two in bytes."""
    return _made(capacity, _MAKER_READS)


def _made(capacity, role):
    if capacity & (capacity - 1) or not _LEAST <= capacity <= _MOST:
        raise ValueError("the capacity of a ring is a power of two from 4 KiB to 1 GiB")
    file = os.memfd_create("brood-ring", _MFD_CLOEXEC | _MFD_ALLOW_SEALING)
    try:
        os.ftruncate(file, _DATA + capacity)
        fcntl.fcntl(file, _F_ADD_SEALS, _SEAL_SHRINK | _SEAL_GROW | _SEAL_SEAL)
        os.pwrite(file, struct.pack("<8sIIQQ", _MAGIC, 1, role, capacity, _DATA), 0)
        memory = _mapped(file)
        ours, theirs = socket.socketpair()
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [file]))]
        ours.sendmsg([b"\1"], rights)
        return Ring(ours, memory, role == _MAKER_WRITES, theirs)
    finally:
        os.close(file)


def _mapped(file):
    try:
        seals = fcntl.fcntl(file, _F_GET_SEALS)
    except OSError:
        seals = 0
    if seals & (_SEAL_SHRINK | _SEAL_GROW) != _SEAL_SHRINK | _SEAL_GROW or seals & _SEAL_WRITE:
        raise RingError("not the memory of a ring: its size is not sealed")
    size = os.fstat(file).st_size
    if size < _DATA + _LEAST:
        raise RingError("not the memory of a ring")
    memory = mmap.mmap(file, size)
    magic, version, role, capacity, data = struct.unpack_from("<8sIIQQ", memory, 0)
    known = magic == _MAGIC and version == 1 and role in (_MAKER_WRITES, _MAKER_READS)
    if not known or data != _DATA or capacity != size - _DATA or capacity & (capacity - 1):
        memory.close()
        raise RingError("not the memory of a ring, or one of another version")
    return memory


class _Futex:
    """futex(2) without the C library's help; where the number is unknown, nothing is done."""

    def __init__(self):
        self._call = None
        if _FUTEX is not None:
            call = ctypes.CDLL(None).syscall
            call.restype = ctypes.c_long
            call.argtypes = [ctypes.c_long, ctypes.c_void_p, ctypes.c_long, ctypes.c_long]
            self._call = call
            operation = ctypes.CDLL(None)["syscall"]
            operation.restype = ctypes.c_long
            operation.argtypes = [*call.argtypes, ctypes.c_long, ctypes.c_void_p, ctypes.c_uint32]
            self._operation = operation
        self._nobody = ctypes.c_uint32(0)
        self._nobody_at = ctypes.addressof(self._nobody)

    def wake(self, address):
        if self._call is not None:
            self._call(_FUTEX, address, _FUTEX_WAKE, 1)

    def clear(self, address, how):
        """Takes one way of waiting out of a word and wakes who waits so. False: it cannot.

        At once, as another thread may wait there by now, and the other way.
        """
        if self._call is None:
            return False
        nobody, clear = self._nobody_at, _CLEAR[how]
        return self._operation(_FUTEX, nobody, _FUTEX_WAKE_OP, 1, 1, address, clear) >= 0

    def fence(self):
        """What was read and written before is so before what follows."""
        self.wake(self._nobody_at)


_futex = _Futex()


class Ring:
    """One side of a ring. Threads take turns; waiting releases the interpreter's lock."""

    def __init__(self, sock, memory, writes, offered):
        sock.setblocking(True)
        self._socket, self._memory, self._offered = sock, memory, offered
        self._poll = select.poll()
        self._poll.register(sock, select.POLLIN)
        self._bytes = memoryview(memory)
        self._longs, self._ints = self._bytes.cast("Q"), self._bytes.cast("I")
        anchor = ctypes.c_char.from_buffer(memory)
        self._address = ctypes.addressof(anchor)
        del anchor  # it would keep the memory from being closed
        self.capacity = len(memory) - _DATA
        self.writes = writes
        self._own_waits = _WRITER_WAITS if writes else _READER_WAITS
        self._peer_waits = _READER_WAITS if writes else _WRITER_WAITS
        self._own_closed = _WRITER_CLOSED if writes else _READER_CLOSED
        self._peer_closed = _READER_CLOSED if writes else _WRITER_CLOSED
        self._position = self._longs[_HEAD if writes else _TAIL]
        self._turn = threading.RLock()
        self._used = False  # by the thread that has the turn
        self._left = False  # to that thread: letting go of all when it is through
        self._first = threading.Lock()  # of those that close
        self._gone = False
        self._closed = False

    @property
    def record_limit(self):
        """The longest record, in bytes."""
        return self.capacity // 2 - _RECORD_HEADER

    def handle(self):
        """The other side, a socket to be sent through a channel and then closed; once."""
        offered, self._offered = self._offered, None
        if offered is None:
            raise RingError("this ring has no other side to give away, or not any more")
        return offered

    def write(self, data, timeout=None):
        """Writes a record, waiting for room; False if there was none within ``timeout`` seconds.

        Raises RecordTooLarge, RingClosed, or RingBroken if the reading process is gone.
        """
        if not self.writes:
            raise RingError("this process reads from the ring; the other one writes")
        data = memoryview(data).cast("B")
        length = len(data)
        if length > self.record_limit:
            raise RecordTooLarge("%d bytes; the ring takes up to %d" % (length, self.record_limit))
        self._enter()
        try:
            self._require_open()
            space = _space(length)
            to_end = self.capacity - self._position % self.capacity
            wanted = space if space <= to_end else to_end + space
            if not self._wait(lambda: self._room() >= wanted, timeout):
                return False
            if space > to_end:
                self._set_length(_PADDING)
                self._position += to_end
            at = self._at() + _RECORD_HEADER
            self._bytes[at : at + length] = data
            self._set_length(length)
            self._position += space
            self._move(_HEAD)
            return True
        finally:
            self._leave()

    def read(self, timeout=None):
        """The next record, or None if none came within ``timeout`` seconds.

        Raises RingClosed after the last record, or RingBroken if the writing process is gone.
        """
        self._enter()
        try:
            length = self._next(timeout)
            if length is None:
                return None
            at = self._at() + _RECORD_HEADER
            record = bytes(self._bytes[at : at + length])
            self._finish(length)
            return record
        finally:
            self._leave()

    def read_into(self, function, timeout=None):
        """Calls the function with a memoryview of the next record, without a copy.

        The view is not to be kept. True, or False if no record came within ``timeout`` seconds.
        """
        self._enter()
        try:
            length = self._next(timeout)
            if length is None:
                return False
            at = self._at() + _RECORD_HEADER
            view = self._bytes[at : at + length].toreadonly()
            try:
                function(view)
            finally:
                view.release()
                self._finish(length)
            return True
        finally:
            self._leave()

    def __iter__(self):
        while True:
            try:
                yield self.read()
            except RingBroken:
                raise
            except RingClosed:
                return

    def close(self):
        """Closes this side and tells the other; what is in the ring can still be read there.

        Allowed on top of a use by the same thread too: in a signal handler, or while it looks.
        """
        if not self._first.acquire(blocking=False):
            return
        self._closed = True
        self._ints[self._own_closed] = 1
        self._wake()
        try:
            self._socket.shutdown(socket.SHUT_RDWR)  # wakes a thread of ours that waits
        except OSError:
            pass
        with self._turn:
            self._left = self._used
            if not self._left:
                self._release()

    def _release(self):
        self._socket.close()
        if self._offered is not None:
            self._offered.close()
        for view in (self._longs, self._ints, self._bytes):
            view.release()
        self._memory.close()

    def _enter(self):
        self._turn.acquire()
        if self._used:
            self._turn.release()
            raise RingError("this thread uses this side of the ring already")
        self._used = True

    def _leave(self):
        self._used = False
        if self._left:
            self._left = False
            self._release()
        self._turn.release()

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.close()

    def _next(self, timeout):
        """Waits for a record; its length, or None. The position moves over padding."""
        if self.writes:
            raise RingError("this process writes to the ring; the other one reads")
        if self._closed:
            raise RingClosed("this side of the ring is closed")
        if not self._wait(lambda: self._longs[_HEAD] != self._position, timeout):
            return None
        _futex.fence()  # the record is not read before its position
        there = self._longs[_HEAD] - self._position
        sound = 0 < there <= self.capacity and there % 8 == 0
        length = self._length() if sound else 0
        if length == _PADDING:
            skipped = self.capacity - self._position % self.capacity
            self._position += skipped
            there -= skipped
            sound = there > 0
            length = self._length() if sound else 0
        left = min(there, self.capacity - self._position % self.capacity)
        if not sound or _space(length) > left:
            raise RingBroken("the ring is broken: the writer has written what is no record")
        return length

    def _finish(self, length):
        self._position += _space(length)
        self._move(_TAIL)

    def _move(self, field):
        """Shows the other side what was done before, and wakes it if it waits."""
        _futex.fence()
        self._longs[field] = self._position
        _futex.fence()
        self._wake()

    def _wake(self):
        how = self._ints[self._peer_waits]
        if how not in (_ON_FUTEX, _ON_SOCKET):
            return
        word = self._address + 4 * self._peer_waits
        if not _futex.clear(word, how):
            self._ints[self._peer_waits] = _NOT
            _futex.fence()
            _futex.wake(word)
        if how == _ON_SOCKET:
            try:
                self._socket.send(b"\1", socket.MSG_DONTWAIT | socket.MSG_NOSIGNAL)
            except BlockingIOError:
                pass  # full of wake-ups: no need for another one
            except OSError:
                self._gone = True

    def _wait(self, ready, timeout):
        deadline = None if timeout is None else time.monotonic() + timeout
        while not ready():
            self._ints[self._own_waits] = _ON_SOCKET
            _futex.fence()
            over = self._closed or self._gone or self._ints[self._peer_closed] != 0
            if ready():
                self._ints[self._own_waits] = _NOT
                return True
            left = _SLICE if deadline is None else deadline - time.monotonic()
            if over or left <= 0:
                self._ints[self._own_waits] = _NOT
                self._require_open()
                return False
            self._await_byte(min(left, _SLICE))
            self._ints[self._own_waits] = _NOT
        return True

    def _await_byte(self, seconds):
        if not self._poll.poll(seconds * 1000):  # not settimeout(): send() would wait then too
            return
        try:
            if not self._socket.recv(256, socket.MSG_DONTWAIT):
                self._gone = True
        except BlockingIOError:
            pass
        except OSError:
            self._gone = True

    def _require_open(self):
        if self._closed:
            raise RingClosed("this side of the ring is closed")
        if self._ints[self._peer_closed] != 0:
            raise RingClosed("the ring has ended: the other side has closed it")
        if self._gone:
            raise RingBroken("the ring is broken: the other side ended without closing it")

    def _room(self):
        return self.capacity - (self._position - self._longs[_TAIL])

    def _at(self):
        return _DATA + self._position % self.capacity

    def _length(self):
        return self._ints[self._at() // 4]

    def _set_length(self, length):
        self._longs[self._at() // 8] = length


def _space(length):
    return _RECORD_HEADER + (length + 7) // 8 * 8
