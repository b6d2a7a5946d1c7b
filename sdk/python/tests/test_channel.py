"""The blocking channel over a socket pair; the peer is a channel too, or a plain socket."""

import array
import collections
import json
import logging
import math
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import unittest

from support import LIMIT, MODES, ChannelTest, brood, open_descriptors, until

ACK = {"cmd": "NODE_HANDLE_ACK"}
NACK = {"cmd": "NODE_HANDLE_NACK"}


def line(value):
    return json.dumps(value).encode() + b"\n"


def send_with(peer, data, *descriptors):
    rights = array.array("i", descriptors)
    peer.sendmsg([data], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)])


class MessagesTest(ChannelTest):
    def test_messages_bothWays_keepTheirOrder(self):
        for mode in MODES:
            left, right = self.pair(mode)
            for i in range(1000):
                left.send({"n": i})
                right.send(i)
            self.assertEqual([right.receive(LIMIT).value["n"] for _ in range(1000)], [*range(1000)])
            self.assertEqual([left.receive(LIMIT).value for _ in range(1000)], [*range(1000)])

    def test_bigMessages_bothWaysAtOnce_arrive(self):
        big = "é" * 5_000_000
        for mode in MODES:
            left, right = self.pair(mode)
            left.send([1, big])
            right.send([2, big])
            self.assertEqual(left.receive(LIMIT).value, [2, big])
            self.assertEqual(right.receive(LIMIT).value, [1, big])

    def test_send_reportsWhatWaits(self):
        channel, peer = self.raw()
        self.assertTrue(channel.send("small"))
        self.assertFalse(channel.send("x" * 1_000_000))
        self.assertGreater(channel.queued_bytes, 131_072)
        peer.recv(100)

    def test_fullQueue_refusesOrBlocksWithABound(self):
        for options in ({"when_full": "refuse"}, {}):
            channel, peer = self.raw(queue_limit=100_000, **options)
            channel.send("x" * 1_000_000)
            with self.assertRaises(brood.ChannelFull):
                channel.send("more", timeout=0.05)
            self.assertLess(channel.queued_bytes, 1_000_100)
            reader = threading.Thread(target=drain, args=(peer,))
            reader.start()
            if not options:
                channel.send("waits until there is room")
            channel.disconnect(LIMIT)
            reader.join(LIMIT)

    def test_fullInbox_stopsReading_andGoesOn(self):
        left, right = self.pair(inbox_limit=50_000)
        total = 3000
        sender = threading.Thread(target=lambda: [left.send("x" * 1000) for _ in range(total)])
        sender.start()
        self.assertIsNotNone(right.receive(LIMIT))
        right.on_request(lambda message: None)  # keeps a thread that reads, if it may
        sender.join(0.2)
        self.assertLess(right._inbox_bytes, 50_000 + 2 * 65_536)
        for _ in range(total - 1):
            self.assertEqual(len(right.receive(LIMIT).value), 1000)
        sender.join(LIMIT)

    def test_threadBehind_endsWhenNothingIsLeftToDo(self):
        left, right = self.pair()
        left.send("x" * 1_000_000)
        self.assertIsNotNone(left._background)
        self.assertEqual(len(right.receive(LIMIT).value), 1_000_000)
        join_threads_behind()
        self.assertIsNone(left._background)
        right.send("answer")
        self.assertEqual(left.receive(LIMIT).value, "answer")

    def test_threadBehind_roomComesJustBeforeItWaits_endsToo(self):
        class ReadBefore(brood.Channel):
            """The peer reads in the moment before the channel writes and waits for room."""

            def _count_closed(self):
                super()._count_closed()
                drain_now(peer)

        channel, peer = self.raw(kind=ReadBefore)
        peer.setblocking(False)
        channel.send("x" * 300_000)
        join_threads_behind()
        self.assertIsNone(channel._background)

    def test_threadBehind_anotherThreadWritesTheRest_endsToo(self):
        class OthersWrite(brood.Channel):
            """Another thread sends all in the moment before this one waits for room."""

            def _pump(self, remaining):
                drain_now(peer)
                other = threading.Thread(target=self.send, args=("behind it",))
                other.start()
                other.join()
                super()._pump(remaining)

        channel, peer = self.raw(kind=OthersWrite)
        peer.setblocking(False)
        channel.send("x" * 300_000)
        join_threads_behind()
        self.assertIsNone(channel._background)

    def test_sendOnTopOfTheWait_aFullQueue_isRefusedAtOnce(self):
        class Interrupted(brood.Channel):
            """What a signal handler does that comes while its thread waits, or writes."""

            def _pump(self, remaining):
                send_once("waits")
                super()._pump(remaining)

            def _write(self):
                send_once("writes")
                return super()._write()

            def _start_background(self):
                pass

        def send_once(where):
            if armed and where not in errors:
                errors[where] = None
                errors[where] = error_of(channel.send, "more", None, False, LIMIT)

        armed, errors = [], {}
        channel, _ = self.raw(kind=Interrupted, queue_limit=1000)
        channel.send("x" * 1_000_000)
        armed.append(True)
        began = time.monotonic()
        self.assertIsNone(channel.receive(0.01))
        self.assertEqual(errors, {"waits": brood.ChannelFull, "writes": brood.ChannelFull})
        self.assertLess(time.monotonic() - began, LIMIT)

    def test_receive_withALimit_returnsNone(self):
        channel, _ = self.raw()
        self.assertIsNone(channel.receive(0.01))

    def test_receive_withoutTime_takesWhatHasCome(self):
        channel, peer = self.raw()
        self.assertIsNone(channel.receive(0))
        peer.sendall(b"1\n2\n")
        self.assertEqual([channel.receive(0).value, channel.receive(0).value], [1, 2])
        self.assertIsNone(channel.receive(-1))

    def test_receive_withoutTime_takesWhatHasCome_whileItsQueueMoves(self):
        class Alone(brood.Channel):
            def _start_background(self):
                pass

        channel, peer = self.raw(kind=Alone)
        channel.send("x" * 300_000)
        peer.sendall(b"1\n")
        peer.setblocking(False)
        drain_now(peer)
        self.assertEqual(channel.receive(0).value, 1)

    def test_receive_withAllTheTime_waitsAsWithoutALimit(self):
        left, right = self.pair()
        answers, errors = [], []

        def ask():
            try:
                answers.append(left.request("q", math.inf))
            except Exception as e:
                errors.append(e)

        threads = [threading.Thread(target=ask) for _ in range(3)]  # one reads, the others wait
        for thread in threads:
            thread.start()
        until(lambda: len(left._changed._waiters) == 2 or errors)
        self.assertEqual(errors, [])
        for _ in threads:
            right.receive(math.inf).reply("a")
        for thread in threads:
            thread.join(LIMIT)
        self.assertEqual(answers, ["a"] * 3)

    def test_manyThreads_neverMixTheirMessages(self):
        left, right = self.pair()
        threads = [
            threading.Thread(target=lambda n=n: [left.send([n, i, "y" * 3000]) for i in range(200)])
            for n in range(8)
        ]
        for thread in threads:
            thread.start()
        seen = {n: [] for n in range(8)}
        for _ in range(1600):
            n, i, _ = right.receive(LIMIT).value
            seen[n].append(i)
        self.assertEqual(seen, {n: [*range(200)] for n in range(8)})
        for thread in threads:
            thread.join(LIMIT)

    def test_internalMessages_areHiddenByTheExactRule(self):
        channel, peer = self.raw()
        ordinary = [{"cmd": "NODE_"}, {"cmd": ["NODE_X"]}, "NODE_X", {"a": {"cmd": "NODE_X"}}, 7]
        for value in [{"cmd": "NODE_X"}, *ordinary, {"cmd": "NODE_CLUSTER", "act": "x"}]:
            peer.sendall(line(value))
        peer.close()
        self.assertEqual([message.value for message in channel], ordinary)

    def test_malformedLines_areToldAndSkipped(self):
        channel, peer = self.raw(message_limit=1000)
        problems = []
        channel.on_malformed(problems.append)
        peer.sendall(b'1\nundefined\n\n{"a":\n' + b"x" * 5000 + b"\n2\n")
        self.assertEqual([channel.receive(LIMIT).value for _ in range(2)], [1, 2])
        kinds = [type(problem) for problem in problems]
        self.assertEqual(kinds, [brood.MalformedMessage] * 3 + [brood.MessageTooLarge])
        with self.assertRaises(brood.MessageTooLarge):
            channel.send("x" * 2000)

    def test_malformedLines_twoThreadsTell_eachOnce(self):
        class AnotherThreadLooksToo(collections.deque):
            def __bool__(self):
                full = len(self) > 0
                if full and threading.current_thread() is threading.main_thread():
                    other = threading.Thread(target=channel._after_pump)
                    other.start()
                    other.join(0.1)
                    others.append(other)
                return full

        problems, others = [], []
        channel, peer = self.raw()
        channel._problems = AnotherThreadLooksToo()
        channel.on_malformed(problems.append)
        peer.sendall(b"undefined\n1\n")
        self.assertEqual(channel.receive(LIMIT).value, 1)
        for other in others:
            other.join(LIMIT)
        self.assertEqual(len(problems), 1)

    def test_logThatGoesThroughTheChannel_neverLocksIt(self):
        class Reads(brood.Channel):
            def _malformed(self, error):
                found.set()
                self_locked.wait(LIMIT)
                super()._malformed(error)

        class ToTheParent(logging.Handler):
            """Tells the parent; a log handler has a lock of its own."""

            def emit(self, record):
                self_locked.set()
                found.wait(LIMIT)
                channel.send(record.getMessage())

        found, self_locked = threading.Event(), threading.Event()
        channel, peer = self.raw(kind=Reads)
        log, handler = logging.getLogger("brood"), ToTheParent()
        reader = threading.Thread(target=channel.receive, args=(LIMIT,), daemon=True)
        writer = threading.Thread(target=log.error, args=("mine",), daemon=True)
        log.addHandler(handler)
        try:
            peer.sendall(b"undefined\n1\n")
            reader.start()
            writer.start()
            reader.join(LIMIT)
            writer.join(LIMIT)
            self.assertFalse(reader.is_alive() or writer.is_alive())
        finally:
            log.removeHandler(handler)
        mine, other = self.lines(peer, 2)
        self.assertEqual(mine, "mine")
        self.assertIn("not a message of mode json", other)

    def test_malformedFrames_withoutAHandler_areLogged(self):
        channel, peer = self.raw("advanced")
        peer.sendall(b"\0\0\0\3abc" + b"\0\0\0\4\xff\x0fI\2")
        with self.assertLogs("brood", "WARNING"):
            self.assertEqual(channel.receive(LIMIT).value, 1)


