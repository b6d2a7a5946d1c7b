"""Cooks what is ordered; of several cooks each gets another order. Tom drops his second, once."""

import os
import sys

import brood

NAME = os.environ["MEMBER"]

with brood.connect() as channel:
    channel.subscribe("orders.*", group="kitchen")
    for count, message in enumerate(channel, 1):  # ends with the broker
        if NAME == "tom" and count == 2 and not os.path.exists("tom.dropped"):
            open("tom.dropped", "w").close()
            sys.exit("tom: it was hot")
        channel.publish("meals.%(dish)s" % message.value, message.value)
