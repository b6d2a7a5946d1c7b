"""The three modes: what is written, what is read, and what is refused."""

import array
import datetime
import dataclasses
import enum
import json
import math
import random
import unittest

from support import brood

UTC = datetime.timezone.utc
ADVANCED = brood._CODECS["advanced"]
CBOR = brood._CODECS["cbor"]
JSON = brood._CODECS["json"]

# From the protocol page: what Node writes, and what it means here.
NODE_VECTORS = [
    ("5f", brood.UNDEFINED), ("30", None), ("54", True), ("46", False), ("4900", 0), ("4902", 1),
    ("4901", -1), ("498001", 64), ("49feffffff0f", 2147483647), ("49ffffffff0f", -2147483648),
    ("4e000000000000e041", 2147483648), ("4e000000000000f83f", 1.5),
    ("5a100a00000000000000", 10), ("5a110100000000000000", -1), ("5a00", 0),
    ("22026869", "hi"), ("2201e9", "é"), ("6302226f", "漢"), ("0063022f6f", "漯"),
    ("6f7b00", {}), ("6f22016149027b01", {"a": 1}),
    ("6f490222017822016249047b02", {"1": "x", "b": 2}), ("4100240000", []),
    ("4103490222016130240003", [1, "a", None]),
    ("61034900490249044906400203", [1, brood.UNDEFINED, 3]),
    ("440000000000000000", datetime.datetime(1970, 1, 1, tzinfo=UTC)),
    ("3b22016149023a02", {"a": 1}), ("2749022c01", {1}),
    ("522202616203", brood.RegExp("ab", "gi")), ("5c000a026869", b"hi"),
]  # fmt: skip

VALUES = [
    None, True, False, 0, -1, 23, 24, 255, 256, 65535, 65536, 2**31 - 1, -(2**31), 2**31, 2**32,
    2**53, -(2**53), 1.5, -2.25, 1e300, "", "text", "é", "漢😀", "\0\n\r\u2028", [], {},
    [1, [2, [3, {"a": [None]}]]], {"a": {"b": {"c": ""}}, "é": 1}, ["x"] * 300, "y" * 70_000,
    {str(i): i for i in range(1000)},
]  # fmt: skip


class Color(enum.Enum):
    RED = "red"


@dataclasses.dataclass
class Point:
    x: int
    y: float


def read(codec, frame, limit=64 << 20):
    splitter = codec.splitter(limit)
    return [codec.decode(text) for text, error, _ in splitter.feed(frame)]


