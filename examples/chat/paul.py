"""A member of the chat in Python, with sdk/python/brood.py."""

import brood

with brood.connect() as channel:

    def say(text):
        channel.publish("chat.room", text)

    for message in channel:
        text = message.value
        if text == "begin":  # the host lets me in
            channel.subscribe("chat.*")
            channel.send("ready")
        elif message.topic is None:  # said to me alone
            say("%s whispers: %s" % (message.sender, text))
        elif text.endswith("Pizza?"):
            price = channel.request({"article": "pizza"}, to="nina")
            say("nina tells me that a pizza is %d euros. Soup?" % price)
        elif text == "nina has left.":
            say("Then I leave, too.")
            break
