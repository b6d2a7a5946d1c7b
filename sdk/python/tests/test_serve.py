"""Workers: calls, health, cancellation, checkpoints. Each is a process, as it is for a pool."""

import concurrent.futures
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import unittest

from support import HERE, LIMIT, ChannelTest, brood


class ServeTest(ChannelTest):
    def setUp(self):
        super().setUp()
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def start(self, *arguments, **variables):
        """A worker, and our channel to it."""
        ours, theirs = socket.socketpair()
        number = str(theirs.fileno())
        variables = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **variables}
        child = subprocess.Popen(
            [sys.executable, str(HERE / "worker.py"), *arguments],
            env={**variables, "NODE_CHANNEL_FD": number}, pass_fds=[theirs.fileno()],
        )  # fmt: skip
        theirs.close()
        channel = brood.Channel(ours)
        self.addCleanup_now(channel)
        self.addCleanup(child.wait)
        self.addCleanup(child.kill)
        return child, channel

    def serving(self, *arguments):
        child, channel = self.start(*arguments)
        self.assertEqual({"brood": "ready"}, channel.receive(LIMIT).value)
        return child, channel

    def test_calls_are_answered_one_after_the_other(self):
        child, channel = self.serving("blocking")
        self.assertEqual([2, 4, 6], [channel.request(n, LIMIT) for n in (1, 2, 3)])
        with self.assertRaisesRegex(brood.RequestFailed, "as asked") as raised:
            channel.request("fail", LIMIT)
        self.assertEqual("ValueError", raised.exception.name)
        self.assertEqual([1, 2, 3], channel.request("before", LIMIT))
        channel.send("what is no call is dropped")
        self.assertEqual("ok", channel.request(brood.HEALTH_CHECK, LIMIT))
        channel.disconnect()
        self.assertEqual(0, child.wait(LIMIT))

    def test_a_check_that_raises_says_not_well(self):
        _, channel = self.serving("not well")
        with self.assertRaisesRegex(brood.RequestFailed, "not well"):
            channel.request(brood.HEALTH_CHECK, LIMIT)
        self.assertEqual(2, channel.request(1, LIMIT))

    def test_sigterm_ends_a_call_which_cleans_up(self):
        for role in ("blocking", "1"):
            with self.subTest(role):
                child, channel = self.serving(role)
                path = os.path.join(self.folder.name, role)
                channel.send({"brood": "request", "id": 1, "body": path})
                self.assertEqual({"brood": "beat"}, channel.receive(LIMIT).value)
                child.send_signal(signal.SIGTERM)
                self.assertEqual(128 + signal.SIGTERM, child.wait(LIMIT))
                self.assertEqual("tidy", pathlib.Path(path).read_text())

    def test_sigterm_between_calls_ends_the_worker(self):
        for role in ("blocking", "1"):
            with self.subTest(role):
                child, channel = self.serving(role)
                self.assertEqual(4, channel.request(2, LIMIT))
                child.send_signal(signal.SIGTERM)
                self.assertEqual(128 + signal.SIGTERM, child.wait(LIMIT))

    def test_asyncio_runs_as_many_calls_as_it_is_told(self):
        for concurrency in (1, 4):
            with self.subTest(concurrency):
                child, channel = self.serving(str(concurrency))
                with concurrent.futures.ThreadPoolExecutor(20) as threads:
                    got = list(threads.map(lambda n: channel.request(n, LIMIT), range(20)))
                    together = ["meet"] * concurrency
                    met = list(threads.map(lambda word: channel.request(word, LIMIT), together))
                self.assertEqual([2 * n for n in range(20)], got)
                self.assertEqual(["met"] * concurrency, met)
                self.assertEqual(concurrency, channel.request("most", LIMIT))
                channel.disconnect()
                self.assertEqual(0, child.wait(LIMIT))

    def test_asyncio_cancels_a_call_whose_limit_is_over(self):
        _, channel = self.serving("1")
        path = os.path.join(self.folder.name, "limit")
        call = {"brood": "request", "id": 1000, "body": path, "limit": 200}
        channel.send(call)  # and nobody waits, who might be told before the time is up here
        self.assertEqual(4, channel.request(2, LIMIT))  # after it
        self.assertEqual("tidy", pathlib.Path(path).read_text())

    def test_asyncio_cancels_calls_when_the_parent_is_gone(self):
        child, channel = self.serving("1")
        path = os.path.join(self.folder.name, "gone")
        channel.send({"brood": "request", "id": 1, "body": path})
        self.assertEqual({"brood": "beat"}, channel.receive(LIMIT).value)
        channel.disconnect()
        self.assertEqual(0, child.wait(LIMIT))
        self.assertEqual("tidy", pathlib.Path(path).read_text())

    def test_a_job_saves_itself_when_asked_and_goes_on(self):
        path = os.path.join(self.folder.name, "job")
        for done in (0, 5, 10):
            child, channel = self.start("job", BROOD_CHECKPOINT=path)
            progress = {"brood": "progress", "percent": done * 10, "phase": "count"}
            self.assertEqual(progress, channel.receive(LIMIT).value)
            self.assertEqual("ok", channel.request(brood.HEALTH_CHECK, LIMIT))
            channel.send({"brood": "checkpoint"})
            self.assertEqual({"brood": "checkpoint"}, channel.receive(LIMIT).value)
            self.assertEqual(brood.RUN_AGAIN, child.wait(LIMIT))
            self.assertEqual(str(done + 5), pathlib.Path(path).read_text())
        self.assertEqual(["job"], os.listdir(self.folder.name))

    def test_a_checkpoint_that_fails_leaves_the_last_one(self):
        saved = brood.Checkpoint(os.path.join(self.folder.name, "one"))
        self.assertIsNone(saved.load())
        saved.save(b"first")
        with self.assertRaises(TypeError):
            saved.save("no bytes")
        with self.assertRaises(ValueError):
            saved.save(b"")
        self.assertEqual(b"first", saved.load())
        self.assertEqual(["one"], os.listdir(self.folder.name))
        with self.assertRaises(FileNotFoundError):
            brood.Checkpoint(os.path.join(self.folder.name, "none", "one")).save(b"x")

    def test_without_a_path_there_is_no_checkpoint(self):
        os.environ.pop("BROOD_CHECKPOINT", None)
        self.assertIsNone(brood.Checkpoint.from_environment())


if __name__ == "__main__":
    unittest.main()
