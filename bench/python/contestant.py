"""Python's subprocess: contestant.py MEASURE ARGS...

One round for each line on stdin, one line of JSON each.
"""

import json
import mmap
import multiprocessing
import os
import resource
import signal
import struct
import subprocess
import sys
import threading
import time


def cpu_nanos():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return int((usage.ru_utime + usage.ru_stime) * 1e9)


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]


def start(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE):
    return subprocess.Popen(
        argv, stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr
    )


def capture(argv):
    with start(argv) as child:
        child.communicate()


def sample(argv, count):
    times = []
    for _ in range(count):
        begin = time.monotonic_ns()
        capture(argv)
        times.append(time.monotonic_ns() - begin)
    return times


def spawn(count, *argv):
    cpu = cpu_nanos()
    times = sample(argv, int(count))
    cpu = cpu_nanos() - cpu
    return {
        "p50_us": percentile(times, 0.5) / 1e3,
        "p99_us": percentile(times, 0.99) / 1e3,
        "cpu_us": cpu / 1e3 / len(times),
    }


def threads(count, number, *argv):
    share = int(count) // int(number)
    running = [threading.Thread(target=sample, args=(argv, share)) for _ in range(int(number))]
    begin = time.monotonic_ns()
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    return {"per_second": share * len(running) / ((time.monotonic_ns() - begin) / 1e9)}


def descriptors(count, more, *argv):
    few = percentile(sample(argv, int(count)), 0.5) / 1e3
    opened = [os.open("/dev/null", os.O_RDONLY) for _ in range(int(more))]
    many = percentile(sample(argv, int(count)), 0.5) / 1e3
    for descriptor in opened:
        os.close(descriptor)
    return {"few_us": few, "many_us": many, "growth_us": many - few}


def notice(count, file, *argv):
    times = []
    with open(file, "r+b") as slot_file, mmap.mmap(slot_file.fileno(), 4096) as slot:
        for _ in range(int(count)):
            child = start(argv, subprocess.DEVNULL, subprocess.DEVNULL)
            child.wait()
            now = time.monotonic_ns()
            times.append(now - struct.unpack_from("q", slot)[0])
    return {"p50_us": percentile(times, 0.5) / 1e3, "p99_us": percentile(times, 0.99) / 1e3}


def await_start(slot, after):
    for _ in range(100_000):
        started = struct.unpack_from("q", slot)[0]
        if started > after:
            return started
        time.sleep(0.0001)
    raise RuntimeError("the child did not come back")


def restart(count, file, *argv):
    stopped, times = threading.Event(), []

    def keep_running():
        while not stopped.is_set():
            start(argv, subprocess.DEVNULL, subprocess.DEVNULL).wait()

    with open(file, "r+b") as slot_file, mmap.mmap(slot_file.fileno(), 4096) as slot:
        keeper, begin = threading.Thread(target=keep_running), time.monotonic_ns()
        keeper.start()
        await_start(slot, begin)
        for _ in range(int(count)):
            killed = time.monotonic_ns()
            os.kill(struct.unpack_from("q", slot, 8)[0], signal.SIGKILL)
            times.append(await_start(slot, killed) - killed)
        stopped.set()
        os.kill(struct.unpack_from("q", slot, 8)[0], signal.SIGKILL)
        keeper.join()
    return {"p50_us": percentile(times, 0.5) / 1e3, "p99_us": percentile(times, 0.99) / 1e3}


def flow(name, amount, begin, cpu):
    seconds = (time.monotonic_ns() - begin) / 1e9
    return {"wall_s": seconds, name: amount / seconds, "cpu_s": (cpu_nanos() - cpu) / 1e9}


def stream(*argv):
    begin, cpu, total = time.monotonic_ns(), cpu_nanos(), 0
    buffer = bytearray(65536)
    with start(argv, stderr=subprocess.DEVNULL) as child:
        raw = child.stdout.raw
        while count := raw.readinto(buffer):
            total += count
    return flow("gb_per_s", total / 1e9, begin, cpu)


def lines(*argv):
    begin, cpu, total = time.monotonic_ns(), cpu_nanos(), 0
    with subprocess.Popen(
        argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    ) as child:
        for _ in child.stdout:
            total += 1
    return flow("million_per_s", total / 1e6, begin, cpu)


def pipeline(size):
    begin, cpu = time.monotonic_ns(), cpu_nanos()
    stages, source = [], subprocess.DEVNULL
    for argv in (["head", "-c", size, "/dev/zero"], ["cat"], ["tr", "a", "b"], ["wc", "-c"]):
        stage = subprocess.Popen(argv, stdin=source, stdout=subprocess.PIPE)
        if stages:
            source.close()
        source = stage.stdout
        stages.append(stage)
    if int(source.read()) != int(size):
        raise SystemExit("pipeline: bytes are missing")
    for stage in stages:
        stage.wait()
    return {"wall_s": (time.monotonic_ns() - begin) / 1e9, "cpu_s": (cpu_nanos() - cpu) / 1e9}


def pipe_child(pipe, echo, count):
    for _ in range(count):
        message = pipe.recv()
        if echo:
            pipe.send(message)
    pipe.send("end")


def with_pipe(echo, count):
    ours, theirs = multiprocessing.Pipe()
    child = multiprocessing.Process(target=pipe_child, args=(theirs, echo, count), daemon=True)
    child.start()
    theirs.close()
    return ours, child


def trip(size, count):
    size, count = int(size), int(count)
    message, times = {"id": 1, "body": "x" * (size - 19)}, []
    pipe, child = with_pipe(True, count)
    cpu = cpu_nanos()
    for _ in range(count):
        begin = time.monotonic_ns()
        pipe.send(message)
        pipe.recv()
        times.append(time.monotonic_ns() - begin)
    cpu = cpu_nanos() - cpu
    child.join()
    return {
        "p50_us": percentile(times, 0.5) / 1e3,
        "p99_us": percentile(times, 0.99) / 1e3,
        "cpu_us": cpu / 1e3 / count,
    }


def oneway(size, count):
    size, count = int(size), int(count)
    message = {"id": 1, "body": "x" * (size - 19)}
    pipe, child = with_pipe(False, count)
    begin, cpu = time.monotonic_ns(), cpu_nanos()
    for _ in range(count):
        pipe.send(message)
    pipe.recv()
    seconds = (time.monotonic_ns() - begin) / 1e9
    cpu = cpu_nanos() - cpu
    child.join()
    return {
        "per_second": count / seconds,
        "mb_per_s": count * size / seconds / 1e6,
        "cpu_us": cpu / 1e3 / count,
    }


def main():
    measure = globals()[sys.argv[1]]
    print('{"ready":1}', flush=True)
    for _ in sys.stdin:
        print(json.dumps(measure(*sys.argv[2:])), flush=True)


if __name__ == "__main__":
    main()