def drain(peer):
    while peer.recv(1 << 20):
        pass


def error_of(function, *arguments):
    try:
        function(*arguments)
    except brood.BroodError as e:
        return type(e)
    return None


def join_threads_behind():
    for thread in threading.enumerate():
        if thread.name == "brood-channel":
            thread.join(LIMIT)


def drain_now(peer):
    try:
        while peer.recv(1 << 20):
            pass
    except BlockingIOError:
        pass


class EndTest(ChannelTest):
    def test_endOfThePeer_isTheEndAfterTheLastMessage(self):
        channel, peer = self.raw()
        peer.sendall(b'1\n2\n{"torn":')
        peer.close()
        self.assertEqual([message.value for message in channel], [1, 2])
        self.assertFalse(channel.connected)
        for _ in range(2):
            with self.assertRaises(brood.ChannelClosed):
                channel.receive()
            with self.assertRaises(brood.ChannelClosed):
                channel.send(1)

    def test_reset_isAnEnd(self):
        channel, peer = self.raw()
        channel.send("never read")
        peer.sendall(b'"last"\n')
        peer.close()  # with unread data: ECONNRESET here
        self.assertEqual([message.value for message in channel], ["last"])

    def test_endWhileSending_isAnErrorAndNoSignal(self):
        channel, peer = self.raw()
        peer.close()
        with self.assertRaises(brood.ChannelClosed):
            for _ in range(1000):
                channel.send("x" * 10_000)

    def test_disconnect_sendsWhatIsQueuedFirst(self):
        left, right = self.pair()
        thread = threading.Thread(target=lambda: (left.send("x" * 3_000_000), left.disconnect()))
        thread.start()
        self.assertEqual([len(message.value) for message in right], [3_000_000])
        thread.join(LIMIT)

    def test_disconnect_ofAPeerThatNeverReads_isBounded(self):
        channel, _ = self.raw()
        channel.send("x" * 3_000_000)
        channel.disconnect(0.05)
        self.assertFalse(channel.connected)

    def test_disconnect_wakesWhoWaitsForRoom(self):
        class Waits(brood.Channel):
            def _may_send(self, out):
                may = super()._may_send(out)
                if not may:
                    waits.set()
                return may

        waits, seen = threading.Event(), []
        channel, _ = self.raw(kind=Waits, queue_limit=1000)
        channel.send("x" * 1_000_000)
        sender = threading.Thread(target=lambda: seen.append(error_of(channel.send, "more")))
        sender.start()
        self.assertTrue(waits.wait(LIMIT))
        leaver = threading.Thread(target=channel.disconnect, args=(100 * LIMIT,))
        leaver.start()
        sender.join(LIMIT)
        self.assertEqual(seen, [brood.ChannelClosed])
        channel.close()
        leaver.join(LIMIT)

    def test_close_wakesWhoWaits(self):
        channel, _ = self.raw()
        seen = []
        thread = threading.Thread(target=lambda: seen.extend(channel))
        thread.start()
        channel.close()
        thread.join(LIMIT)
        self.assertFalse(thread.is_alive())
        self.assertEqual(seen, [])

    def test_forkedProcess_whileAThreadReads_closesWithoutWaiting(self):
        channel, _ = self.raw()
        channel.on_request(lambda message: None)
        until(lambda: channel._pumping)
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                nobody = channel._pumping == 0  # close() waits for whoever reads
                channel.close()
                code = 0 if nobody else 2
            finally:
                os._exit(code)
        _, status = os.waitpid(pid, 0)
        self.assertEqual(status, 0)

    def test_forkedProcess_letsGoOfTheChannel(self):
        channel, peer = self.raw()
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                channel.send("from the wrong process")
            except brood.ChannelClosed:
                code = 0
            finally:
                os._exit(code)
        _, status = os.waitpid(pid, 0)
        self.assertEqual(status, 0)
        channel.send("still here")
        self.assertEqual(self.lines(peer, 1), ["still here"])


