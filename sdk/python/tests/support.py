"""What the tests share: channels in pairs, the census of descriptors, and a Node parent."""

import json
import os
import pathlib
import socket
import subprocess
import sys
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
sys.dont_write_bytecode = True

import brood  # noqa: E402

LIMIT = 60.0
MODES = ("json", "advanced", "cbor")


def until(condition):
    """Waits for a fact that nobody signals."""
    end = time.monotonic() + LIMIT
    while not condition():
        if time.monotonic() > end:
            raise AssertionError("it does not come true")
        time.sleep(0.005)


def open_descriptors():
    found = {}
    for name in os.listdir("/proc/self/fd"):
        try:
            found[int(name)] = os.readlink("/proc/self/fd/" + name)
        except OSError:
            pass
    return found


class ChannelTest(unittest.TestCase):
    """Proves after each test that no descriptor was left behind."""

    def setUp(self):
        self._before = len(open_descriptors())

    def tearDown(self):
        self.assertEqual(self._before, len(open_descriptors()), open_descriptors())

    def raw(self, mode="json", kind=brood.Channel, **options):
        """A channel, and the plain socket at the other end of it."""
        ours, theirs = socket.socketpair()
        theirs.settimeout(LIMIT)
        channel = kind(ours, mode, **options)
        self.addCleanup_now(channel, theirs)
        return channel, theirs

    def pair(self, mode="json", **options):
        ours, theirs = socket.socketpair()
        channels = brood.Channel(ours, mode, **options), brood.Channel(theirs, mode, **options)
        self.addCleanup_now(*channels)
        return channels

    def addCleanup_now(self, *things):
        """Closes at the end of the test, before the descriptors are counted."""
        self._things = getattr(self, "_things", []) + list(things)

    def _callTestMethod(self, method):
        try:
            super()._callTestMethod(method)
        finally:
            for thing in getattr(self, "_things", []):
                thing.close()

    def lines(self, peer, count):
        """The next messages in mode json, as values."""
        reader = peer.makefile("rb")
        with reader:
            return [json.loads(reader.readline()) for _ in range(count)]


def run_under_node(checks, *args):
    """Runs a check of parent.cjs; its output if it fails."""
    done = subprocess.run(
        ["node", str(HERE / "parent.cjs"), checks, sys.executable, *args],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=2 * LIMIT, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout.decode()