class CodecTest(unittest.TestCase):
    def test_values_inEveryMode_comeBack(self):
        for codec in (JSON, ADVANCED, CBOR):
            for value in VALUES:
                with self.subTest(mode=codec.name, value=str(value)[:40]):
                    (back,) = read(codec, codec.encode(value))
                    self.assertEqual(back, value)
                    self.assertIs(type(back), type(value))

    def test_surrogatesAlone_travelWhereTheModeCan(self):
        for codec in (JSON, ADVANCED):
            self.assertEqual(read(codec, codec.encode("a\ud800é")), ["a\ud800é"])
        with self.assertRaises(brood.EncodingError):
            CBOR.encode("\ud800")

    def test_richValues_ofPython_areWrittenPlainly(self):
        value = [Color.RED, Point(1, 2.5), (1, 2), datetime.date(2020, 1, 2)]
        plain = ["red", {"x": 1, "y": 2.5}, [1, 2], "2020-01-02"]
        for codec in (JSON, ADVANCED, CBOR):
            self.assertEqual(read(codec, codec.encode(value)), [plain])
        self.assertEqual(
            read(JSON, JSON.encode(b"hi")), [{"type": "Buffer", "data": [104, 105]}]
        )
        moment = datetime.datetime(2020, 1, 2, 3, 4, 5, 678000, UTC)
        self.assertEqual(read(JSON, JSON.encode(moment)), ["2020-01-02T03:04:05.678000Z"])
        self.assertEqual(read(ADVANCED, ADVANCED.encode(moment)), [moment])

    def test_valuesNoModeCarries_areRefusedByName(self):
        circle = []
        circle.append(circle)
        for codec in (JSON, ADVANCED, CBOR):
            for value in (object(), {"a": [lambda: 0]}, {(1, 2): 3}):
                with self.assertRaises(brood.EncodingError, msg=codec.name):
                    codec.encode(value)
        for codec in (JSON, CBOR):
            with self.assertRaises(brood.EncodingError):
                codec.encode(circle)
        for value in (math.nan, math.inf):
            with self.assertRaises(brood.EncodingError):
                JSON.encode(value)

    def test_advanced_readsWhatNodeWrites(self):
        for text, expected in NODE_VECTORS:
            with self.subTest(bytes=text):
                value = ADVANCED.decode(bytes.fromhex("ff0f" + text))
                self.assertEqual(value, expected)

    def test_advanced_ofJavaScriptValues_comesBack(self):
        values = [
            b"bytes", brood.ArrayBuffer(b"abc"), brood.DataView(b"abc"), brood.Uint8Clamped(b"a"),
            {1, "a", b"x"}, brood.RegExp("a/b", "giy"), brood.Boxed("text"), brood.Boxed(2),
            brood.Boxed(True), brood.Boxed(brood.BigInt(0x5A5A5A)), brood.BigInt(5), 2**70,
            -(2**64), brood.JsDate(8.64e15), brood.UNDEFINED, -0.0, math.inf,
            *[array.array(code, [1, 2, 3]) for code in "bBhHiIfdqQ"],
        ]  # fmt: skip
        for value in values:
            with self.subTest(value=repr(value)):
                (back,) = read(ADVANCED, ADVANCED.encode(value))
                self.assertEqual(back, value)
                self.assertIsInstance(back, type(value))
        (nan,) = read(ADVANCED, ADVANCED.encode(math.nan))
        self.assertTrue(math.isnan(nan))

    def test_advanced_sharedAndCircularValues_keepTheirIdentity(self):
        shared = {"n": 1}
        value = {"list": [shared, shared], "map": brood.JsMap({"k": shared})}
        value["self"] = value
        (back,) = read(ADVANCED, ADVANCED.encode(value))
        self.assertIs(back["self"], back)
        self.assertIs(back["list"][0], back["list"][1])
        self.assertIs(back["list"][0], back["map"]["k"])
        self.assertIsInstance(back["map"], brood.JsMap)

    def test_advanced_idsOfEveryKind_areCountedAlike(self):
        last = {"last": 1}
        every = [
            b"", brood.RegExp("x"), brood.Boxed("b"), {1}, brood.JsMap(), brood.JsError("e"),
            datetime.datetime(2020, 1, 1, tzinfo=UTC), brood.ArrayBuffer(b"a"), (1,),
            array.array("d", [1]), last, last,
        ]  # fmt: skip
        (back,) = read(ADVANCED, ADVANCED.encode(every))
        self.assertEqual(back[-1], last)
        self.assertIs(back[-1], back[-2])

    def test_advanced_errors_comeBackAsErrors(self):
        (back,) = read(ADVANCED, ADVANCED.encode(TypeError("no")))
        self.assertEqual((back.name, back.message), ("TypeError", "no"))
        (back,) = read(ADVANCED, ADVANCED.encode(brood.JsError("x", "RangeError", "at y", "z")))
        self.assertEqual((back.name, str(back), back.stack, back.cause),
                         ("RangeError", "x", "at y", "z"))  # fmt: skip

    def test_advanced_errorWithACause_hasItsStackBefore(self):
        frame = ADVANCED.encode(brood.JsError("m", "TypeError", "s", 1))
        self.assertEqual(frame[4:].hex(), "ff0f" "7254" "6d22016d" "73220173" "634902" "2e")

    def test_nesting_upToTheLimit_travelsAndBeyondItIsRefused(self):
        for codec in ADVANCED, CBOR:
            for wrap in (lambda value: [value]), (lambda value: {"a": value}):
                value = 1
                for _ in range(250):
                    value = wrap(value)
                self.assertEqual(read(codec, codec.encode(value)), [value])
                with self.assertRaises(brood.EncodingError):
                    codec.encode(wrap(value))
        for codec, deep in (CBOR, b"\x81" * 251 + b"\x01"), (
            ADVANCED, b"\xff\x0f" + b"A\x01" * 251 + b"I\x02" + b"$\x00\x01" * 251,
        ):  # fmt: skip
            with self.assertRaises(brood.MalformedMessage):
                codec.decode(deep)

    def test_cbor_asOthersWriteIt_isRead(self):
        cases = {
            "bf616101ff": {"a": 1}, "9f0102ff": [1, 2], "7f6161626262ff": "abb",
            "5f41014102ff": b"\1\2", "f93c00": 1.0, "fa3fc00000": 1.5, "f7": None,
            "c249010000000000000000": 2**64, "c349010000000000000000": -1 - 2**64,
            "d9d9f7820102": [1, 2], "a10102": {"1": 2}, "1bffffffffffffffff": 2**64 - 1,
            "3bffffffffffffffff": -(2**64),
        }  # fmt: skip
        for text, expected in cases.items():
            self.assertEqual(CBOR.decode(bytes.fromhex(text)), expected, text)
        for value in (2**64, -(2**80), 2**64 - 1, -(2**64)):
            self.assertEqual(read(CBOR, CBOR.encode(value)), [value])

    def test_bombs_inEveryMode_areErrorsAndCheap(self):
        bombs = [
            (JSON, b"[" * 100_000), (JSON, b'{"a":' * 100_000), (JSON, b"NaN"), (JSON, b""),
            (JSON, b"undefined"), (JSON, b"\xef\xbb\xbf1"),
            (ADVANCED, b"\xff\x0f" + b"A\1" * 100_000), (ADVANCED, b"\xff\x0fa\xff\xff\xff\xff\x0f"),
            (ADVANCED, b"\xff\x0f^\5"), (ADVANCED, b"\xff\x0f" + b"\xff" * 20),
            (ADVANCED, b"\xff\x10_"), (ADVANCED, b""), (ADVANCED, b"\xff\x0f\"\x7fx"),
            (CBOR, b"\x81" * 100_000), (CBOR, b"\x9f" * 100_000), (CBOR, b"\xc0" * 100_000),
            (CBOR, b"\x9b\xff\xff\xff\xff\xff\xff\xff\xff"), (CBOR, b"\x5b" + b"\xff" * 8),
            (CBOR, b"\xff"), (CBOR, b"\x01\x01"), (CBOR, b""),
        ]  # fmt: skip
        for codec, bomb in bombs:
            with self.subTest(mode=codec.name, bomb=bomb[:12]):
                with self.assertRaises((brood.MalformedMessage, ValueError, RecursionError)):
                    codec.decode(bomb)

    def test_brokenBytes_inEveryMode_areNeverAnotherError(self):
        seed = random.randrange(1 << 32)
        random_bytes = random.Random(seed)
        samples = [[1, "é", {"a": [b"x", {1}, brood.RegExp("x"), 2**70]}, TypeError("x")], VALUES]
        frames = [(ADVANCED, ADVANCED.encode(sample)[4:]) for sample in samples]
        frames += [(CBOR, CBOR.encode(VALUES)[4:]), (JSON, JSON.encode(VALUES)[:-1])]
        expected = (brood.MalformedMessage, ValueError, TypeError, RecursionError, OverflowError)
        for _ in range(400):
            codec, frame = random_bytes.choice(frames)
            broken = bytearray(frame[: random_bytes.randrange(len(frame) + 1)])
            for _ in range(random_bytes.randrange(1, 6)):
                if broken:
                    place = random_bytes.randrange(min(len(broken), 200))
                    broken[place] ^= 1 << random_bytes.randrange(8)
            try:
                codec.decode(bytes(broken))
            except expected:
                pass
            except Exception as e:
                self.fail("seed %d: %s %r" % (seed, codec.name, e))


