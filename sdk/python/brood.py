"""The channel between this program and the one that started it, in one file, standard library only.

    import brood

    with brood.connect() as channel:          # fails with NoChannel if the parent made none
        channel.ready()
        for message in channel:               # ends when the parent disconnects
            channel.send({"got": message.value})

With asyncio: ``async with brood.aio.connect() as channel: async for message in channel: ...``.

Works under Brood, under Node's ``fork`` and under ``spawn`` with ``'ipc'``, in the modes ``json``,
``advanced`` and ``cbor``. Python 3.9 or newer; Linux (others without handles of every kind).
Messages with a meaning of their own are described in sdk/PROTOCOL.md of Brood's sources.
"""

from __future__ import annotations

import array
import asyncio
import atexit
import collections
import contextlib
import dataclasses
import datetime
import enum
import errno
import inspect
import io
import json
import logging
import math
import os
import select
import signal
import socket
import stat
import struct
import threading
import time
import weakref

__all__ = [
    "connect", "available", "aio", "serve", "Channel", "AsyncChannel", "Message", "Checkpoint",
    "HEALTH_CHECK", "RUN_AGAIN",
    "BroodError", "NoChannel", "ChannelClosed", "ChannelFull", "MessageTooLarge", "EncodingError",
    "MalformedMessage", "RequestTimeout", "RequestFailed", "HandleError",
    "UNDEFINED", "BigInt", "JsMap", "JsDate", "JsError", "RegExp", "Boxed", "ArrayBuffer",
    "DataView", "Uint8Clamped", "ByIdentity", "sd_notify", "sd_barrier", "watchdog_seconds",
    "listen_fds",
]  # fmt: skip

_log = logging.getLogger("brood")
_MIB = 1024 * 1024
_HIGH_WATER = 131_072  # more than this queued: send() tells so, as Node's does
_READ_SIZE = 65_536
_SLICE = 3600.0  # the longest single wait, in seconds
_MAX_HANDLES = 253  # what one message of the kernel can carry
_FOR_EVER = 1e9  # seconds: the other side need not be told of such a limit
_PATIENT = 20 * 86_400.0  # a time-out keeps O_NONBLOCK set and waits all the same
_MOST_DESCRIPTORS = 64  # that have come and wait for their message
_DEPTH = 250  # how deep values may nest in the modes advanced and cbor: three frames of 1,000 each
_SPARSE = 4 * _MIB  # the longest array with holes that is accepted


HEALTH_CHECK = {"type": "health_check"}  # the body of the request that asks: are you well?
RUN_AGAIN = 85  # the exit code that says: I have saved myself, run me again
_SAVED = {"brood": "checkpoint"}
_ANSWER_LIMIT = 300.0  # for the parent to read an answer; after that it is gone or broken
_TERMINATED = 128 + signal.SIGTERM


class BroodError(Exception):
    """The root of all errors here."""


class NoChannel(BroodError):
    """The parent made no channel, or NODE_CHANNEL_FD names none."""


class ChannelClosed(BroodError):
    """The channel has ended, by either side."""


class ChannelFull(BroodError):
    """The queue is full, and the channel was made with when_full="refuse"."""


class MessageTooLarge(BroodError):
    """A message beyond the limit of the channel."""


class EncodingError(BroodError):
    """A value that the mode of this channel cannot carry."""


class MalformedMessage(BroodError):
    """What arrived is not a message of this mode."""


class RequestTimeout(BroodError, TimeoutError):
    """No reply within the limit."""


class RequestFailed(BroodError):
    """The other side answered with an error; its class is in ``name``."""

    def __init__(self, message, name=None):
        super().__init__(message)
        self.name = name


class HandleError(BroodError):
    """A descriptor that cannot travel, or whose sending failed."""


# --- values that only JavaScript has (mode advanced) -------------------------------------------


class _Undefined:
    """JavaScript's undefined; false. Also what a hole in an array becomes."""

    _instance = None

    def __new__(cls):
        if cls._instance is None:
            cls._instance = super().__new__(cls)
        return cls._instance

    def __bool__(self):
        return False

    def __repr__(self):
        return "UNDEFINED"

    def __reduce__(self):
        return (_Undefined, ())


UNDEFINED = _Undefined()


class BigInt(int):
    """An int that is a BigInt there, however small. Ints beyond 2**53 become one by themselves."""

    def __repr__(self):
        return "BigInt(%d)" % self


class ByIdentity:
    """Makes a value that cannot be hashed usable as key of a JsMap or member of a set."""

    __slots__ = ("value",)

    def __init__(self, value):
        self.value = value

    def __eq__(self, other):
        return isinstance(other, ByIdentity) and other.value is self.value

    def __hash__(self):
        return id(self.value)

    def __repr__(self):
        return "ByIdentity(%r)" % (self.value,)


class JsMap(dict):
    """A Map there, with keys of any kind; a plain dict is an object."""


@dataclasses.dataclass(frozen=True)
class JsDate:
    """A Date that datetime cannot hold; milliseconds since 1970, NaN if invalid."""

    milliseconds: float


@dataclasses.dataclass(frozen=True)
class RegExp:
    """A regular expression of JavaScript: its source and flags, such as "gi"."""

    source: str
    flags: str = ""


class JsError(Exception):
    """An Error; its name is that of a JavaScript class: Error, TypeError, RangeError ..."""

    def __init__(self, message="", name="Error", stack=None, cause=UNDEFINED):
        super().__init__(message)
        self.message, self.name, self.stack, self.cause = message, name, stack, cause


@dataclasses.dataclass(frozen=True)
class Boxed:
    """``new Number(1)`` and its like."""

    value: object


class ArrayBuffer(bytearray):
    """An ArrayBuffer; plain bytes are a Buffer. ``max_size`` is set if it can be resized."""

    max_size = None


class DataView(bytearray):
    """A DataView."""


class Uint8Clamped(bytearray):
    """A Uint8ClampedArray; the other typed arrays are ``array.array``."""


# --- codecs ------------------------------------------------------------------------------------


def _plain(value):
    """What dataclasses, enums, tuples and their like are written as; NotImplemented if nothing."""
    if isinstance(value, enum.Enum):
        return value.value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.timezone.utc).isoformat().replace("+00:00", "Z")
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, (set, frozenset)):
        return list(value)
    return NotImplemented


def _refuse(value, mode):
    return EncodingError("mode %s cannot carry a %s" % (mode, type(value).__qualname__))


def _bad_key(key):
    return EncodingError("a key must be a string, not a " + type(key).__qualname__)


class _Lines:
    """Splits a stream at line feeds, and nowhere else."""

    def __init__(self, limit):
        self._limit = limit
        self._parts = []
        self._size = 0

    def feed(self, data):
        """Yields (text, None) or (None, error) with the size of each message."""
        lines = data.split(b"\n")
        for line in lines[:-1]:
            size = self._size + len(line)
            if size > self._limit:
                yield None, MessageTooLarge("a message of more than %d bytes" % self._limit), 0
            else:
                self._parts.append(line)
                yield b"".join(self._parts), None, size
            self._parts, self._size = [], 0
        if lines[-1]:
            self._size += len(lines[-1])
            if self._size > self._limit:
                self._parts = []
            else:
                self._parts.append(lines[-1])


class _Frames:
    """Splits a stream of frames: four bytes of length, most significant first, then the content."""

    def __init__(self, limit):
        self._limit = limit
        self._buffer = bytearray()
        self._skip = 0

    def feed(self, data):
        buffer = self._buffer
        buffer += data
        while True:
            if self._skip:
                cut = min(self._skip, len(buffer))
                del buffer[:cut]
                self._skip -= cut
            if self._skip or len(buffer) < 4:
                return
            size = int.from_bytes(buffer[:4], "big")
            if size > self._limit:
                self._skip = 4 + size
                yield None, MessageTooLarge("a message of %d bytes" % size), 0
            elif len(buffer) < 4 + size:
                return
            else:
                frame = bytes(buffer[4 : 4 + size])
                del buffer[: 4 + size]
                yield frame, None, size


def _no_constant(name):
    raise ValueError("%s is not JSON" % name)


class _Json:
    name = "json"
    splitter = _Lines

    def encode(self, value):
        try:
            text = self._text(value, False)
            try:
                return text.encode() + b"\n"
            except UnicodeEncodeError:  # lone surrogates travel escaped
                return self._text(value, True).encode() + b"\n"
        except (TypeError, ValueError, RecursionError) as e:
            raise EncodingError("mode json cannot carry this: %s" % e) from None

    @staticmethod
    def _text(value, ascii_only):
        return json.dumps(
            value,
            ensure_ascii=ascii_only,
            allow_nan=False,
            separators=(",", ":"),
            default=_Json._default,
        )

    @staticmethod
    def _default(value):
        if isinstance(value, (bytes, bytearray, memoryview)):
            return {"type": "Buffer", "data": list(bytes(value))}  # as Node writes one
        if value is UNDEFINED:
            return None
        plain = _plain(value)
        if plain is NotImplemented:
            raise TypeError("a " + type(value).__qualname__)
        return plain

    def decode(self, line):
        return json.loads(line.decode("utf-8", "replace"), parse_constant=_no_constant)


def _framed(body):
    if len(body) >= 1 << 31:
        raise MessageTooLarge("a frame holds less than 2 GiB, not %d bytes" % len(body))
    body[:4] = (len(body) - 4).to_bytes(4, "big")
    return bytes(body)


_TYPED = {0: "b", 1: "B", 3: "h", 4: "H", 5: "i", 6: "I", 7: "f", 8: "d", 11: "q", 12: "Q"}
_ERRORS = {
    "E": "EvalError", "R": "RangeError", "F": "ReferenceError", "S": "SyntaxError",
    "T": "TypeError", "U": "URIError",
}  # fmt: skip
_ERROR_TAGS = {name: tag.encode() for tag, name in _ERRORS.items()}
_REGEXP_BITS = {"g": 1, "i": 2, "m": 4, "y": 8, "u": 16, "s": 32, "d": 128, "v": 256}


