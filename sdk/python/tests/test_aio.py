"""The asyncio channel over a socket pair, and sd_notify and LISTEN_FDS."""

import array
import asyncio
import json
import math
import os
import socket
import subprocess
import sys
import unittest
from unittest import mock

from support import LIMIT, MODES, ChannelTest, brood


class AioTest(ChannelTest):
    def run_async(self, coroutine):
        return asyncio.run(asyncio.wait_for(coroutine, LIMIT))

    def test_messages_bothWays_andTheEnd(self):
        async def main(mode):
            a, b = socket.socketpair()
            left, right = brood.AsyncChannel(a, mode), brood.AsyncChannel(b, mode)
            async with left, right:
                big = "é" * 5_000_000
                await asyncio.gather(left.send([1, big]), right.send([2, big]))
                self.assertEqual((await left.receive()).value, [2, big])
                self.assertEqual((await right.receive()).value, [1, big])
                self.assertIsNone(await right.receive(0.01))
                for i in range(1000):
                    await left.send(i)
                await left.disconnect()
                self.assertEqual([message.value async for message in right], [*range(1000)])
                with self.assertRaises(brood.ChannelClosed):
                    await right.receive()
                with self.assertRaises(brood.ChannelClosed):
                    await right.send(1)

        for mode in MODES:
            self.run_async(main(mode))

    def test_requests_areAnsweredAtOnceByCoroutines(self):
        async def main():
            a, b = socket.socketpair()
            async with brood.AsyncChannel(a) as left, brood.AsyncChannel(b) as right:
                gate = asyncio.Event()

                async def handler(message):
                    if message.value == "bad":
                        raise KeyError("bad")
                    if message.value == "unsendable":
                        return object()
                    if message.value == "open":
                        gate.set()
                    await gate.wait()
                    return message.value

                right.on_request(handler)
                left.on_request(lambda message: message.value + 1)
                waiting = [left.request(n) for n in range(30)]
                results = await asyncio.gather(*waiting, left.request("open"), right.request(1))
                self.assertEqual(results, [*range(30), "open", 2])
                for body, name in (("bad", "KeyError"), ("unsendable", "EncodingError")):
                    with self.assertRaises(brood.RequestFailed) as caught:
                        await left.request(body)
                    self.assertEqual(caught.exception.name, name)
                right.on_request(lambda message: asyncio.sleep(LIMIT))
                with self.assertRaises(brood.RequestTimeout):
                    await left.request(1, 0.02)
                pending = asyncio.ensure_future(left.request(1))
                await asyncio.sleep(0)
                right.close()
                with self.assertRaises(brood.ChannelClosed):
                    await pending

        self.run_async(main())

    def test_fullInbox_stopsReading_andFullQueueWaits(self):
        async def main():
            a, b = socket.socketpair()
            left = brood.AsyncChannel(a, queue_limit=100_000)
            right = brood.AsyncChannel(b, inbox_limit=50_000)
            async with left, right:

                async def flood():
                    for _ in range(3000):
                        await left.send("x" * 1000)

                task = asyncio.ensure_future(flood())
                for _ in range(100):
                    await asyncio.sleep(0)
                self.assertFalse(task.done())
                self.assertLess(right._inbox_bytes, 50_000 + 2 * 65_536)
                self.assertLessEqual(left.queued_bytes, 100_000)
                for _ in range(3000):
                    await right.receive()
                await task

        self.run_async(main())

    def test_receive_withoutTime_takesWhatHasCome(self):
        async def main():
            a, peer = socket.socketpair()
            with peer:
                async with brood.AsyncChannel(a) as channel:
                    self.assertIsNone(await channel.receive(0))
                    peer.sendall(b"1\n2\n")
                    got = [await channel.receive(0), await channel.receive(0)]
                    self.assertEqual([each and each.value for each in got], [1, 2])
                    self.assertIsNone(await channel.receive(-1))
                    with self.assertRaises(brood.RequestTimeout):
                        await asyncio.wait_for(channel.request("q", 0.01), math.inf)
                    asked = asyncio.ensure_future(channel.request("q", math.inf))
                    await asyncio.sleep(0)
                    peer.sendall(b'{"brood":"reply","id":2,"body":"a"}\n')
                    self.assertEqual(await asked, "a")

        self.run_async(main())

    def test_disconnect_wakesWhoWaitsForRoom(self):
        async def main():
            a, peer = socket.socketpair()
            with peer:
                channel = brood.AsyncChannel(a, queue_limit=1000)
                await channel.send("x" * 1_000_000)
                sender = asyncio.ensure_future(channel.send("more"))
                await asyncio.sleep(0)
                self.assertFalse(sender.done())
                leaver = asyncio.ensure_future(channel.disconnect(100 * LIMIT))
                with self.assertRaises(brood.ChannelClosed):
                    await asyncio.wait_for(sender, LIMIT / 2)
                channel.close()
                await leaver

        self.run_async(main())

    def test_handles_serveInTheLoop(self):
        async def main(mode):
            a, b = socket.socketpair()
            async with brood.AsyncChannel(a, mode) as left, brood.AsyncChannel(b, mode) as right:
                with socket.create_server(("127.0.0.1", 0)) as listener:
                    address = listener.getsockname()
                    await left.send("server", listener)
                    await left.send("behind")
                    message = await right.receive()
                self.assertEqual((await right.receive()).value, "behind")

                async def echo(reader, writer):
                    writer.write(await reader.read(100))
                    writer.close()

                server = await asyncio.start_server(echo, sock=message.handle)
                reader, writer = await asyncio.open_connection(*address)
                writer.write(b"hello")
                self.assertEqual(await reader.read(), b"hello")
                writer.close()
                server.close()
                await server.wait_closed()

        for mode in MODES:
            self.run_async(main(mode))

    def test_onMessage_awaitsEachHandler(self):
        async def main():
            a, b = socket.socketpair()
            seen = []

            async def handler(message):
                await asyncio.sleep(0)
                seen.append(message.value)

            async with brood.AsyncChannel(a) as left, brood.AsyncChannel(b) as right:
                right.on_message(handler)
                for i in range(10):
                    await left.send(i)
                await left.disconnect()
                self.assertTrue(await right.wait_closed(LIMIT))
                while len(seen) < 10:
                    await asyncio.sleep(0)
            self.assertEqual(seen, [*range(10)])

        self.run_async(main())

    def test_malformedLines_andCounting_workAsInTheBlockingOne(self):
        async def main():
            a, peer = socket.socketpair()
            problems = []
            async with brood.AsyncChannel(a) as channel:
                channel.on_malformed(problems.append)
                peer.sendall(b"undefined\n1\n")
                self.assertEqual((await channel.receive()).value, 1)
                frame = {"cmd": "NODE_HANDLE", "type": "net.Socket", "msg": 1, "key": "k"}
                inner, outer = socket.socketpair()
                rights = array.array("i", [inner.fileno()])
                peer.sendmsg(
                    [json.dumps(frame).encode() + b"\n"],
                    [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)],
                )
                peer.sendall(b'{"cmd":"NODE_SOCKET_NOTIFY_CLOSE","key":"k"}\n2\n')
                (await channel.receive()).handle.close()
                self.assertEqual((await channel.receive()).value, 2)
                peer.setblocking(False)
                told = b""
                while told.count(b"\n") < 2:
                    told += await asyncio.get_running_loop().sock_recv(peer, 1000)
                answers = ['{"cmd":"NODE_HANDLE_ACK"}', '{"cmd":"NODE_SOCKET_ALL_CLOSED","key":"k"}']
                self.assertEqual(told.decode().splitlines(), answers)
                inner.close()
                outer.close()
            peer.close()
            self.assertEqual(len(problems), 1)

        self.run_async(main())


