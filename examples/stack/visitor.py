"""Visits the web server three times, by POST, which adds one."""

import os
import time
import urllib.request

for _ in range(3):
    with urllib.request.urlopen(os.environ["URL"], data=b"", timeout=10) as answer:
        print("visit", answer.read().decode().strip(), flush=True)
    time.sleep(0.3)