class _V8Writer:
    """Writes one value in the form of V8's serializer, version 15."""

    def __init__(self):
        self.out = bytearray(b"\0\0\0\0\xff\x0f")
        self._ids = {}
        self._count = 0
        self._alive = []  # keeps id() unique while this runs

    def varint(self, number):
        while number > 127:
            self.out.append(number & 127 | 128)
            number >>= 7
        self.out.append(number)

    def _start(self, value, shared=True):
        if shared:
            self._ids[id(value)] = self._count
            self._alive.append(value)
        self._count += 1

    def value(self, value, depth=0):
        out = self.out
        kind = type(value)
        if value is None:
            out += b"0"
        elif kind is str:
            self.text(value)
        elif kind is bool:
            out += b"T" if value else b"F"
        elif kind is int and -0x80000000 <= value <= 0x7FFFFFFF:
            out += b"I"
            self.varint(value << 1 if value >= 0 else (-value << 1) - 1)
        elif value is UNDEFINED:
            out += b"_"
        elif isinstance(value, float):
            out += b"N" + struct.pack("<d", value)
        elif isinstance(value, enum.Enum):
            self.value(value.value, depth)
        elif isinstance(value, int):
            self._integer(value)
        elif isinstance(value, str):
            self.text(str(value))
        elif isinstance(value, ByIdentity):
            self.value(value.value, depth)
        elif id(value) in self._ids:
            out += b"^"
            self.varint(self._ids[id(value)])
        elif depth >= _DEPTH:
            raise EncodingError("nested deeper than %d" % _DEPTH)
        elif isinstance(value, JsMap):
            self._start(value)
            out += b";"
            for key, item in value.items():
                self.value(key, depth + 1)
                self.value(item, depth + 1)
            out += b":"
            self.varint(2 * len(value))
        elif isinstance(value, dict):
            self._start(value)
            out += b"o"
            for key, item in value.items():
                self._key(key)
                self.value(item, depth + 1)
            out += b"{"
            self.varint(len(value))
        elif isinstance(value, (list, tuple)):
            self._start(value, isinstance(value, list))
            out += b"A"
            self.varint(len(value))
            for item in value:
                self.value(item, depth + 1)
            out += b"$\0"
            self.varint(len(value))
        elif isinstance(value, (set, frozenset)):
            self._start(value, isinstance(value, set))
            out += b"'"
            for item in value:
                self.value(item, depth + 1)
            out += b","
            self.varint(len(value))
        else:
            self._other(value, depth)

    def text(self, text):
        if text.isascii():
            raw, tag = text.encode("ascii"), b'"'
        else:
            try:
                raw, tag = text.encode(), b"S"
            except UnicodeEncodeError:
                raw, tag = text.encode("utf-16-le", "surrogatepass"), b"c"
        self.out += tag
        self.varint(len(raw))
        self.out += raw

    def _key(self, key):
        if isinstance(key, str):
            self.text(key)
        elif isinstance(key, int) and not isinstance(key, bool) and 0 <= key < 0x7FFFFFFF:
            self.out += b"I"
            self.varint(key << 1)
        elif key is None or isinstance(key, (bool, int, float)):
            self.text(json.dumps(key))
        else:
            raise _bad_key(key)

    def _integer(self, value, tag=b"Z"):
        if not isinstance(value, BigInt):
            if -0x80000000 <= value <= 0x7FFFFFFF:
                return self.value(int(value))
            if abs(value) <= 1 << 53:
                self.out += b"N" + struct.pack("<d", value)
                return None
        words = (abs(value).bit_length() + 63) // 64
        self.out += tag
        self.varint(words * 16 | (value < 0))
        self.out += abs(value).to_bytes(words * 8, "little")
        return None

    def _view(self, kind, data, value, shared=True):
        self._start(value, shared)
        self.out += b"\\\0"
        self.varint(kind)
        self.varint(len(data))
        self.out += data

    def _date(self, value, milliseconds):
        self._start(value, False)
        self.out += b"D" + struct.pack("<d", milliseconds)

    def _other(self, value, depth):
        out = self.out
        if isinstance(value, ArrayBuffer):
            self._start(value)
            out += b"B" if value.max_size is None else b"~"
            self.varint(len(value))
            if value.max_size is not None:
                self.varint(value.max_size)
            out += value
        elif isinstance(value, DataView):
            self._view(9, value, value)
        elif isinstance(value, Uint8Clamped):
            self._view(2, value, value)
        elif isinstance(value, (bytes, bytearray, memoryview)):
            self._view(10, bytes(value), value, not isinstance(value, bytes))
        elif isinstance(value, array.array):
            self._array(value)
        elif isinstance(value, datetime.datetime):
            self._date(value, math.floor(value.timestamp() * 1000 + 0.0005))
        elif isinstance(value, JsDate):
            self._date(value, value.milliseconds)
        elif isinstance(value, RegExp):
            self._start(value, False)
            out += b"R"
            self.text(value.source)
            self.varint(sum(_REGEXP_BITS[flag] for flag in value.flags))
        elif isinstance(value, BaseException):
            self._error(value, depth)
        elif isinstance(value, Boxed):
            self._boxed(value)
        else:
            plain = _plain(value)
            if plain is NotImplemented:
                raise _refuse(value, "advanced")
            self.value(plain, depth)

    def _array(self, value):
        for kind, code in _TYPED.items():
            same = array.array(code).itemsize == value.itemsize
            floating = value.typecode in "fd"
            if same and floating == (code in "fd") and code.islower() == value.typecode.islower():
                return self._view(kind, value.tobytes(), value)
        raise EncodingError("mode advanced cannot carry an array of '%s'" % value.typecode)

    def _error(self, value, depth):
        self._start(value)
        name = getattr(value, "name", None) if isinstance(value, JsError) else type(value).__name__
        self.out += b"r"
        self.out += _ERROR_TAGS.get(name, b"")
        self.out += b"m"
        self.text(str(value))
        stack = value.stack if isinstance(value, JsError) else None
        self.out += b"s"
        self.text(stack or "%s: %s" % (name, value))
        cause = value.cause if isinstance(value, JsError) else value.__cause__ or UNDEFINED
        if cause is not UNDEFINED:  # behind the stack, or Node 22 and later cannot read it
            self.out += b"c"
            self.value(cause, depth + 1)
        self.out += b"."

    def _boxed(self, boxed):
        self._start(boxed, False)
        value = boxed.value
        if isinstance(value, bool):
            self.out += b"y" if value else b"x"
        elif isinstance(value, str):
            self.out += b"s"
            self.text(value)
        elif isinstance(value, BigInt):
            self._integer(value, b"z")
        elif isinstance(value, (int, float)):
            self.out += b"n" + struct.pack("<d", value)
        else:
            raise _refuse(value, "advanced")


def _number(number):
    """JavaScript has one kind of number: whole ones are ints here, as they are in mode json."""
    if number.is_integer() and abs(number) <= 1 << 53 and (number or math.copysign(1, number) > 0):
        return int(number)
    return number


def _hashable(value):
    try:
        hash(value)
        return value
    except TypeError:
        return ByIdentity(value)


_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


class _Reader:
    def __init__(self, data, start):
        self.data = data
        self.at = start

    def take(self, count):
        end = self.at + count
        if end > len(self.data):
            raise MalformedMessage("ends in the middle of a value")
        part = self.data[self.at : end]
        self.at = end
        return part

    def double(self):
        return struct.unpack("<d", self.take(8))[0]