class SystemdTest(ChannelTest):
    def test_notify_withoutSupervisor_isFalse(self):
        with mock.patch.dict(os.environ):
            os.environ.pop("NOTIFY_SOCKET", None)
            self.assertFalse(brood.sd_notify(READY=1))

    def test_notifications_descriptorsAndBarrier_arrive(self):
        name = "brood-test-%d" % os.getpid()
        supervisor = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup_now(supervisor)
        supervisor.bind("\0" + name)
        with mock.patch.dict(os.environ, NOTIFY_SOCKET="@" + name):
            self.assertTrue(brood.sd_notify(READY=1, STATUS="läuft"))
            self.assertEqual(supervisor.recv(1000).decode(), "READY=1\nSTATUS=läuft")
            self.assertTrue(brood.sd_notify("FDSTORE=1", "FDNAME=x", descriptors=[supervisor]))
            data, ancillary, _, _ = supervisor.recvmsg(1000, 1000)
            self.assertEqual(data, b"FDSTORE=1\nFDNAME=x")
            close_all(ancillary)
            self.assertFalse(brood.sd_barrier(0.02))
            data, ancillary, _, _ = supervisor.recvmsg(1000, 1000)
            self.assertEqual(data, b"BARRIER=1")
            close_all(ancillary)

    def test_watchdog_isHalfTheLimit_forThisProcess(self):
        with mock.patch.dict(os.environ, WATCHDOG_USEC="3000000", WATCHDOG_PID=str(os.getpid())):
            self.assertEqual(brood.watchdog_seconds(), 1.5)
        with mock.patch.dict(os.environ, WATCHDOG_USEC="3000000", WATCHDOG_PID="1"):
            self.assertIsNone(brood.watchdog_seconds())

    def test_listenFds_areSocketsWithNames(self):
        program = (
            "import brood, os\n"
            "[(name, server)] = brood.listen_fds()\n"
            "assert name == 'web' and not server.get_inheritable()\n"
            "assert brood.listen_fds() == [] and 'LISTEN_FDS' not in os.environ\n"
            "taken, _ = server.accept()\n"
            "taken.sendall(b'served')\n"
        )
        with socket.create_server(("127.0.0.1", 0)) as listener:
            number = listener.fileno()
            script = 'eval "exec 3<&$1 $1<&-"; shift; LISTEN_PID=$$ exec "$@"'
            if number == 3:
                script = 'shift; LISTEN_PID=$$ exec "$@"'
            environment = {
                **os.environ, "LISTEN_FDS": "1", "LISTEN_FDNAMES": "web",
                "PYTHONPATH": os.path.dirname(brood.__file__),
            }  # fmt: skip
            child = subprocess.Popen(
                ["bash", "-c", script, "bash", str(number), sys.executable, "-B", "-c", program],
                env=environment, pass_fds=[number],
            )  # fmt: skip
            with socket.create_connection(listener.getsockname(), LIMIT) as client:
                self.assertEqual(client.recv(100), b"served")
            self.assertEqual(child.wait(LIMIT), 0)


def close_all(ancillary):
    for _, _, content in ancillary:
        for descriptor in array.array("i", content):
            os.close(descriptor)


if __name__ == "__main__":
    unittest.main()
