"""Both sides of a ring in this process; Java's SharedRingProcessTest has two processes."""

import socket
import threading
import unittest

from support import LIMIT, ChannelTest, until

import brood_ring


class RingTest(ChannelTest):
    def ring(self, capacity=4096):
        """The writing side and the reading side."""
        writer = brood_ring.to_write(capacity)
        reader = brood_ring.open(writer.handle())
        self.addCleanup_now(writer, reader)
        return writer, reader

    def test_wakeUp_ofAThreadThatWaitsNoMore_leavesTheNextOne(self):
        writer, reader = self.ring()
        ints, word = reader._ints, reader._own_waits

        class WaitsAnotherWay:
            """The peer's word: between a look at it and the wake-up, another thread waits."""

            def __getitem__(self, at):
                seen = ints[at]
                if at == word:
                    ints[at] = brood_ring._ON_SOCKET
                return seen

            def __setitem__(self, at, value):
                ints[at] = value

        ints[word] = brood_ring._ON_FUTEX  # a platform thread of Java's
        writer._ints = WaitsAnotherWay()
        writer.write(b"for the first")
        writer._ints = memoryview(ints)
        self.assertEqual(ints[word], brood_ring._ON_SOCKET)
        writer.write(b"for the other, a virtual one")
        self.assertEqual(reader._socket.recv(10, socket.MSG_DONTWAIT), b"\1")

    def test_wakeUp_ofEitherWay_clearsTheWord(self):
        writer, reader = self.ring()
        for how in (brood_ring._ON_FUTEX, brood_ring._ON_SOCKET):
            reader._ints[reader._own_waits] = how
            writer.write(b"")
            self.assertEqual(reader._ints[reader._own_waits], 0)
        self.assertEqual(reader._socket.recv(10, socket.MSG_DONTWAIT), b"\1")

    def test_wakeUp_ofAPeerThatTakesNone_isNotItsEnd(self):
        writer, reader = self.ring()
        half = b"x" * writer.record_limit
        self.assertTrue(writer.write(half) and writer.write(half))
        self.assertFalse(writer.write(b"", timeout=0.001))
        reader.read(), reader.read()
        for _ in range(2000):  # more than the socket holds
            reader._ints[reader._own_waits] = brood_ring._ON_SOCKET
            writer.write(b"")
            self.assertEqual(reader.read(), b"")

    def test_close_byTheThreadThatLooks_isDoneWhenItHasLooked(self):
        writer, reader = self.ring()
        writer.write(b"seen")
        seen = []

        def look(view):
            reader.close()
            seen.append(bytes(view))

        self.assertTrue(self.in_thread(lambda: reader.read_into(look)))
        self.assertEqual(seen, [b"seen"])
        with self.assertRaises(brood_ring.RingClosed):
            reader.read()
        with self.assertRaises(brood_ring.RingClosed):
            writer.write(b"x" * 2000), writer.write(b"x" * 2000), writer.write(b"x" * 2000)

    def test_close_onTopOfAWait_endsIt(self):
        for write in (False, True):
            writer, reader = self.ring()
            ring = writer if write else reader
            wait = ring._await_byte

            def interrupted(seconds):
                ring.close()  # what a signal handler does
                wait(seconds)

            ring._await_byte = interrupted

            def use():
                with self.assertRaises(brood_ring.RingClosed):
                    while True:
                        writer.write(b"x" * 1000) if write else reader.read()
                return True

            self.assertTrue(self.in_thread(use))

    def test_use_onTopOfAnother_isRefused(self):
        writer, reader = self.ring()
        writer.write(b"once")
        errors = []

        def look(view):
            try:
                reader.read(0)
            except brood_ring.RingError as e:
                errors.append(type(e))

        self.assertTrue(self.in_thread(lambda: reader.read_into(look)))
        self.assertEqual(errors, [brood_ring.RingError])
        self.assertIsNone(reader.read(0))

    def test_close_whileAnotherThreadWaits_wakesIt(self):
        writer, reader = self.ring()
        out = []
        thread = threading.Thread(target=lambda: out.extend(reader))
        thread.start()
        until(lambda: reader._ints[reader._own_waits])
        reader.close()
        thread.join(LIMIT)
        self.assertFalse(thread.is_alive())
        self.assertEqual(out, [])

    def in_thread(self, function):
        """What the function returns; None if it hangs."""
        results = []
        thread = threading.Thread(target=lambda: results.append(function()), daemon=True)
        thread.start()
        thread.join(LIMIT)
        return results[0] if results else None


if __name__ == "__main__":
    unittest.main()
