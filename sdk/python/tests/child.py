"""A child of parent.cjs: answers what its parent sends, blocking or with asyncio."""

import array
import asyncio
import datetime
import socket
import sys

from support import brood


def reaction(value):
    """The answer to a message, and a handle for it."""
    if value == "values":
        return values_of_all_kinds(), None
    if value == "make server":
        return "server", socket.create_server(("127.0.0.1", 0))
    if value == "make connection":
        listener = socket.create_server(("127.0.0.1", 0))
        return "connection", (listener, socket.create_connection(listener.getsockname()))
    if value == "make datagram":
        made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        made.bind(("127.0.0.1", 0))
        return "datagram", made
    return {"echo": value}, None


def values_of_all_kinds():
    shared = {"n": 1}
    return {
        "text": "é漢😀\ud800", "numbers": [0, -1, 1.5, 2**31, -(2**31), 2**53], "big": 2**70,
        "buffer": b"hi", "map": brood.JsMap({"k": shared}), "set": {1}, "shared": shared,
        "date": datetime.datetime(2020, 1, 2, tzinfo=datetime.timezone.utc),
        "typed": array.array("d", [1, 2]), "regexp": brood.RegExp("a/b", "gi"),
        "error": TypeError("no"), "undefined": brood.UNDEFINED, "boxed": brood.Boxed(1),
    }  # fmt: skip


def blocking():
    with brood.connect() as channel:
        channel.on_request(answer)
        channel.ready()
        for message in channel:
            if message.value == "quit":
                return
            if message.value == "ask":
                channel.send({"asked": channel.request({"q": 1}, 60)})
            elif message.handle is None:
                body, handle = reaction(message.value)
                if isinstance(handle, tuple):
                    listener, connection = handle
                    channel.send(body, connection)
                    with listener, listener.accept()[0] as accepted:
                        accepted.sendall(b"from python")
                else:
                    channel.send(body, handle)
                    if handle is not None and body == "server":
                        channel.flush()
                        handle.close()
            elif message.value == "serve":
                channel.send("serving")
                with message.handle as server, server.accept()[0] as accepted:
                    accepted.sendall(b"served by " + accepted.recv(100))
            elif message.value == "datagrams":
                with message.handle as datagrams:
                    channel.send({"datagram": datagrams.recv(100).decode()})
            else:
                with message.handle as connection:
                    connection.sendall(b"answered " + str(message.value).encode())
    sys.exit(5)


def answer(message):
    if message.value == "fail":
        raise ValueError("as asked")
    return {"answered": message.value}


async def with_asyncio():
    async with brood.aio.connect() as channel:
        channel.on_request(answer)
        await channel.ready()
        async for message in channel:
            if message.value == "quit":
                return
            if message.value == "ask":
                await channel.send({"asked": await channel.request({"q": 1}, 60)})
            elif message.handle is None:
                body, handle = reaction(message.value)
                if isinstance(handle, tuple):
                    listener, connection = handle
                    await channel.send(body, connection)
                    with listener, listener.accept()[0] as accepted:
                        accepted.sendall(b"from python")
                else:
                    await channel.send(body, handle)
                    if handle is not None and body == "server":
                        await channel.flush()
                        handle.close()
            elif message.value == "serve":
                await channel.send("serving")
                loop = asyncio.get_running_loop()
                accepted, _ = await loop.sock_accept(message.handle)
                await loop.sock_sendall(accepted, b"served by " + await loop.sock_recv(accepted, 99))
                accepted.close()
                message.handle.close()
            elif message.value == "datagrams":
                got = await asyncio.get_running_loop().sock_recv(message.handle, 100)
                await channel.send({"datagram": got.decode()})
                message.handle.close()
            else:
                reader, writer = await asyncio.open_connection(sock=message.handle)
                writer.write(b"answered " + str(message.value).encode())
                writer.close()
                await writer.wait_closed()
    sys.exit(5)


if __name__ == "__main__":
    if sys.argv[1] == "blocking":
        blocking()
    else:
        asyncio.run(with_asyncio())