class SplitTest(unittest.TestCase):
    def test_anySplit_ofTheStream_givesTheSameMessages(self):
        seed = random.randrange(1 << 32)
        chooser = random.Random(seed)
        for codec in (JSON, ADVANCED, CBOR):
            stream = b"".join(codec.encode(value) for value in VALUES)
            for most in (1, 3, 70, 65_536):
                values, splitter, at = [], codec.splitter(1 << 30), 0
                if most == 1:
                    stream_now, expected = stream[:2000], None
                else:
                    stream_now, expected = stream, VALUES
                while at < len(stream_now):
                    step = chooser.randint(1, most)
                    for text, error, _ in splitter.feed(stream_now[at : at + step]):
                        values.append(codec.decode(text))
                    at += step
                self.assertEqual(values, expected or VALUES[: len(values)], "seed %d" % seed)

    def test_aMessageBeyondTheLimit_isReportedAndSkipped(self):
        for codec in (JSON, ADVANCED, CBOR):
            stream = codec.encode("x" * 5000) + codec.encode(1)
            for step in (1, 7, 10_000):
                splitter, results = codec.splitter(100), []
                for at in range(0, len(stream), step):
                    results += splitter.feed(stream[at : at + step])
                self.assertEqual(len(results), 2, codec.name)
                self.assertIsInstance(results[0][1], brood.MessageTooLarge)
                self.assertEqual(codec.decode(results[1][0]), 1)

    def test_json_isCutAtLineFeedsOnly(self):
        text = "\u2028 \u0085 \x0b \x0c \r"
        self.assertEqual(json.loads(JSON.encode(text)), text)
        self.assertEqual(read(JSON, '["\u2028"]\r\n 1 \n'.encode()), [["\u2028"], 1])
        self.assertEqual(read(JSON, b'"\xff"\n'), ["\ufffd"])


if __name__ == "__main__":
    unittest.main()