class _V8Reader(_Reader):
    """Reads one value in the form of V8's serializer, versions 13 to 15."""

    def __init__(self, data):
        super().__init__(data, 2)
        if len(data) < 2 or data[0] != 0xFF or not 13 <= data[1] <= 15:
            raise MalformedMessage("not V8's form of a value: %s" % data[:2].hex())
        self._objects = []

    def varint(self):
        result = shift = 0
        while True:
            byte = self.take(1)[0]
            result |= (byte & 127) << shift
            if byte < 128:
                return result
            shift += 7
            if shift > 63:
                raise MalformedMessage("a number of more than 64 bits")

    def _zigzag(self):
        number = self.varint()
        return number >> 1 if number & 1 == 0 else -(number >> 1) - 1

    def _tag(self):
        tag = self.take(1)
        while tag == b"\0":
            tag = self.take(1)
        if tag == b"?":
            self.varint()
            return self._tag()
        return tag

    def _bigint(self):
        bits = self.varint()
        number = int.from_bytes(self.take(bits >> 1), "little")
        return BigInt(-number if bits & 1 else number)

    def _string(self, tag):
        raw = self.take(self.varint())
        if tag == b'"':
            return raw.decode("latin-1")
        if tag == b"c":
            return raw.decode("utf-16-le", "surrogatepass")
        return raw.decode("utf-8", "replace")

    def _add(self, value):
        self._objects.append(value)
        return value

    def value(self, depth=0):
        return self._value(self._tag(), depth)

    def _value(self, tag, depth):
        if tag == b'"' or tag == b"c" or tag == b"S":
            return self._string(tag)
        if tag == b"I":
            return self._zigzag()
        if tag == b"o":
            return self._properties(self._add({}), b"{", depth)
        if tag == b"0":
            return None
        if tag == b"T":
            return True
        if tag == b"F":
            return False
        if tag == b"_" or tag == b"-":
            return UNDEFINED
        if tag == b"N":
            return _number(self.double())
        if tag == b"A":
            result, length = self._add([]), self.varint()
            self._deeper(depth)
            for _ in range(length):
                result.append(self.value(depth + 1))
            self._properties({}, b"$", depth)  # named ones have no place in a list
            self.varint()
            return result
        if tag == b"^":
            number = self.varint()
            if number >= len(self._objects):
                raise MalformedMessage("refers to object %d of %d" % (number, len(self._objects)))
            return self._objects[number]
        return self._rare(tag, depth)

    def _deeper(self, depth):
        if depth >= _DEPTH:
            raise MalformedMessage("nested deeper than %d" % _DEPTH)

    def _properties(self, result, end, depth):
        self._deeper(depth)
        while True:
            tag = self._tag()
            if tag == end:
                self.varint()
                return result
            if tag not in b'"cSIUN':
                raise MalformedMessage("a key with the tag %r" % tag)
            key = self._value(tag, depth)
            result[key if isinstance(key, str) else str(key)] = self.value(depth + 1)

    def _rare(self, tag, depth):
        if tag == b"U":
            return self.varint()
        if tag == b"Z":
            return self._bigint()
        if tag == b"D":
            return self._date()
        if tag == b"a":
            return self._sparse(depth)
        if tag == b"\\":
            return self._host(depth)
        if tag == b";":
            result = self._add(JsMap())
            self._deeper(depth)
            for key, item in self._pairs(b":", depth):
                result[_hashable(key)] = item
            return result
        if tag == b"'":
            result = self._add(set())
            self._deeper(depth)
            while True:
                inner = self._tag()
                if inner == b",":
                    self.varint()
                    return result
                result.add(_hashable(self._value(inner, depth + 1)))
        if tag == b"B" or tag == b"~":
            length = self.varint()
            limit = self.varint() if tag == b"~" else None
            result = ArrayBuffer(self.take(length))
            result.max_size = limit
            return self._add(result)
        if tag == b"R":
            return self._regexp()
        if tag == b"r":
            return self._error(depth)
        return self._boxed(tag)

    def _pairs(self, end, depth):
        while True:
            tag = self._tag()
            if tag == end:
                self.varint()
                return
            key = self._value(tag, depth + 1)
            yield key, self.value(depth + 1)

    def _date(self):
        milliseconds = self.double()
        try:
            date = _EPOCH + datetime.timedelta(milliseconds=milliseconds)
        except (ValueError, OverflowError):
            date = JsDate(milliseconds)
        return self._add(date)

    def _sparse(self, depth):
        result = self._add([])
        length = self.varint()
        if length > _SPARSE:
            raise MalformedMessage("an array with holes and %d elements" % length)
        result.extend([UNDEFINED] * length)
        for key, item in self._properties({}, b"@", depth).items():
            if key.isascii() and key.isdigit() and int(key) < length:
                result[int(key)] = item
        self.varint()
        return result

    def _host(self, depth):
        if self.take(1) == b"\1":  # another native object: its properties
            place = len(self._objects)
            self._objects.append(None)
            self._deeper(depth)
            self._objects[place] = result = self.value(depth + 1)
            return result
        kind, data = self.varint(), self.take(self.varint())
        if kind == 10:
            return self._add(data)
        if kind == 9:
            return self._add(DataView(data))
        if kind == 2:
            return self._add(Uint8Clamped(data))
        if kind not in _TYPED:
            raise MalformedMessage("a typed array of kind %d" % kind)
        result = array.array(_TYPED[kind])
        if len(data) % result.itemsize:
            raise MalformedMessage("a typed array with a torn element")
        result.frombytes(data)
        return self._add(result)

    def _regexp(self):
        place = len(self._objects)
        self._objects.append(None)
        source, bits = self.value(), self.varint()
        if not isinstance(source, str):
            raise MalformedMessage("a regular expression without a source")
        flags = "".join(flag for flag, bit in sorted(_REGEXP_BITS.items()) if bits & bit)
        self._objects[place] = result = RegExp(source, flags)
        return result

    def _error(self, depth):
        self._deeper(depth)
        result = self._add(JsError())
        while True:
            tag = self.take(1).decode("latin-1")
            if tag == ".":
                result.args = (result.message,)
                return result
            if tag == "m":
                result.message = self.value(depth + 1)
            elif tag == "s":
                result.stack = self.value(depth + 1)
            elif tag == "c":
                result.cause = self.value(depth + 1)
            elif tag in _ERRORS:
                result.name = _ERRORS[tag]
            else:
                raise MalformedMessage("an error with the tag %r" % tag)

    def _boxed(self, tag):
        place = len(self._objects)
        self._objects.append(None)
        if tag == b"y" or tag == b"x":
            value = tag == b"y"
        elif tag == b"n":
            value = _number(self.double())
        elif tag == b"z":
            value = self._bigint()
        elif tag == b"s":
            value = self.value()
        else:
            raise MalformedMessage("the tag %r" % tag)
        self._objects[place] = result = Boxed(value)
        return result


class _Advanced:
    name = "advanced"
    splitter = _Frames

    def encode(self, value):
        writer = _V8Writer()
        try:
            writer.value(value)
        except (KeyError, RecursionError, OverflowError) as e:
            raise EncodingError("mode advanced cannot carry this: %r" % e) from None
        return _framed(writer.out)

    def decode(self, frame):
        reader = _V8Reader(frame)
        return reader.value()


