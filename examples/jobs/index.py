"""Counts the words of twenty texts. After ten it ends to be run again, as a job does that may not
take longer: the next run goes on with the eleventh."""

import json
import os
import signal
import sys
import threading
import time

import brood

TEXTS = 20

checkpoint = brood.Checkpoint.from_environment()
state = json.loads(checkpoint.load() or '{"texts": 0, "words": 0}')
begun = state["texts"]


def save():
    checkpoint.save(json.dumps(state).encode())


def stop(*_):  # also when somebody stops the whole
    save()
    sys.exit(brood.RUN_AGAIN)


signal.signal(signal.SIGTERM, stop)
asked = threading.Event()  # to save itself, between two texts
with brood.connect() as channel:
    channel.on_checkpoint(asked.set)
    while state["texts"] < TEXTS:
        time.sleep(0.03)  # ... the work ...
        state = {"texts": state["texts"] + 1, "words": state["words"] + 100}
        channel.progress(100 * state["texts"] / TEXTS, "count", "text %(texts)d" % state)
        if asked.is_set():
            asked.clear()
            save()
            channel.saved()
        if state["texts"] == begun + TEXTS // 2 < TEXTS:
            stop()
marker = {"brood": "marker", "run": os.environ["BROOD_MARKER_RUN"], "body": state}
brood.Checkpoint(os.environ["BROOD_MARKER"]).save(json.dumps(marker).encode())  # whole, or not
