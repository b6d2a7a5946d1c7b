"""Keeps a lock file and a journal, which is to be closed before the end."""

import os
import signal
import sys

signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
with open("database.lock", "w"), open("journal", "w") as journal:
    signal.sigwait({signal.SIGTERM})
    journal.write("closed\n")
os.remove("database.lock")
sys.exit(0)