class _CborWriter:
    def __init__(self):
        self.out = bytearray(4)

    def _head(self, major, number):
        if number < 24:
            self.out.append(major | number)
        elif number < 1 << 8:
            self.out += struct.pack(">BB", major | 24, number)
        elif number < 1 << 16:
            self.out += struct.pack(">BH", major | 25, number)
        elif number < 1 << 32:
            self.out += struct.pack(">BI", major | 26, number)
        else:
            self.out += struct.pack(">BQ", major | 27, number)

    def _text(self, text):
        raw = text.encode()
        self._head(0x60, len(raw))
        self.out += raw

    def _bytes(self, raw):
        self._head(0x40, len(raw))
        self.out += raw

    def value(self, value, depth=0):
        if value is None or value is UNDEFINED:
            self.out.append(0xF6)
        elif isinstance(value, enum.Enum):
            self.value(value.value, depth)
        elif isinstance(value, bool):
            self.out.append(0xF5 if value else 0xF4)
        elif isinstance(value, str):
            self._text(value)
        elif isinstance(value, int):
            self._integer(int(value))
        elif isinstance(value, float):
            self.out += struct.pack(">Bd", 0xFB, value)
        elif isinstance(value, (bytes, bytearray, memoryview)):
            self._bytes(bytes(value))
        elif depth >= _DEPTH:
            raise EncodingError("nested deeper than %d" % _DEPTH)
        elif isinstance(value, dict):
            self._head(0xA0, len(value))
            for key, item in value.items():
                if not isinstance(key, str):
                    if not (key is None or isinstance(key, (bool, int, float))):
                        raise _bad_key(key)
                    key = json.dumps(key)
                self._text(key)
                self.value(item, depth + 1)
        elif isinstance(value, (list, tuple, array.array)):
            self._head(0x80, len(value))
            for item in value:
                self.value(item, depth + 1)
        else:
            plain = _plain(value)
            if plain is NotImplemented:
                raise _refuse(value, "cbor")
            self.value(plain, depth)

    def _integer(self, value):
        major, number = (0, value) if value >= 0 else (0x20, -1 - value)
        if number < 1 << 64:
            self._head(major, number)
        else:
            self.out.append(0xC2 if major == 0 else 0xC3)
            self._bytes(number.to_bytes((number.bit_length() + 7) // 8, "big"))


_BREAK = object()


class _CborReader(_Reader):
    def value(self, depth=0):
        value = self._item(depth)
        if value is _BREAK:
            raise MalformedMessage("an end where nothing has begun")
        return value

    def _argument(self, low):
        if low < 24:
            return low
        if low > 27:
            raise MalformedMessage("a head of %d" % low)
        return int.from_bytes(self.take(1 << (low - 24)), "big")

    def _item(self, depth):
        head = self.take(1)[0]
        major, low = head >> 5, head & 31
        if major == 7:
            return self._simple(low)
        if low == 31 and 2 <= major <= 5:
            return self._open(major, depth)
        number = self._argument(low)
        if major == 0:
            return number
        if major == 1:
            return -1 - number
        if major == 2:
            return self.take(number)
        if major == 3:
            return self.take(number).decode("utf-8", "replace")
        if depth >= _DEPTH:
            raise MalformedMessage("nested deeper than %d" % _DEPTH)
        if major == 4:
            return [self.value(depth + 1) for _ in range(self._fits(number))]
        if major == 5:
            result = {}
            for _ in range(self._fits(number)):
                key = self._key(self.value(depth + 1))
                result[key] = self.value(depth + 1)
            return result
        content = self.value(depth + 1)
        if number in (2, 3) and isinstance(content, bytes):
            content = int.from_bytes(content, "big")
            return content if number == 2 else -1 - content
        return content

    def _fits(self, number):
        if number > len(self.data) - self.at:
            raise MalformedMessage("more elements than bytes")
        return number

    @staticmethod
    def _key(key):
        return key if isinstance(key, str) else str(key)

    def _open(self, major, depth):
        if depth >= _DEPTH:
            raise MalformedMessage("nested deeper than %d" % _DEPTH)
        items = []
        while True:
            item = self._item(depth + 1)
            if item is _BREAK:
                break
            items.append(item)
        if major == 4:
            return items
        if major == 5:
            if len(items) % 2:
                raise MalformedMessage("a key without a value")
            return {self._key(key): item for key, item in zip(items[::2], items[1::2])}
        kind = bytes if major == 2 else str
        if not all(type(item) is kind for item in items):
            raise MalformedMessage("a string with a part of another kind")
        return kind().join(items)

    def _simple(self, low):
        if low == 20 or low == 21:
            return low == 21
        if low == 22 or low == 23:
            return None
        if low == 31:
            return _BREAK
        if low in (25, 26, 27):
            form = {25: ">e", 26: ">f", 27: ">d"}[low]
            return struct.unpack(form, self.take(1 << (low - 24)))[0]
        raise MalformedMessage("the simple value %d" % low)


class _Cbor:
    name = "cbor"
    splitter = _Frames

    def encode(self, value):
        writer = _CborWriter()
        try:
            writer.value(value)
        except (RecursionError, UnicodeEncodeError) as e:
            raise EncodingError("mode cbor cannot carry this: %s" % e) from None
        return _framed(writer.out)

    def decode(self, frame):
        reader = _CborReader(frame, 0)
        value = reader.value()
        if reader.at != len(frame):
            raise MalformedMessage("%d bytes behind the value" % (len(frame) - reader.at))
        return value


_CODECS = {codec.name: codec for codec in (_Json(), _Advanced(), _Cbor())}


# --- handles -----------------------------------------------------------------------------------


class HandedSocket(socket.socket):
    """A socket that came from a server of the parent, which counts those that are open."""

    _when_closed = None

    def _closed_now(self):
        tell, self._when_closed = self._when_closed, None
        if tell is not None:
            tell()

    def _real_close(self, *args, **keywords):  # also called when the last makefile() is closed
        self._closed_now()  # first: whoever sees the end of the connection may ask at once
        super()._real_close(*args, **keywords)

    def detach(self):
        self._closed_now()
        return super().detach()


def _describe(descriptor, any_kind):
    """The type on the wire, more keys for it, and whether the sender's copy goes."""
    mode = os.fstat(descriptor).st_mode
    if stat.S_ISFIFO(mode):
        return "brood.Pipe" if any_kind else "net.Native", {}, False
    if not stat.S_ISSOCK(mode):
        if any_kind and stat.S_ISREG(mode):  # between peers of Brood only: Node dies of it
            memory = os.readlink("/proc/self/fd/%d" % descriptor).startswith("/memfd:")
            return "brood.Memory" if memory else "brood.File", {}, False
        raise HandleError("neither a socket nor a pipe; another process cannot take it")
    with socket.socket(fileno=os.dup(descriptor)) as probe:
        if probe.type == socket.SOCK_DGRAM and probe.family in (socket.AF_INET, socket.AF_INET6):
            family = "udp4" if probe.family == socket.AF_INET else "udp6"
            return "dgram.Socket", {"dgramType": family}, False
        if probe.type != socket.SOCK_STREAM:
            raise HandleError("only stream and UDP sockets travel")
        if probe.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
            return "net.Server", {}, False
        try:
            probe.getpeername()
        except OSError as e:
            if e.errno == errno.ENOTCONN:
                return "net.Server", {}, False
            raise HandleError("the socket is not usable: %s" % e) from e
        return "net.Socket", {}, True


def _as_object(descriptor, kind, key, when_closed):
    """What the program gets for a descriptor that arrived: a socket, or a raw file."""
    mode = os.fstat(descriptor).st_mode
    if not stat.S_ISSOCK(mode):
        import fcntl

        access = fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_ACCMODE
        return io.FileIO(descriptor, {os.O_RDONLY: "r", os.O_WRONLY: "w"}.get(access, "r+"))
    made = socket.socket(fileno=descriptor) if key is None else HandedSocket(fileno=descriptor)
    try:
        if kind == "net.Server" and not made.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
            made.listen(511)
    except OSError:
        made.detach()  # the caller closes the descriptor
        raise
    if key is not None:
        made._when_closed = when_closed
        weakref.finalize(made, when_closed)  # forgotten without a close; telling twice is harmless
    # O_NONBLOCK is shared with other processes and stays set; a time-out waits all the same.
    made.settimeout(_PATIENT)
    return made


# --- the channel without input and output of its own -------------------------------------------


class Message:
    """What arrived: ``value``, and a ``handle`` (socket or raw file, now yours to close) or None.

    For a request ``value`` is its body, and ``reply`` or ``fail`` must be called once. ``sender``
    is the name of the child it came from, if it came through a broker, ``topic`` its topic, and
    ``broadcast`` whether it went to everybody. ``limit`` says after how many seconds the answer to
    a request is of no more use, if the asker has said so.
    """

    __slots__ = (
        "value", "handle", "is_request", "limit", "sender", "topic", "broadcast", "_channel", "_id",
        "_size",
    )  # fmt: skip

    def __init__(self, channel, value, handle, size):
        self.value, self.handle, self.is_request = value, handle, False
        self.sender = self.topic = self.limit = self._id = None
        self.broadcast = False
        self._channel, self._size = channel, size
        kind = value.get("brood") if type(value) is dict else None
        if kind == "request" and _is_id(value.get("id")):
            self.is_request, self._id = True, value["id"]
            self.value, self.sender = value.get("body"), value.get("from")
            limit = value.get("limit")
            if isinstance(limit, (int, float)) and not isinstance(limit, bool) and limit > 0:
                self.limit = limit / 1000
        elif kind == "message" and ("from" in value or "topic" in value or "body" in value):
            self.value, self.sender = value.get("body"), value.get("from")
            self.topic, self.broadcast = value.get("topic"), value.get("broadcast") is True

    def reply(self, body, handle=None):
        """Answers a request. With asyncio: to be awaited."""
        return self._answer({"body": body}, handle)

    def fail(self, error):
        """Answers a request with an error: an exception or a text. With asyncio: to be awaited."""
        name = type(error).__name__ if isinstance(error, BaseException) else "Error"
        return self._answer({"error": {"message": str(error), "name": name}}, None)

    def _answer(self, answer, handle):
        if self._id is None:
            raise BroodError("not a request, or answered already")
        reply = {"brood": "reply", "id": self._id, **answer}
        self._id = None
        return self._channel.send(reply, handle)

    def __repr__(self):
        return "Message(%r%s)" % (self.value, "" if self.handle is None else ", with a handle")


def _is_id(value):
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


class _Outgoing:
    """A frame on its way, with the descriptor it carries."""

    __slots__ = ("data", "at", "descriptor", "tries", "moves")

    def __init__(self, data, descriptor=-1, moves=False):
        self.data, self.at, self.descriptor, self.tries, self.moves = data, 0, descriptor, 1, moves

    def close(self):
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1


def _is_internal(value):
    if type(value) is not dict:
        return False
    command = value.get("cmd")
    return isinstance(command, str) and len(command) > 5 and command.startswith("NODE_")


class _Base:
    """Framing, handles and queues: what the blocking and the asyncio channel have in common."""

    def __init__(self, sock, mode, queue_limit, inbox_limit, message_limit):
        codec = _CODECS.get(mode)
        if codec is None:
            raise NoChannel("unknown mode %r; known are %s" % (mode, ", ".join(_CODECS)))
        sock.setblocking(False)
        sock.set_inheritable(False)
        self._socket = sock
        self._codec = codec
        self._splitter = codec.splitter(message_limit)
        self._message_limit = message_limit
        self._queue_limit = queue_limit
        self._inbox_limit = inbox_limit
        self._writing = collections.deque()
        self._held = collections.deque()  # behind a handle that is not acknowledged
        self._waiting = None  # that handle
        self._queued = 0
        self._descriptors = collections.deque()
        self._inbox = collections.deque()
        self._inbox_bytes = 0
        self._open_by_key = {}
        self._notify_keys = set()
        self._closed_keys = collections.deque()
        self._replies = {}
        self._last_id = 0
        self._closing = False  # disconnect() was called
        self._ended = False  # nothing comes or goes any more
        self._on_malformed = None
        self._requests = collections.deque()
        self._request_handler = self._health_handler = self._checkpoint_handler = None
        _channels.add(self)

    # -- facts

    @property
    def mode(self):
        """The name of the serialization: json, advanced or cbor."""
        return self._codec.name

    @property
    def connected(self):
        """Whether messages can still be sent."""
        return not (self._ended or self._closing)

    @property
    def queued_bytes(self):
        """What waits to be sent, besides what the kernel holds."""
        return self._queued

    # -- messages with a meaning, PROTOCOL.md; with asyncio each is to be awaited

    def ready(self):
        """Tells the parent that this program came up."""
        return self.send({"brood": "ready"})

    def beat(self):
        """Tells the parent that this program is alive."""
        return self.send({"brood": "beat"})

    def progress(self, percent=None, phase=None, message=None):
        """Tells the parent how far the work is; percent from 0 to 100."""
        parts = {"percent": percent, "phase": phase, "message": message}
        present = {name: part for name, part in parts.items() if part is not None}
        return self.send({"brood": "progress", **present})

    def saved(self):
        """Tells the parent that this program has saved itself, see Checkpoint."""
        return self.send(_SAVED)

    def publish(self, topic, body=None):
        """To all subscribers of the topic."""
        return self.send({"brood": "publish", "topic": topic, "body": body})

    def subscribe(self, pattern, group=None):
        """Asks for the topics of a pattern; of one group, one member gets each message."""
        return self._subscription("subscribe", pattern, group)

    def unsubscribe(self, pattern, group=None):
        """Ends a subscription."""
        return self._subscription("unsubscribe", pattern, group)

    def _subscription(self, kind, pattern, group):
        more = {} if group is None else {"group": group}
        return self.send({"brood": kind, "pattern": pattern, **more})

    def send_to(self, name, body=None, handle=None):
        """To the child of that name."""
        return self.send({"brood": "send", "to": name, "body": body}, handle)

    def broadcast(self, body=None):
        """To every other child of the broker."""
        return self.send({"brood": "broadcast", "body": body})

    def presence(self):
        """Asks who is here; the answer and later changes arrive as messages."""
        return self.send({"brood": "presence"})

    # -- handlers that run while the program does something else

    def on_request(self, handler):
        """Answers requests: the handler gets the Message and returns the body of the reply.

        Runs on up to ``request_threads`` threads; with asyncio it may be a coroutine function, and
        up to ``request_tasks`` run at once. What it raises is the error the asker sees.
        """
        return self._set_handler("_request_handler", handler)

    def on_health_check(self, check=None):
        """Answers the request "are you well?" with what ``check()`` returns; "ok" unless given.

        What it raises says "not well". Other requests are not touched by it.
        """
        return self._set_handler(
            "_health_handler", lambda message: "ok" if check is None else check()
        )

    def on_checkpoint(self, handler):
        """Calls ``handler()`` when the parent asks this program to save itself.

        Not on the thread that works: ``on_checkpoint(asked.set)`` with a threading.Event tells it.
        """
        return self._set_handler("_checkpoint_handler", lambda message: handler())

    def _set_handler(self, kind, handler):
        self._enter_handler(kind, handler)
        self._start_handlers()
        return self

    def _enter_handler(self, kind, handler):
        setattr(self, kind, handler)
        for message in [each for each in self._inbox if self._handler_of(each) is not None]:
            self._inbox.remove(message)
            self._requests.append(message)

    def _handler_of(self, message):
        """Who is called with a message; None: the program receives it."""
        if message.is_request:
            if self._health_handler is not None and message.value == HEALTH_CHECK:
                return self._health_handler
            return self._request_handler
        return self._checkpoint_handler if message.value == _SAVED else None

    def _has_handlers(self):
        return any((self._request_handler, self._health_handler, self._checkpoint_handler))

    # -- sending

    def on_malformed(self, handler):
        """Calls the handler with each MalformedMessage and MessageTooLarge; default: the log."""
        self._on_malformed = handler
        return self

    def _encode(self, value, handle, keep_open):
        """The frame for a value, with a descriptor of its own if a handle goes along."""
        if handle is None:
            return self._checked(_Outgoing(self._codec.encode(value)))
        number = handle if isinstance(handle, int) else handle.fileno()
        kind, more, moves = _describe(number, self.mode == "cbor")
        frame = {"cmd": "NODE_HANDLE", "type": kind, "msg": value, **more}
        out = self._checked(_Outgoing(self._codec.encode(frame)))
        out.descriptor = os.dup(number)
        out.moves = moves and not keep_open
        return out

    def _checked(self, out):
        if len(out.data) > self._message_limit + 4:
            raise MessageTooLarge("a message of %d bytes" % len(out.data))
        return out

    def _let_go(self, handle, out, patience):
        """For an accepted handle: the flag that the receiver needs, and the end of our copy."""
        if out.descriptor < 0:
            return
        mode = os.fstat(out.descriptor).st_mode
        if stat.S_ISSOCK(mode) or stat.S_ISFIFO(mode):
            os.set_blocking(out.descriptor, False)
        if out.moves:
            if isinstance(handle, int):
                os.close(handle)
            else:
                handle.close()
        elif isinstance(handle, socket.socket) and handle.gettimeout() is None:
            handle.settimeout(patience)  # it cannot block any more

    def _put(self, out, first=False):
        self._queued += len(out.data)
        if self._waiting is not None and not first:
            self._held.append(out)
        else:
            self._write_next(out)

    def _write_next(self, out):
        self._writing.append(out)
        if out.descriptor >= 0:
            self._waiting = out

    def _put_internal(self, value, first=False):
        if not self._ended:
            self._put(_Outgoing(self._codec.encode(value)), first)

    def _has_room(self, out):
        return self._queued == 0 or self._queued + len(out.data) <= self._queue_limit

    def _is_flushed(self):
        return not self._writing and not self._held and self._waiting is None

    def _write(self):
        """Writes until everything is gone or the kernel takes no more; False in that case."""
        writing = self._writing
        while writing and not self._ended:
            head = writing[0]
            try:
                if head.descriptor >= 0 and head.at == 0:
                    rights = array.array("i", [head.descriptor])
                    ancillary = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)]
                    count = self._socket.sendmsg([head.data], ancillary, socket.MSG_NOSIGNAL)
                else:
                    count = self._socket.sendmsg(self._parts(), [], socket.MSG_NOSIGNAL)
            except BlockingIOError:
                return False
            except OSError as e:
                if e.errno in (errno.ETOOMANYREFS, errno.EINVAL, errno.EBADF) and head.at == 0:
                    self._log_later(logging.ERROR, "a handle that cannot be sent is dropped: %s", e)
                    writing.popleft()
                    self._queued -= len(head.data)
                    self._acknowledged()
                    continue
                self._drop_output()  # the peer is gone; what it sent before is still read
                return True
            self._queued -= count
            while count:
                head = writing[0]
                step = min(count, len(head.data) - head.at)
                head.at += step
                count -= step
                if head.at == len(head.data):
                    writing.popleft()
        return True

    def _parts(self):
        """As many frames without a descriptor as one system call should take."""
        parts, size = [], 0
        for out in self._writing:
            if out.descriptor >= 0 and out.at == 0 and parts:
                break
            parts.append(memoryview(out.data)[out.at :] if out.at else out.data)
            size += len(out.data)
            if size > 4 * _READ_SIZE or len(parts) == 64:
                break
        return parts

    def _drop_output(self):
        for out in (*self._writing, *self._held, self._waiting):
            if out is not None:
                out.close()
        self._writing.clear()
        self._held.clear()
        self._waiting = None
        self._queued = 0
        self._closing = True

    # -- receiving

    def _wants_input(self):
        return not self._ended and self._inbox_bytes < self._inbox_limit

    def _read(self):
        """Reads once. False: nothing was there."""
        try:
            data, ancillary, flags, _ = self._socket.recvmsg(
                _READ_SIZE, socket.CMSG_SPACE(4 * _MAX_HANDLES), socket.MSG_CMSG_CLOEXEC
            )
        except BlockingIOError:
            return False
        except OSError as e:
            if e.errno != errno.ECONNRESET:
                self._log_later(logging.WARNING, "the channel broke: %s", e)
            data, ancillary, flags = b"", [], 0
        for level, kind, content in ancillary:
            if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
                arrived = array.array("i")
                arrived.frombytes(content[: len(content) // arrived.itemsize * arrived.itemsize])
                if flags & socket.MSG_CTRUNC:
                    for descriptor in arrived:  # some are lost: which belongs to what is unknown
                        os.close(descriptor)
                else:
                    room = max(0, _MOST_DESCRIPTORS - len(self._descriptors))
                    self._descriptors.extend(arrived[:room])
                    for descriptor in arrived[room:]:
                        os.close(descriptor)
        if not data:
            self._end()
            return True
        for text, error, size in self._splitter.feed(data):
            self._take(text, error, size)
        return True

    def _take(self, text, error, size):
        if error is None:
            try:
                value = self._codec.decode(text)
            except MalformedMessage as e:
                error = e
            except (ValueError, TypeError, RecursionError, OverflowError) as e:
                error = MalformedMessage("not a message of mode %s: %s" % (self.mode, e))
        if error is not None:
            self._malformed(error)
        elif _is_internal(value):
            self._internal(value, size)
        else:
            self._deliver(value, None, size)

    def _malformed(self, error):
        if self._on_malformed is None:
            self._log_later(logging.WARNING, "%s", error)
        else:
            self._problem(error)

    def _log_later(self, level, text, *arguments):
        """Logs, as soon as no lock is held: a log may go through this very channel."""
        _log.log(level, text, *arguments)

    @staticmethod
    def _call(handler, argument):
        try:
            return handler(argument)
        except Exception:
            _log.exception("a handler failed")
            return None

    def _internal(self, value, size):
        command = value["cmd"]
        if command == "NODE_HANDLE":
            self._handle(value, size)
        elif command == "NODE_HANDLE_ACK":
            if self._waiting is not None and self._waiting not in self._writing:
                self._acknowledged()
        elif command == "NODE_HANDLE_NACK":
            if self._waiting is not None and self._waiting not in self._writing:
                self._refused()
        elif command == "NODE_SOCKET_GET_COUNT":
            self._count_closed()
            key = value.get("key")
            if isinstance(key, str) and key in self._open_by_key:
                count = self._open_by_key[key]
                self._put_internal({"cmd": "NODE_SOCKET_COUNT", "key": key, "count": count})
        elif command == "NODE_SOCKET_NOTIFY_CLOSE":
            self._count_closed()
            key = value.get("key")
            if isinstance(key, str) and key in self._open_by_key:
                self._notify_keys.add(key)
                self._all_closed(key)

    def _handle(self, value, size):
        if not self._descriptors:
            self._put_internal({"cmd": "NODE_HANDLE_NACK"}, first=True)
            return
        self._put_internal({"cmd": "NODE_HANDLE_ACK"}, first=True)
        descriptor = self._descriptors.popleft()
        body = value.get("msg")
        for _ in range(4):  # a retransmission of Node's is wrapped twice
            if not (_is_internal(body) and body["cmd"] == "NODE_HANDLE"):
                break
            value, body = body, body.get("msg")
        key = value.get("key") if isinstance(value.get("key"), str) else None
        if _is_internal(body):
            os.close(descriptor)  # cluster is not for us
            return
        try:
            made = _as_object(descriptor, value.get("type"), key, self._closer(key))
        except OSError as e:
            os.close(descriptor)
            self._log_later(logging.ERROR, "a handle that arrived is not usable: %s", e)
            made = None
        else:
            if key is not None:
                self._open_by_key[key] = self._open_by_key.get(key, 0) + 1
                self._keyed()
        self._deliver(body, made, size)

    def _closer(self, key):
        if key is None:
            return None
        channel, told = weakref.ref(self), []

        def closed():
            owner = channel()
            if owner is not None and not told:
                told.append(True)
                owner._closed_keys.append(key)
                owner._wake()

        return closed

    def _count_closed(self):
        """Sockets that were closed since: any thread may close them, only the channel counts."""
        while self._closed_keys:
            key = self._closed_keys.popleft()
            self._open_by_key[key] -= 1
            self._all_closed(key)

    def _all_closed(self, key):
        if key in self._notify_keys and self._open_by_key[key] == 0:
            self._notify_keys.discard(key)
            self._put_internal({"cmd": "NODE_SOCKET_ALL_CLOSED", "key": key})

    def _acknowledged(self):
        if self._waiting is not None:
            self._waiting.close()
            self._waiting = None
        while self._held and self._waiting is None:
            self._write_next(self._held.popleft())

    def _refused(self):
        out = self._waiting
        if out.moves and out.tries < 4:
            out.tries += 1
            out.at = 0
            self._queued += len(out.data)
            self._writing.append(out)
            return
        text = "the other side did not get a handle; its message is lost"
        self._log_later(logging.WARNING, text)
        self._acknowledged()

    def _deliver(self, value, handle, size):
        if type(value) is dict and value.get("brood") == "reply" and _is_id(value.get("id")):
            self._reply(value, handle)
            return
        message = Message(self, value, handle, size + 64)
        self._inbox_bytes += message._size
        self._arrived(message)

    def _reply(self, value, handle):
        waiting = self._replies.pop(value["id"], None)
        if handle is not None:
            handle.close()  # the value is all that request() returns
        if waiting is None:
            return  # nobody waits any more
        error = value.get("error")
        if isinstance(error, dict):
            failure = RequestFailed(str(error.get("message", "")), error.get("name"))
            self._settle(waiting, None, failure)
        else:
            self._settle(waiting, value.get("body"), None)

    def _request(self, body, to, limit):
        self._last_id += 1
        message = {"brood": "request", "id": self._last_id, "body": body}
        if to is not None:
            message["to"] = to
        if limit is not None and limit < _FOR_EVER:
            message["limit"] = max(1, int(limit * 1000))
        return message

    def _end(self):
        if self._ended:
            return
        self._ended = True
        self._drop_output()
        for descriptor in self._descriptors:
            os.close(descriptor)
        self._descriptors.clear()
        for waiting in list(self._replies.values()):
            self._settle(waiting, None, ChannelClosed("the channel ended before the reply came"))
        self._replies.clear()
        self._release()

    def _forget_in_child(self):
        """In a process forked from this one, the channel is not its own: only let go of it."""
        self._ended = self._closing = True
        try:
            os.close(self._socket.detach())
        except OSError:
            pass

    def _keyed(self):
        """A socket arrived that the parent counts."""


_channels = weakref.WeakSet()


def _forked():
    for channel in list(_channels):
        channel._forget_in_child()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)


# --- blocking ----------------------------------------------------------------------------------


class Channel(_Base):
    """A channel for any number of threads.

    Whoever waits does the reading and the writing, so that a program that only sends and receives
    has no further thread. One is started when something must go on behind its back: a handler, a
    queue, a handle under way. Do not wait for messages in a signal handler; sending is allowed, but
    what a full queue has no room for is refused at once there (ChannelFull) if the signal came
    while its thread read or wrote: nobody else would make room.
    """

    def __init__(
        self, sock, mode="json", *, queue_limit=16 * _MIB, inbox_limit=64 * _MIB,
        message_limit=64 * _MIB, when_full="block", request_threads=8,
    ):  # fmt: skip
        if when_full not in ("block", "refuse"):
            raise ValueError("when_full is block or refuse, not %r" % (when_full,))
        super().__init__(sock, mode, queue_limit, inbox_limit, message_limit)
        self._refuse_when_full = when_full == "refuse"
        self._lock = threading.RLock()
        self._changed = threading.Condition(self._lock)
        self._pumping = 0  # the thread that reads and writes now
        self._background = None
        self._in_write = False
        self._wake_out, self._wake_in = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        self._request_threads = request_threads
        self._idle = self._workers = 0
        self._problems = collections.deque()  # calls of what must not run under the lock
        self._has_keys = False

    # -- for the program

    def send(self, value, handle=None, keep_open=False, timeout=None):
        """Sends a value, with a socket or pipe if given. False: more than 131,072 bytes wait now.

        A connected socket is closed here and lives on in the receiver, unless ``keep_open``; a
        listening one is shared. While the queue is full, blocks for at most ``timeout`` seconds
        (None: without end), then raises ChannelFull; at once if made with when_full="refuse".
        """
        deadline = None if timeout is None else time.monotonic() + timeout
        out = self._encode(value, handle, keep_open)
        try:
            while not self._try_send(out, handle):
                if self._refuse_when_full or not self._wait(lambda: self._may_send(out), deadline):
                    raise ChannelFull("%d bytes wait to be sent" % self._queued)
        except BaseException:
            if not self._has(out):
                out.close()
            raise
        if self._background is None and (self._queued > 0 or self._waiting is not None):
            self._start_background()
        if self._problems:
            self._tell_problems()
        return self._queued <= _HIGH_WATER

    def _may_send(self, out):
        return not self.connected or self._has_room(out)

    def _has(self, out):
        return out in self._writing or out in self._held or out is self._waiting

    def _try_send(self, out, handle):
        with self._lock:
            if not self.connected:
                raise ChannelClosed("the channel has ended")
            if not self._has_room(out):
                return False
            self._let_go(handle, out, _PATIENT)
            before = self._queued
            self._put(out)
            self._write_now()
            wrote = self._queued < before + len(out.data)
            if self._writing or (before and wrote):  # somebody may wait for what is gone now
                self._tell()
            return True

    def receive(self, timeout=None):
        """The next message; None after ``timeout`` seconds. ChannelClosed after the last one."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while self._wait(lambda: self._inbox or self._ended, deadline):
            with self._lock:
                if self._inbox:
                    message = self._inbox.popleft()
                    self._consumed(message)
                    return message
                if self._ended:
                    raise ChannelClosed("the channel has ended")
        return None

    def __iter__(self):
        return self

    def __next__(self):
        try:
            return self.receive()
        except ChannelClosed:
            raise StopIteration from None

    def request(self, body, timeout=30.0, to=None, handle=None):
        """The reply to a request, to the parent or, through a broker, to the child named ``to``.

        A ``handle`` goes along as with send(). Raises RequestTimeout, RequestFailed or
        ChannelClosed.
        """
        deadline = time.monotonic() + timeout
        answer = []
        with self._lock:
            message = self._request(body, to, timeout)
            self._replies[message["id"]] = answer
        try:
            self.send(message, handle, timeout=timeout)
            if not self._wait(lambda: answer, deadline):
                raise RequestTimeout("no reply within %g s" % timeout)
        finally:
            with self._lock:
                self._replies.pop(message["id"], None)
        value, error = answer
        if error is not None:
            raise error
        return value

    def on_message(self, handler):
        """Calls the handler for each message, in order, on one thread; instead of receive()."""
        self._thread("brood-messages", self._each_message, handler)
        return self

    def serve(self, function, health=None):
        """Says ready, and answers calls on this thread until the parent disconnects.

        The function gets the value of a call and returns the answer; what it raises, the caller is
        told. One call after the other, each answer written before the next call begins, as pools
        want it. In between a health check is answered with what ``health()`` returns, or "ok".

        SIGTERM, by which a pool ends a call that was given up, raises SystemExit in the function
        (if this is the main thread), so that what it has begun is cleaned up; it has a second.
        """
        with _exit_on_sigterm():
            self.ready()
            for message in self:
                if message.is_request:
                    self._answer(message, _work(function, health))
                    self.flush(_ANSWER_LIMIT)
                elif message.handle is not None:
                    message.handle.close()

    def wait_closed(self, timeout=None):
        """Waits for the end of the channel; for programs that have handlers. False: not yet."""
        deadline = None if timeout is None else time.monotonic() + timeout
        return self._wait(lambda: self._ended, deadline)

    def flush(self, timeout=10.0):
        """Waits until everything is with the kernel and every handle acknowledged."""
        return self._wait(lambda: self._ended or self._is_flushed(), time.monotonic() + timeout)

    def disconnect(self, timeout=10.0):
        """Sends what is queued, then ends the channel; at once after ``timeout`` seconds."""
        with self._lock:
            self._closing = True
            self._tell()
        self.flush(timeout)
        self._finish()

    def close(self):
        """Ends the channel at once; what is queued or unread is dropped."""
        self._finish()
        with self._lock:
            for message in [*self._inbox, *self._requests]:
                if message.handle is not None:
                    message.handle.close()
            self._inbox.clear()
            self._requests.clear()

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if kind is None:
            self.disconnect()
        self.close()

    # -- the work behind it

    def _finish(self):
        """Ends, and waits until the thread that works on the descriptors has closed them."""
        with self._lock:
            self._end()
            if self._pumping and self._pumping != threading.get_ident():
                self._changed.wait_for(lambda: not self._pumping, 5.0)

    def _wait(self, done, deadline):
        """Waits until ``done()``; meanwhile reads and writes, unless another thread does.

        Without any time left it does so once, so that what has come is found.
        """
        worked = False
        # A signal handler, on top of the work that it would wait for:
        on_top = self._pumping == threading.get_ident() or self._lock._is_owned()
        while True:
            with self._lock:
                if done():
                    return True
                if on_top:
                    return False
                remaining = _SLICE if deadline is None else deadline - time.monotonic()
                if remaining <= 0 and (worked or self._pumping):
                    return False
                remaining = min(max(0.0, remaining), _SLICE)
                if self._pumping:
                    self._changed.wait(remaining)
                    continue
                self._pumping = threading.get_ident()
            try:
                self._pump(remaining)
            finally:
                with self._lock:
                    self._pumping = 0
                    if self._ended:
                        self._close_descriptors()
                    self._changed.notify_all()
                self._after_pump()  # after an interrupt too: nobody else knows of what was read
            worked = True

    def _after_pump(self):
        """What must not happen under the lock: handlers of the program, and starts of threads."""
        self._tell_problems()
        if self._background is None and (self._has_keys or self._has_handlers()):
            self._start_background()
        if self._requests:
            self._start_workers()

    def _tell_problems(self):
        while self._problems:
            with self._lock:
                if not self._problems:
                    return  # another thread tells it
                function, *arguments = self._problems.popleft()
            function(*arguments)

    def _pump(self, remaining):
        with self._lock:
            self._count_closed()
            queued = self._queued
            self._write_now()
            if self._ended:
                return
            if self._queued != queued:
                remaining = 0  # that may be what somebody waits for
            reading = self._wants_input()
            interest = (select.POLLIN if reading else 0) | (select.POLLOUT if self._writing else 0)
            number = self._socket.fileno()
        poll = select.poll()
        poll.register(self._wake_out, select.POLLIN)
        if interest:  # a registered socket reports its end even when nobody asks
            poll.register(number, interest)
        ready = dict(poll.poll(remaining * 1000))
        with self._lock:
            if self._wake_out in ready:
                self._drain_wake()
            if self._ended:
                return
            if ready.get(number, 0) & ~select.POLLOUT and reading:
                self._read()
            self._write_now()

    def _write_now(self):
        if not self._in_write:  # a signal handler may send while this very thread is writing
            self._in_write = True
            try:
                self._write()
            finally:
                self._in_write = False

    def _tell(self):
        """Has whoever reads and writes look again, and tell all others: they may wait for this."""
        if self._pumping:
            self._wake()

    def _wake(self):
        with self._lock:
            try:
                os.write(self._wake_in, b"\0")
            except OSError:  # full: awake already; closed: over
                pass

    def _drain_wake(self):
        try:
            os.read(self._wake_out, 4096)
        except OSError:
            pass

    def _thread(self, name, target, *args):
        threading.Thread(target=target, name=name, args=args, daemon=True).start()

    def _try_thread(self, name, target):
        """False if the system, or an interpreter that ends, has no thread; it is tried again."""
        try:
            self._thread(name, target)
        except RuntimeError as e:
            _log.error("no thread %s: %s", name, e)
            return False
        return True

    def _start_background(self):
        with self._lock:
            if self._background is not None or self._is_idle():
                return
            self._background = True
        if not self._try_thread("brood-channel", self._work_behind):
            self._background = None

    def _work_behind(self):
        while True:
            self._wait(self._is_idle, None)
            with self._lock:
                if self._is_idle():  # whoever receives is faster without this thread
                    self._background = None
                    return

    def _is_idle(self):
        needed = self._has_keys or self._has_handlers()
        return self._ended or (not needed and self._is_flushed())

    def _keyed(self):
        self._has_keys = True  # from now on the parent may ask at any time

    def _problem(self, error):
        self._problems.append((self._call, self._on_malformed, error))

    def _log_later(self, level, text, *arguments):
        self._problems.append((_log.log, level, text, *arguments))

    def _enter_handler(self, kind, handler):
        with self._lock:
            super()._enter_handler(kind, handler)
            self._tell()  # a thread that is idle may be meant

    def _start_handlers(self):
        self._start_background()
        self._start_workers()

    def _arrived(self, message):
        (self._inbox if self._handler_of(message) is None else self._requests).append(message)

    def _consumed(self, message):
        full = not self._wants_input()
        self._inbox_bytes -= message._size
        if full and not self._ended:
            self._wake()

    def _each_message(self, handler):
        for message in self:
            self._call(handler, message)

    def _start_workers(self):
        with self._lock:
            wanted = min(len(self._requests) - self._idle, self._request_threads - self._workers)
            self._workers += max(0, wanted)
        for _ in range(wanted):
            if not self._try_thread("brood-requests", self._each_request):
                with self._lock:
                    self._workers -= 1

    def _each_request(self):
        while True:
            with self._lock:
                self._idle += 1
            self._wait(lambda: self._requests or self._ended, None)
            with self._lock:
                self._idle -= 1
                if self._ended and not self._requests:
                    self._workers -= 1
                    return
                message = self._requests.popleft() if self._requests else None
            if message is not None:
                self._answer_behind(message)

    def _answer_behind(self, message):
        handler = self._handler_of(message)

        def answer(asked):
            try:
                return handler(asked)
            except SystemExit as e:  # it would end no more than this thread
                raise BroodError("the handler wanted to exit: %s" % e) from e

        try:
            self._answer(message, answer)
        except Exception:
            _log.exception("an answer is lost")
        finally:
            with self._lock:
                self._consumed(message)

    def _answer(self, message, handler):
        try:
            try:
                body = handler(message)
            except Exception as e:
                _failed(message)
                if message._id is not None:
                    message.fail(e)
                return
            number = message._id
            if number is not None:  # the handler may have replied by itself
                try:
                    message.reply(body)
                except (EncodingError, MessageTooLarge) as e:
                    message._id = number
                    message.fail(e)
        except ChannelClosed:
            pass  # nobody left to tell

    def _settle(self, waiting, value, error):
        waiting.extend((value, error))
        self._changed.notify_all()

    def _release(self):
        self._changed.notify_all()
        if self._pumping:
            self._wake()  # whoever pumps closes the descriptors; they are in its poll
        else:
            self._close_descriptors()

    def _close_descriptors(self):
        self._socket.close()
        for descriptor in (self._wake_out, self._wake_in):
            if descriptor >= 0:
                os.close(descriptor)
        self._wake_out = self._wake_in = -1

    def _forget_in_child(self):
        super()._forget_in_child()
        for descriptor in (self._wake_out, self._wake_in):
            if descriptor >= 0:
                os.close(descriptor)
        self._wake_out = self._wake_in = -1
        self._pumping = 0  # that thread is in the other process
        self._lock = threading.RLock()
        self._changed = threading.Condition(self._lock)


# --- asyncio -----------------------------------------------------------------------------------


class AsyncChannel(_Base):
    """A channel for one event loop; made inside it, and used on its thread only."""

    def __init__(
        self, sock, mode="json", *, queue_limit=16 * _MIB, inbox_limit=64 * _MIB,
        message_limit=64 * _MIB, request_tasks=64,
    ):  # fmt: skip
        super().__init__(sock, mode, queue_limit, inbox_limit, message_limit)
        self._loop = asyncio.get_running_loop()
        self._waiters = set()
        self._request_tasks = request_tasks
        self._tasks = set()
        self._answering = 0
        self._watched = [False, False]
        self._watch()

    # -- for the program

    async def send(self, value, handle=None, keep_open=False):
        """Sends a value, with a socket or pipe if given; waits while the queue is full.

        False: more than 131,072 bytes wait now. A connected socket is closed here and lives on in
        the receiver, unless ``keep_open``; a listening one is shared.
        """
        out = self._encode(value, handle, keep_open)
        try:
            while self.connected and not self._has_room(out):
                await self._until(lambda: not self.connected or self._has_room(out), None)
            if not self.connected:
                raise ChannelClosed("the channel has ended")
        except BaseException:
            out.close()
            raise
        self._let_go(handle, out, 0.0)
        self._put(out)
        self._write_and_watch()
        return self._queued <= _HIGH_WATER

    async def receive(self, timeout=None):
        """The next message; None after ``timeout`` seconds. ChannelClosed after the last one."""
        if not await self._until(lambda: self._inbox or self._ended, timeout):
            return None
        if not self._inbox:
            raise ChannelClosed("the channel has ended")
        message = self._inbox.popleft()
        self._consumed(message)
        return message

    def __aiter__(self):
        return self

    async def __anext__(self):
        try:
            return await self.receive()
        except ChannelClosed:
            raise StopAsyncIteration from None

    async def request(self, body, timeout=30.0, to=None, handle=None):
        """The reply to a request, to the parent or, through a broker, to the child named ``to``.

        A ``handle`` goes along as with send(). Raises RequestTimeout, RequestFailed or
        ChannelClosed.
        """
        message = self._request(body, to, timeout)
        answer = self._replies[message["id"]] = self._loop.create_future()
        try:
            return await asyncio.wait_for(self._asking(message, answer, handle), timeout)
        except asyncio.TimeoutError as e:
            if isinstance(e, RequestTimeout):
                raise
            raise RequestTimeout("no reply within %g s" % timeout) from None
        finally:
            self._replies.pop(message["id"], None)
            if answer.done() and not answer.cancelled():
                answer.exception()  # seen

    async def _asking(self, message, answer, handle):
        await self.send(message, handle)
        return await answer

    def on_message(self, handler):
        """Calls (and awaits) the handler for each message, in order; instead of receive()."""
        self._task(self._each_message(handler))
        return self

    async def serve(self, function, concurrency=1, health=None):
        """Says ready, and answers calls until the parent disconnects.

        The function, mostly a coroutine function, gets the value of a call and returns the answer;
        what it raises, the caller is told. Up to ``concurrency`` calls run at once (a pool's
        ``callsPerWorker``); each answer is written before the next call begins. A call whose limit
        is over is cancelled. A health check is answered with what ``health()`` returns, or "ok".

        SIGTERM, by which a pool ends a call that was given up, cancels all calls; when they have
        cleaned up, SystemExit is raised. They have a second.
        """
        calls = set()

        def over(call):
            calls.discard(call)
            self._notify()

        async with _cancel_on_sigterm(self._loop):
            try:
                await self.ready()
                async for message in self:
                    if self._ended:
                        break  # nobody is left to tell
                    if message.is_request:
                        call = self._loop.create_task(self._serve(message, function, health))
                        calls.add(call)
                        call.add_done_callback(over)
                        await self._until(lambda: len(calls) < concurrency or self._ended, None)
                    elif message.handle is not None:
                        message.handle.close()
            finally:
                for call in calls:
                    call.cancel()
                await asyncio.gather(*calls, return_exceptions=True)

    async def _serve(self, message, function, health):
        work = _work(function, health)

        async def limited(asked):
            answer = work(asked)
            if inspect.isawaitable(answer):
                try:
                    answer = await asyncio.wait_for(answer, asked.limit)
                except asyncio.TimeoutError as e:
                    if asked.limit is None or str(e):
                        raise
                    raise TimeoutError("the limit of the call is over") from None
            return answer

        await self._answer(message, limited)
        await self.flush(_ANSWER_LIMIT)

    async def wait_closed(self, timeout=None):
        """Waits for the end of the channel; for programs that have handlers. False: not yet."""
        return await self._until(lambda: self._ended, timeout)

    async def flush(self, timeout=10.0):
        """Waits until everything is with the kernel and every handle acknowledged."""
        return await self._until(lambda: self._ended or self._is_flushed(), timeout)

    async def disconnect(self, timeout=10.0):
        """Sends what is queued, then ends the channel; at once after ``timeout`` seconds."""
        self._closing = True
        self._notify()
        await self.flush(timeout)
        self._end()

    def close(self):
        """Ends the channel at once; what is queued or unread is dropped."""
        self._end()
        for message in [*self._inbox, *self._requests]:
            if message.handle is not None:
                message.handle.close()
        self._inbox.clear()
        self._requests.clear()
        for task in list(self._tasks):
            task.cancel()

    async def __aenter__(self):
        return self

    async def __aexit__(self, kind, error, trace):
        if kind is None:
            await self.disconnect()
        self.close()

    # -- the work behind it

    async def _until(self, done, timeout):
        """Waits until ``done()``; the loop turns once at least, so that what has come is found."""
        deadline = None if timeout is None else self._loop.time() + timeout
        turned = False
        while not done():
            remaining = None if deadline is None else max(0.0, deadline - self._loop.time())
            if remaining == 0 and turned:
                return False
            turned = True
            waiter = self._loop.create_future()
            self._waiters.add(waiter)
            try:
                await asyncio.wait([waiter], timeout=remaining)
            finally:
                self._waiters.discard(waiter)
                waiter.cancel()
        return True

    def _notify(self):
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(None)

    def _watch(self):
        """Asks the loop for what the channel is interested in now."""
        if self._ended:
            return
        wanted = [self._wants_input(), bool(self._writing)]
        number = self._socket.fileno()
        if wanted[0] != self._watched[0]:
            if wanted[0]:
                self._loop.add_reader(number, self._readable)
            else:
                self._loop.remove_reader(number)
        if wanted[1] != self._watched[1]:
            if wanted[1]:
                self._loop.add_writer(number, self._write_and_watch)
            else:
                self._loop.remove_writer(number)
        self._watched = wanted

    def _readable(self):
        for _ in range(16):
            if not self._wants_input() or not self._read():
                break
        self._write_and_watch()

    def _write_and_watch(self):
        self._count_closed()
        self._write()
        self._watch()
        self._notify()

    def _wake(self):
        try:
            self._loop.call_soon_threadsafe(self._write_and_watch)
        except RuntimeError:  # the loop is closed
            pass

    def _deliver(self, value, handle, size):
        if isinstance(handle, socket.socket):
            handle.setblocking(False)  # as event loops want them
        super()._deliver(value, handle, size)

    def _arrived(self, message):
        if self._handler_of(message) is None:
            self._inbox.append(message)
        else:
            self._requests.append(message)
            self._start_handlers()

    def _consumed(self, message):
        self._inbox_bytes -= message._size
        self._watch()

    def _problem(self, error):
        self._call(self._on_malformed, error)

    def _task(self, coroutine):
        task = self._loop.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _each_message(self, handler):
        async for message in self:
            try:
                result = handler(message)
                if inspect.isawaitable(result):
                    await result
            except Exception:
                _log.exception("a handler failed")

    def _start_handlers(self):
        while self._requests and self._answering < self._request_tasks:
            self._answering += 1
            self._task(self._answer_behind(self._requests.popleft()))

    async def _answer_behind(self, message):
        try:
            await self._answer(message, self._handler_of(message))
        finally:
            self._answering -= 1
            self._consumed(message)
            self._start_handlers()

    async def _answer(self, message, handler):
        try:
            try:
                body = handler(message)
                if inspect.isawaitable(body):
                    body = await body
            except Exception as e:
                _failed(message)
                if message._id is not None:
                    await message.fail(e)
                return
            number = message._id
            if number is not None:  # the handler may have replied by itself
                try:
                    await message.reply(body)
                except (EncodingError, MessageTooLarge) as e:
                    message._id = number
                    await message.fail(e)
        except ChannelClosed:
            pass  # nobody left to tell

    def _settle(self, waiting, value, error):
        if not waiting.done():
            if error is None:
                waiting.set_result(value)
            else:
                waiting.set_exception(error)

    def _release(self):
        number = self._socket.fileno()
        if number >= 0:
            self._loop.remove_reader(number)
            self._loop.remove_writer(number)
            self._socket.close()
        self._notify()


class aio:  # a namespace: brood.aio.connect()
    """The same with asyncio."""

    Channel = AsyncChannel

    @staticmethod
    def connect(**options):
        """The channel to the parent, for ``async with``; inside a running loop, once."""
        return _connect(AsyncChannel, options)

    @staticmethod
    async def serve(function, concurrency=1, health=None, **options):
        """Connects and serves: ``asyncio.run(brood.aio.serve(score))``; see AsyncChannel.serve."""
        async with aio.connect(**options) as channel:
            await channel.serve(function, concurrency, health)


# --- the channel to the parent -----------------------------------------------------------------

_parent = None


def available():
    """Whether the parent made a channel for this program."""
    return _parent is not None or bool(os.environ.get("NODE_CHANNEL_FD"))


def connect(**options):
    """The channel to the parent: made once, the same one afterwards; see Channel for options.

    Takes the variables out of the environment, so that other programs started from here do not
    take the channel for theirs.
    """
    return _connect(Channel, options)


def serve(function, health=None, **options):
    """Connects and serves: ``brood.serve(score)`` is a whole worker; see Channel.serve."""
    with connect(**options) as channel:
        channel.serve(function, health)


def _connect(kind, options):
    global _parent
    if _parent is not None:
        if not isinstance(_parent, kind):
            raise NoChannel("the channel is in use by a " + type(_parent).__name__)
        return _parent
    number = os.environ.pop("NODE_CHANNEL_FD", "")
    mode = os.environ.pop("NODE_CHANNEL_SERIALIZATION_MODE", "") or "json"
    os.environ.pop("NODE_UNIQUE_ID", None)
    if not number:
        raise NoChannel("the parent made no channel: NODE_CHANNEL_FD is not set")
    try:
        sock = socket.socket(fileno=int(number))
    except (ValueError, OSError) as e:
        raise NoChannel("NODE_CHANNEL_FD is %r: %s" % (number, e)) from None
    _parent = kind(sock, mode, **options)
    return _parent


@atexit.register
def _flush_at_exit():
    for channel in list(_channels):
        if isinstance(channel, Channel) and channel._queued and not channel._ended:
            channel.flush(5.0)


# --- work for a parent -------------------------------------------------------------------------


class Checkpoint:
    """Where this program saves itself, to go on from there when it is started again.

        saved = brood.Checkpoint.from_environment()
        done = int(saved.load() or 0)
        ...
        saved.save(b"%d" % done)                  # whole and on disk, or not there at all
        channel.saved()
        sys.exit(brood.RUN_AGAIN)
    """

    def __init__(self, path):
        self.path = os.fspath(path)

    @classmethod
    def from_environment(cls):
        """The one that the parent has given in BROOD_CHECKPOINT; None: it has given none."""
        path = os.environ.get("BROOD_CHECKPOINT", "")
        return cls(path) if path.strip() else None

    def load(self):
        """What was saved last, as bytes; None at a start from the beginning."""
        try:
            with open(self.path, "rb") as file:
                return file.read() or None
        except FileNotFoundError:
            return None

    def save(self, data):
        """Saves bytes: in a file beside the path, which is renamed to it when it is on disk."""
        if not data:
            raise ValueError("an empty checkpoint")
        beside = "%s.new-%d" % (self.path, os.getpid())
        try:
            with open(beside, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(beside, self.path)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(beside)
            raise


def _work(function, health):
    """What serve() does with a request."""

    def answer(message):
        if message.value == HEALTH_CHECK:
            return "ok" if health is None else health()
        return function(message.value)

    return answer


def _failed(message):
    if message.is_request:
        _log.debug("a request failed", exc_info=True)  # the asker is told
    else:
        _log.exception("a handler failed")


@contextlib.contextmanager
def _exit_on_sigterm():
    """SIGTERM raises SystemExit in the main thread, unless the program has a handler of its own."""

    def leave(number, frame):
        raise SystemExit(_TERMINATED)

    if not _may_handle_sigterm():
        yield
        return
    signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


@contextlib.asynccontextmanager
async def _cancel_on_sigterm(loop):
    """SIGTERM cancels this task; when it has cleaned up, SystemExit is raised."""
    task, terminated = asyncio.current_task(), []

    def leave():
        terminated.append(True)
        task.cancel()

    if not _may_handle_sigterm():
        yield
        return
    loop.add_signal_handler(signal.SIGTERM, leave)
    try:
        yield
    except asyncio.CancelledError:
        if terminated:
            raise SystemExit(_TERMINATED) from None
        raise
    finally:
        loop.remove_signal_handler(signal.SIGTERM)


def _may_handle_sigterm():
    main = threading.current_thread() is threading.main_thread()
    return main and signal.getsignal(signal.SIGTERM) == signal.SIG_DFL


# --- systemd's conventions ---------------------------------------------------------------------


def sd_notify(*lines, descriptors=(), **assignments):
    """Tells the supervisor: ``sd_notify(READY=1, STATUS="up")``. False: there is none.

    With ``FDSTORE=1`` descriptors are kept by it and come back from ``listen_fds`` after a restart.
    """
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address or address[0] not in "/@":
        return False
    if address[0] == "@":
        address = "\0" + address[1:]
    lines = [*lines, *("%s=%s" % item for item in assignments.items())]
    rights = array.array("i", [_number_of(descriptor) for descriptor in descriptors])
    ancillary = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)] if rights else []
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.settimeout(5.0)
        sock.sendmsg(["\n".join(lines).encode()], ancillary, socket.MSG_NOSIGNAL, address)
    return True


def _number_of(descriptor):
    return descriptor if isinstance(descriptor, int) else descriptor.fileno()


def sd_barrier(timeout=5.0):
    """Waits until the supervisor has handled all earlier notifications. False: not in time."""
    reader, writer = os.pipe2(os.O_CLOEXEC)
    try:
        try:
            if not sd_notify("BARRIER=1", descriptors=[writer]):
                return False
        finally:
            os.close(writer)
        poll = select.poll()
        poll.register(reader, 0)  # only its end is of interest
        return bool(poll.poll(timeout * 1000))
    finally:
        os.close(reader)


def watchdog_seconds():
    """How often to call ``sd_notify(WATCHDOG=1)``: half of the supervisor's limit; None: never."""
    limit = os.environ.get("WATCHDOG_USEC", "")
    pid = os.environ.get("WATCHDOG_PID", "")
    if not limit.isdigit() or (pid and pid != str(os.getpid())):
        return None
    return int(limit) / 2_000_000


def listen_fds():
    """The sockets this program was started with, as (name, socket) pairs; others as raw files.

    Takes the variables out of the environment; a second call returns nothing.
    """
    count = os.environ.pop("LISTEN_FDS", "")
    pid = os.environ.pop("LISTEN_PID", "")
    names = os.environ.pop("LISTEN_FDNAMES", "")
    os.environ.pop("LISTEN_PIDFDID", None)
    if not count.isdigit() or pid != str(os.getpid()):
        return []
    names = names.split(":") if names else ["unknown"] * int(count)
    if len(names) != int(count):
        raise BroodError("LISTEN_FDNAMES has %d names for %s descriptors" % (len(names), count))
    result = []
    for descriptor, name in enumerate(names, 3):
        os.set_inheritable(descriptor, False)
        if stat.S_ISSOCK(os.fstat(descriptor).st_mode):
            result.append((name, socket.socket(fileno=descriptor)))
        else:
            result.append((name, _as_object(descriptor, None, None, None)))
    return result
