"""A worker of test_serve.py: serves calls, blocking or with asyncio, or saves itself when asked."""

import asyncio
import sys
import threading
import time

from support import LIMIT, brood

before = []


def work(value):
    if value in ("fail", []):
        raise ValueError("as asked")
    if value == "before":
        return list(before)
    before.append(value)
    if isinstance(value, str):
        wait_and_tidy(value)
    return value * 2


def wait_and_tidy(path):
    """Waits until it is ended, and proves that it could clean up."""
    try:
        open(path + ".begun", "w").close()
        brood.connect().beat()
        time.sleep(LIMIT)
    finally:
        with open(path, "w") as file:
            file.write("tidy")


running = []


async def work_later(value):
    running.append(value)
    try:
        if value == "most":
            return max(most)
        if value == []:
            raise ValueError("as asked")
        most.append(len(running))
        if value == "meet":
            return await meet()
        if isinstance(value, str):
            await wait_and_tidy_later(value)
        await asyncio.sleep(0.01)
        return value * 2
    finally:
        running.remove(value)


most = []
met = []


async def meet():
    """Waits until as many calls run as may."""
    if not met:
        met.append(asyncio.Event())
    if len(running) == int(role):
        met[0].set()
    await met[0].wait()
    return "met"


async def wait_and_tidy_later(path):
    try:
        open(path + ".begun", "w").close()
        await brood.aio.connect().beat()
        await asyncio.sleep(LIMIT)
    finally:
        with open(path, "w") as file:
            file.write("tidy")


def not_well():
    raise RuntimeError("not well")


def long_job():
    """Counts to ten, and goes on where it was saved; is asked to save itself at any time."""
    saved = brood.Checkpoint.from_environment()
    asked = threading.Event()
    done = int(saved.load() or 0)
    with brood.connect() as channel:
        channel.on_checkpoint(asked.set).on_health_check()
        channel.progress(done * 10, "count")
        if not asked.wait(LIMIT):
            sys.exit(3)
        saved.save(b"%d" % (done + 5))
        channel.saved()
        channel.flush()
        sys.exit(brood.RUN_AGAIN)


role = sys.argv[1]
if role == "blocking":
    brood.serve(work)
elif role == "not well":
    brood.serve(work, health=not_well)
elif role == "job":
    long_job()
else:
    asyncio.run(brood.aio.serve(work_later, concurrency=int(role)))
