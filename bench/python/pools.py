"""Python's pools of processes: pools.py POOL MEASURE COUNT.

One round for each line on stdin, one line of JSON each.
"""

import json
import multiprocessing
import resource
import sys
import time
from concurrent.futures import ProcessPoolExecutor

WORKERS = 2


def add(pair):
    return pair[0] + pair[1]


def cpu_nanos():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return int((usage.ru_utime + usage.ru_stime) * 1e9)


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]


def pool(call_all, _, count):
    begin, cpu, total = time.monotonic_ns(), cpu_nanos(), 0
    for answer in call_all((i, 1) for i in range(count)):
        total += answer
    seconds, cpu = (time.monotonic_ns() - begin) / 1e9, cpu_nanos() - cpu
    if total != count * (count + 1) // 2:
        raise SystemExit("a sum is wrong")
    return {"per_second": count / seconds, "cpu_us": cpu / 1e3 / count}


def call(_, call_one, count):
    times, cpu = [], cpu_nanos()
    for i in range(count):
        begin = time.monotonic_ns()
        call_one((i, 1))
        times.append(time.monotonic_ns() - begin)
    cpu = cpu_nanos() - cpu
    return {
        "p50_us": percentile(times, 0.5) / 1e3,
        "p99_us": percentile(times, 0.99) / 1e3,
        "cpu_us": cpu / 1e3 / count,
    }


def serve(call_all, call_one):
    measure = globals()[sys.argv[2]]
    call_one((1, 1))
    print('{"ready":1}', flush=True)
    for _ in sys.stdin:
        print(json.dumps(measure(call_all, call_one, int(sys.argv[3]))), flush=True)


def main():
    if sys.argv[1] == "imap":
        with multiprocessing.Pool(WORKERS) as workers:
            serve(
                lambda pairs: workers.imap(add, pairs),
                lambda pair: workers.apply(add, (pair,)),
            )
    else:
        with ProcessPoolExecutor(WORKERS) as workers:
            serve(
                lambda pairs: workers.map(add, pairs),
                lambda pair: workers.submit(add, pair).result(),
            )


if __name__ == "__main__":
    main()