class RequestTest(ChannelTest):
    def test_requests_inEveryModeAndBothWays_areAnswered(self):
        for mode in MODES:
            left, right = self.pair(mode)
            right.on_request(lambda message: message.value * 2)
            left.on_request(lambda message: right_to_left(message.value))
            self.assertEqual(left.request(21, LIMIT), 42)
            self.assertEqual(right.request([1], LIMIT), [[1], "left"])

    def test_errorsOfAHandler_comeBackWithTheirName(self):
        left, right = self.pair()
        right.on_request(lambda message: 1 / message.value)
        with self.assertRaises(brood.RequestFailed) as caught:
            left.request(0, LIMIT)
        self.assertEqual(caught.exception.name, "ZeroDivisionError")
        right.on_request(lambda message: object())
        with self.assertRaises(brood.RequestFailed) as caught:
            left.request(0, LIMIT)
        self.assertEqual(caught.exception.name, "EncodingError")

    def test_requests_runAtOnce_upToTheThreads(self):
        left, right = self.pair()
        barrier = threading.Barrier(8)
        right.on_request(lambda message: barrier.wait(LIMIT) >= 0)
        threads = [threading.Thread(target=left.request, args=(n, LIMIT)) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(LIMIT)
        self.assertFalse(barrier.broken)
        self.assertLessEqual(right._workers, 8)

    def test_request_withoutHandler_isAMessageToReplyTo(self):
        left, right = self.pair()
        answers = []
        thread = threading.Thread(target=lambda: answers.append(left.request("q", LIMIT)))
        thread.start()
        message = right.receive(LIMIT)
        self.assertTrue(message.is_request)
        self.assertEqual(message.value, "q")
        message.reply("a")
        with self.assertRaises(brood.BroodError):
            message.reply("twice")
        thread.join(LIMIT)
        self.assertEqual(answers, ["a"])

    def test_requestThatCameBeforeItsHandler_isGivenToAThreadThatIsIdle(self):
        channel, peer = self.raw()
        channel.on_checkpoint(lambda: None)
        peer.sendall(line({"brood": "checkpoint"}) + line({"brood": "request", "id": 1}))

        def all_sleep():  # one thread waits for requests, and one is behind the channel
            with channel._lock:
                idle = channel._idle == 1 and not channel._requests
                return channel._inbox and idle and channel._pumping and channel._changed._waiters

        until(all_sleep)
        channel.on_request(lambda message: "answer")
        self.assertEqual(self.lines(peer, 1), [{"brood": "reply", "id": 1, "body": "answer"}])

    def test_interruptAfterARequestWasRead_leavesItToItsThread(self):
        class Interrupted(brood.Channel):
            """Its thread is interrupted when it has read a request; there is none behind it."""

            def _pump(self, remaining):
                super()._pump(remaining)
                if self._requests and not interrupts:
                    interrupts.append(True)
                    raise KeyboardInterrupt

            def _start_background(self):
                pass

        interrupts = []
        channel, peer = self.raw(kind=Interrupted)
        channel.on_request(lambda message: "answer")
        peer.sendall(line({"brood": "request", "id": 1}))
        with self.assertRaises(KeyboardInterrupt):
            channel.receive(LIMIT)
        self.assertEqual(self.lines(peer, 1), [{"brood": "reply", "id": 1, "body": "answer"}])

    def test_threads_areStartedOutsideTheLock(self):
        class Looks(brood.Channel):
            def _thread(self, name, target, *args):
                locked.append(self._lock._is_owned())
                super()._thread(name, target, *args)

        locked = []
        channel, peer = self.raw(kind=Looks)
        peer.sendall(line({"brood": "request", "id": 1, "body": 1}))
        until(lambda: channel._wait(lambda: channel._inbox, time.monotonic()))
        channel.on_request(lambda message: message.value)
        self.assertEqual(self.lines(peer, 1)[0]["body"], 1)
        self.assertEqual(set(locked), {False})

    def test_threadThatCannotBeStarted_isStartedLater(self):
        class NoThreads(brood.Channel):
            def _thread(self, name, target, *args):
                if refused:
                    raise RuntimeError("can't start new thread")
                super()._thread(name, target, *args)

        refused = [True]
        channel, peer = self.raw(kind=NoThreads)
        with self.assertLogs("brood", "ERROR"):
            channel.on_request(lambda message: message.value)
        peer.sendall(line({"brood": "request", "id": 1, "body": 1}) + b'"first"\n')
        with self.assertLogs("brood", "ERROR"):
            self.assertEqual(channel.receive(LIMIT).value, "first")
        refused.clear()
        peer.sendall(line({"brood": "request", "id": 2, "body": 2}) + b'"second"\n')
        self.assertEqual(channel.receive(LIMIT).value, "second")
        answers = self.lines(peer, 2)
        self.assertEqual(sorted(answer["body"] for answer in answers), [1, 2])

    def test_answersThatCannotBeSent_costNoThread(self):
        channel, peer = self.raw(request_threads=1, when_full="refuse", queue_limit=1000)
        channel.on_request(lambda message: message.value)
        channel.send("x" * 1_000_000)
        with self.assertLogs("brood", "ERROR") as logs:
            peer.sendall(line({"brood": "request", "id": 1, "body": "lost"}))
            until(lambda: logs.records)
        self.assertEqual(len(self.lines(peer, 1)[0]), 1_000_000)
        peer.sendall(line({"brood": "request", "id": 2, "body": 2}))
        self.assertEqual(self.lines(peer, 1), [{"brood": "reply", "id": 2, "body": 2}])

    def test_handlersThatExit_costNoThread(self):
        channel, peer = self.raw(request_threads=1)
        channel.on_request(lambda message: sys.exit() if message.value == 1 else message.value)
        for n in (1, 2):
            peer.sendall(line({"brood": "request", "id": n, "body": n}))
        failed, answered = self.lines(peer, 2)
        self.assertEqual((failed["id"], failed["error"]["name"]), (1, "BroodError"))
        self.assertEqual(answered, {"brood": "reply", "id": 2, "body": 2})
        until(lambda: channel._inbox_bytes == 0)

    def test_handle_goesAlongWithARequest(self):
        left, right = self.pair()

        def port_of(message):
            with message.handle as listener:
                return listener.getsockname()[1]

        right.on_request(port_of)
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
            self.assertEqual(left.request("whose", LIMIT, handle=server), port)

    def test_lateReplies_areDropped(self):
        channel, peer = self.raw()
        with self.assertRaises(brood.RequestTimeout):
            channel.request("q", 0.02)
        self.assertEqual(
            self.lines(peer, 1), [{"brood": "request", "id": 1, "body": "q", "limit": 20}]
        )
        peer.sendall(line({"brood": "reply", "id": 1, "body": 1}) + b'"next"\n')
        self.assertEqual(channel.receive(LIMIT).value, "next")

    def test_theEnd_failsWhoWaits(self):
        channel, peer = self.raw()
        threading.Timer(0.02, peer.shutdown, [socket.SHUT_WR]).start()
        with self.assertRaises(brood.ChannelClosed):
            channel.request("q", LIMIT)

    def test_shapesThatAreBroken_areOrdinaryMessages(self):
        channel, peer = self.raw()
        odd = [{"brood": "request"}, {"brood": "request", "id": "x"}, {"brood": 1}, {"brood": "z"}]
        peer.sendall(b"".join(map(line, odd)))
        peer.close()
        channel.on_request(lambda message: self.fail("no request"))
        self.assertEqual([message.value for message in channel], odd)

    def test_documentedMessages_haveTheirShape(self):
        channel, peer = self.raw()
        channel.ready()
        channel.beat()
        channel.progress(40, "load", "3 of 7")
        channel.progress(phase="done")
        channel.publish("a.b", {"n": 1})
        channel.subscribe("a.*", group="g")
        channel.unsubscribe("a.*")
        channel.send_to("other", [1])
        channel.broadcast("all")
        channel.presence()
        self.assertEqual(
            self.lines(peer, 10),
            [
                {"brood": "ready"},
                {"brood": "beat"},
                {"brood": "progress", "percent": 40, "phase": "load", "message": "3 of 7"},
                {"brood": "progress", "phase": "done"},
                {"brood": "publish", "topic": "a.b", "body": {"n": 1}},
                {"brood": "subscribe", "pattern": "a.*", "group": "g"},
                {"brood": "unsubscribe", "pattern": "a.*"},
                {"brood": "send", "to": "other", "body": [1]},
                {"brood": "broadcast", "body": "all"},
                {"brood": "presence"},
            ],
        )
        peer.sendall(line({"brood": "message", "topic": "a.c", "from": "x", "body": 5}))
        message = channel.receive(LIMIT)
        self.assertEqual((message.value, message.topic, message.sender), (5, "a.c", "x"))
        self.assertFalse(message.broadcast)
        peer.sendall(line({"brood": "message", "from": "x", "broadcast": True, "body": 6}))
        message = channel.receive(LIMIT)
        self.assertEqual((message.value, message.topic, message.broadcast), (6, None, True))

    def test_onMessage_getsAllInOrder_andSurvivesItsErrors(self):
        channel, peer = self.raw()
        seen = []

        def handler(message):
            seen.append(message.value)
            if message.value == 1:
                raise ValueError("on purpose")

        peer.sendall(b"0\n1\n")
        with self.assertLogs("brood", "ERROR"):
            channel.on_message(handler)
            peer.sendall(b"2\n")
            peer.close()
            self.assertTrue(channel.wait_closed(LIMIT))
            for thread in threading.enumerate():
                if thread.name == "brood-messages":
                    thread.join(LIMIT)
        self.assertEqual(seen, [0, 1, 2])


def right_to_left(value):
    return [value, "left"]


class HandleTest(ChannelTest):
    def test_descriptorsWithoutMessages_areBounded(self):
        channel, peer = self.raw()
        null = os.open("/dev/null", os.O_RDONLY)
        before = len(open_descriptors())
        for _ in range(200):
            send_with(peer, line("x"), null)
            self.assertEqual(channel.receive(LIMIT).value, "x")
        self.assertLessEqual(len(open_descriptors()) - before, 64)
        os.close(null)

    def setUp(self):
        super().setUp()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.client = socket.create_connection(self.listener.getsockname())
        self.accepted, _ = self.listener.accept()
        self.addCleanup_now(self.listener, self.client, self.accepted)

    def test_handles_ofEveryKind_arriveUsable(self):
        for mode in MODES:
            left, right = self.pair(mode)
            left.send("server", self.listener)
            message = right.receive(LIMIT)
            with message.handle as server, socket.create_connection(server.getsockname()) as client:
                taken, _ = server.accept()
                taken.sendall(b"hi")
                self.assertEqual(client.recv(10), b"hi")
                taken.close()
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagram:
                datagram.bind(("127.0.0.1", 0))
                left.send("datagram", datagram)
                with right.receive(LIMIT).handle as arrived:
                    self.client_of(datagram.getsockname())
                    self.assertEqual(arrived.recv(10), b"dgram")
            reader, writer = os.pipe()
            left.send("pipe", reader)
            with right.receive(LIMIT).handle as arrived:
                os.write(writer, b"through")
                self.assertEqual(arrived.read(10), b"through")
            os.close(reader)
            os.close(writer)
        self.assertTrue(self.listener.fileno() >= 0)

    def client_of(self, address):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.sendto(b"dgram", address)

    def test_connection_movesToTheReceiver_unlessKept(self):
        left, right = self.pair()
        left.send("kept", self.accepted, keep_open=True)
        left.send("moved", self.accepted)
        left.send("behind")
        self.assertEqual(self.accepted.fileno(), -1)
        first, second = right.receive(LIMIT), right.receive(LIMIT)
        self.assertEqual((first.value, second.value), ("kept", "moved"))
        self.assertEqual(right.receive(LIMIT).value, "behind")
        first.handle.close()
        with second.handle as connection:
            connection.sendall(b"here")
            self.assertEqual(self.client.recv(10), b"here")

    def test_whatFollowsAHandle_isHeldBackUntilItIsAcknowledged(self):
        channel, peer = self.raw()
        channel.send("server", self.listener)
        self.assertFalse(os.get_blocking(self.listener.fileno()))
        for i in range(3):
            channel.send(i)
        data, _, _, _ = peer.recvmsg(65536)
        self.assertEqual(
            json.loads(data), {"cmd": "NODE_HANDLE", "type": "net.Server", "msg": "server"}
        )
        peer.settimeout(0.05)
        with self.assertRaises(socket.timeout):
            peer.recv(1)
        peer.settimeout(LIMIT)
        peer.sendall(line(ACK))
        self.assertEqual(self.lines(peer, 3), [0, 1, 2])

    def test_nack_isRepeatedForAConnectionOnly_atMostFourTimes(self):
        channel, peer = self.raw()
        channel.send("connection", self.accepted)
        channel.send("after")
        with self.assertLogs("brood", "WARNING"):
            for _ in range(4):
                data, ancillary, _, _ = peer.recvmsg(65536, 1000)
                self.assertEqual(json.loads(data)["type"], "net.Socket")
                self.assertEqual(len(ancillary), 1)
                close_all(ancillary)
                peer.sendall(line(NACK))
            self.assertEqual(self.lines(peer, 1), ["after"])
            channel.send("server", self.listener)
            data, ancillary, _, _ = peer.recvmsg(65536, 1000)
            close_all(ancillary)
            peer.sendall(line(NACK))
            channel.send("after")
            self.assertEqual(self.lines(peer, 1), ["after"])

    def test_acknowledgements_thatNobodyExpects_areIgnored(self):
        channel, peer = self.raw()
        peer.sendall(line(ACK) + line(NACK) + b"1\n")
        self.assertEqual(channel.receive(LIMIT).value, 1)
        channel.send(2)
        self.assertEqual(self.lines(peer, 1), [2])

    def test_disconnect_waitsForTheAcknowledgement(self):
        channel, peer = self.raw()
        channel.send("server", self.listener)
        channel.send("last")
        thread = threading.Thread(target=channel.disconnect, args=(LIMIT,))
        thread.start()
        peer.recvmsg(65536)
        peer.sendall(line(ACK))
        self.assertEqual(self.lines(peer, 1), ["last"])
        thread.join(LIMIT)
        self.assertEqual(peer.recv(1), b"")

    def test_arrivingHandles_areAnsweredOnceEach(self):
        channel, peer = self.raw()
        plain = {"cmd": "NODE_HANDLE", "type": "net.Socket", "msg": 1}
        twice = {"cmd": "NODE_HANDLE", "type": "net.Native", "msg": {**plain, "msg": 2}}
        without = {"cmd": "NODE_HANDLE", "type": "net.Socket", "msg": "lost"}
        send_with(peer, line(plain)[:5], self.accepted.fileno())
        peer.sendall(line(plain)[5:])
        send_with(peer, b"0\n" + line(twice), self.accepted.fileno())
        peer.sendall(line(without) + b"3\n")
        messages = [channel.receive(LIMIT) for _ in range(4)]
        self.assertEqual([message.value for message in messages], [1, 0, 2, 3])
        self.assertEqual([message.handle is None for message in messages], [False, True, False, True])
        self.assertEqual(self.lines(peer, 3), [ACK, ACK, NACK])
        for message in messages:
            if message.handle is not None:
                self.assertFalse(message.handle.get_inheritable())
                message.handle.close()

    def test_countedHandleThatIsUnusable_isNotCounted(self):
        channel, peer = self.raw()
        frame = {"cmd": "NODE_HANDLE", "type": "net.Server", "msg": 1, "key": "4:127.0.0.1:0"}
        send_with(peer, line(frame), self.accepted.fileno())  # connected: it cannot listen
        with self.assertLogs("brood", "ERROR"):
            self.assertIsNone(channel.receive(LIMIT).handle)
        ask = {"cmd": "NODE_SOCKET_GET_COUNT", "key": "4:127.0.0.1:0"}
        peer.sendall(line(ask) + b"2\n")
        self.assertEqual(channel.receive(LIMIT).value, 2)
        self.assertEqual(self.lines(peer, 1), [ACK])

    def test_descriptorsNobodyAskedFor_areClosedAtTheEnd(self):
        channel, peer = self.raw()
        send_with(peer, b"1\n", self.accepted.fileno(), self.client.fileno())
        peer.close()
        self.assertEqual([message.value for message in channel], [1])

    def test_handlesOfTheCluster_areAcknowledgedAndClosed(self):
        channel, peer = self.raw()
        body = {"cmd": "NODE_CLUSTER", "act": "newconn"}
        send_with(
            peer, line({"cmd": "NODE_HANDLE", "type": "net.Native", "msg": body}) + b"1\n",
            self.accepted.fileno(),
        )  # fmt: skip
        self.assertEqual(channel.receive(LIMIT).value, 1)
        self.assertEqual(self.lines(peer, 1), [ACK])

    def test_connections_areCountedForTheirServer(self):
        channel, peer = self.raw()
        frame = {"cmd": "NODE_HANDLE", "type": "net.Socket", "msg": 1, "key": "4:127.0.0.1:0"}
        send_with(peer, line(frame), self.accepted.fileno())
        send_with(peer, line(frame), self.accepted.fileno())
        first, second = channel.receive(LIMIT).handle, channel.receive(LIMIT).handle
        ask = {"cmd": "NODE_SOCKET_GET_COUNT", "key": "4:127.0.0.1:0"}
        told = {"cmd": "NODE_SOCKET_NOTIFY_CLOSE", "key": "4:127.0.0.1:0"}
        peer.sendall(line({**ask, "key": "unknown"}) + line(ask))
        count = {"cmd": "NODE_SOCKET_COUNT", "key": "4:127.0.0.1:0"}
        self.assertEqual(self.lines(peer, 3), [ACK, ACK, {**count, "count": 2}])
        first.close()
        peer.sendall(line(ask) + line(told))
        self.assertEqual(self.lines(peer, 1), [{**count, "count": 1}])
        stream = second.makefile("rb")
        second.close()  # the connection lives on in the stream
        peer.sendall(line(ask))
        self.assertEqual(self.lines(peer, 1), [{**count, "count": 1}])
        stream.close()
        self.assertEqual(
            self.lines(peer, 1), [{"cmd": "NODE_SOCKET_ALL_CLOSED", "key": "4:127.0.0.1:0"}]
        )

    def test_filesTravel_betweenPeersOfBroodOnly(self):
        with open(__file__, "rb") as file:
            left, right = self.pair("cbor")
            left.send("file", file)
            with right.receive(LIMIT).handle as arrived:
                self.assertEqual(arrived.read(3), b'"""')
            channel, _ = self.raw("json")
            with self.assertRaises(brood.HandleError):
                channel.send("file", file)

    def test_handlesThatWait_areClosedWithTheChannel(self):
        channel, peer = self.raw()
        for _ in range(5):
            channel.send("server", self.listener)
        peer.close()
        self.assertEqual(list(channel), [])

    def test_receivedListener_acceptsPatiently(self):
        left, right = self.pair()
        left.send("server", self.listener)
        with right.receive(LIMIT).handle as server:
            self.assertFalse(os.get_blocking(server.fileno()))
            address = server.getsockname()
            late = threading.Timer(0.05, lambda: socket.create_connection(address).close())
            late.start()
            taken, _ = server.accept()
            taken.close()
            late.join(LIMIT)


def close_all(ancillary):
    for _, _, content in ancillary:
        for descriptor in array.array("i", content):
            os.close(descriptor)


class ProgramTest(unittest.TestCase):
    """Whole programs, started with a channel on descriptor 7."""

    def start(self, program, mode="json"):
        ours, theirs = socket.socketpair()
        number = theirs.fileno()
        directory = os.path.dirname(brood.__file__)
        environment = {
            **os.environ, "NODE_CHANNEL_FD": str(number), "NODE_CHANNEL_SERIALIZATION_MODE": mode,
            "PYTHONPATH": directory, "PYTHONDONTWRITEBYTECODE": "1",
        }  # fmt: skip
        with theirs:
            child = subprocess.Popen(
                [sys.executable, "-c", program], env=environment, pass_fds=[number]
            )
        channel = brood.Channel(ours, mode)
        self.addCleanup(child.wait, LIMIT)
        self.addCleanup(channel.close)
        return child, channel

    def test_connect_takesTheVariablesAndTheDescriptor(self):
        _, channel = self.start(
            "import brood, os, subprocess\n"
            "channel = brood.connect()\n"
            "assert brood.connect() is channel and brood.available()\n"
            "names = [name for name in os.environ if name.startswith('NODE_CH')]\n"
            "fds = subprocess.run(['ls', '/proc/self/fd'], stdout=-1, close_fds=False).stdout\n"
            "channel.send([names, str(channel._socket.fileno()) in fds.decode().split()])\n"
        )
        self.assertEqual(channel.receive(LIMIT).value, [[], False])

    def test_endOfTheProgram_sendsWhatIsQueued(self):
        child, channel = self.start("import brood; brood.connect().send('x' * 3_000_000)")
        self.assertEqual([len(message.value) for message in channel], [3_000_000])
        self.assertEqual(child.wait(LIMIT), 0)

    def test_noChannel_isAnErrorOfItsOwn(self):
        program = (
            "import brood\n"
            "assert not brood.available()\n"
            "for value in ('', '99', 'x', '1'):\n"
            "    import os; os.environ['NODE_CHANNEL_FD'] = value\n"
            "    try: brood.connect()\n"
            "    except brood.NoChannel: pass\n"
            "    else: raise SystemExit(1)\n"
        )
        environment = {**os.environ, "PYTHONPATH": os.path.dirname(brood.__file__)}
        environment.pop("NODE_CHANNEL_FD", None)
        done = subprocess.run(
            [sys.executable, "-B", "-c", program], env=environment, timeout=LIMIT,
            stdout=subprocess.PIPE,
        )  # fmt: skip
        self.assertEqual(done.returncode, 0)

    def test_signalHandler_maySend(self):
        child, channel = self.start(
            "import brood, signal\n"
            "channel = brood.connect()\n"
            "signal.signal(signal.SIGUSR1, lambda *_: channel.send('signal'))\n"
            "channel.ready()\n"
            "for message in channel: channel.send(message.value)\n"
        )
        self.assertEqual(channel.receive(LIMIT).value, {"brood": "ready"})
        child.send_signal(signal.SIGUSR1)
        self.assertEqual(channel.receive(LIMIT).value, "signal")
        channel.send("echo")
        self.assertEqual(channel.receive(LIMIT).value, "echo")


if __name__ == "__main__":
    unittest.main()
