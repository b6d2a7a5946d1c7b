"""Python's asyncio: asyncio_contestant.py MEASURE ARGS...; the same manners as contestant.py."""

import asyncio
import json
import mmap
import resource
import struct
import sys
import time
import warnings
from asyncio.subprocess import DEVNULL, PIPE

from contestant import cpu_nanos, percentile


def use_pidfds():
    """Takes the watcher without a thread per child; the default from Python 3.12 on."""
    if sys.version_info < (3, 12):
        watcher = asyncio.PidfdChildWatcher()
        watcher.attach_loop(asyncio.get_running_loop())
        asyncio.get_event_loop_policy().set_child_watcher(watcher)


def status_field(name):
    with open("/proc/self/status", encoding="ascii") as status:
        for line in status:
            if line.startswith(name + ":"):
                return int(line.split()[1])
    raise KeyError(name)


async def spawn(count, *argv):
    times, cpu = [], cpu_nanos()
    for _ in range(int(count)):
        begin = time.monotonic_ns()
        child = await asyncio.create_subprocess_exec(*argv, stdin=DEVNULL, stdout=PIPE, stderr=PIPE)
        await child.communicate()
        times.append(time.monotonic_ns() - begin)
    cpu = cpu_nanos() - cpu
    return {
        "p50_us": percentile(times, 0.5) / 1e3,
        "p99_us": percentile(times, 0.99) / 1e3,
        "cpu_us": cpu / 1e3 / len(times),
    }


async def notice(count, file, *argv):
    times = []
    with open(file, "r+b") as slot_file, mmap.mmap(slot_file.fileno(), 4096) as slot:
        for _ in range(int(count)):
            child = await asyncio.create_subprocess_exec(
                *argv, stdin=DEVNULL, stdout=DEVNULL, stderr=DEVNULL
            )
            await child.wait()
            now = time.monotonic_ns()
            times.append(now - struct.unpack_from("q", slot)[0])
    return {"p50_us": percentile(times, 0.5) / 1e3, "p99_us": percentile(times, 0.99) / 1e3}


async def many(count, stdin, *argv):
    """COUNT children at once, each read by its own task; stdin is pipe or null."""
    source = PIPE if stdin == "pipe" else DEVNULL
    figures = {"threads_more": 0, "kib_per_child": 0.0}
    before, threads = status_field("VmRSS"), status_field("Threads")
    alive = 0

    async def one():
        nonlocal alive
        child = await asyncio.create_subprocess_exec(*argv, stdin=source, stdout=PIPE, stderr=PIPE)
        alive += 1
        if alive == int(count):
            figures["kib_per_child"] = (status_field("VmRSS") - before) / alive
            figures["threads_more"] = status_field("Threads") - threads
        await child.communicate()

    begin, cpu = time.monotonic_ns(), cpu_nanos()
    await asyncio.gather(*(one() for _ in range(int(count))))
    figures["wall_s"] = (time.monotonic_ns() - begin) / 1e9
    figures["cpu_s"] = (cpu_nanos() - cpu) / 1e9
    return figures


def raise_descriptor_limit():
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


async def main():
    use_pidfds()
    measure = globals()[sys.argv[1]]
    print('{"ready":1}', flush=True)
    while await asyncio.to_thread(sys.stdin.readline):
        print(json.dumps(await measure(*sys.argv[2:])), flush=True)


if __name__ == "__main__":
    warnings.simplefilter("ignore", DeprecationWarning)
    raise_descriptor_limit()
    asyncio.run(main())
