// A Node program whose child is a Java program. Arguments: fork|spawn, index of the channel,
// serialization, disconnect|leave, then the words of the command up to its main class. Prints a
// line for each thing that is as it should be, and fails at the first one that is not.
'use strict';
const assert = require('node:assert');
const childProcess = require('node:child_process');
const dgram = require('node:dgram');
const net = require('node:net');
const { once } = require('node:events');

const [how, index, serialization, ending, java, ...words] = process.argv.slice(2);
const main = words.pop();
const stdio = ['ignore', 'inherit', 'inherit'];
while (stdio.length < Number(index)) stdio.push('ignore');
stdio.push('ipc');

const child =
  how === 'fork'
    ? childProcess.fork(main, ['one', 'two'], { execPath: java, execArgv: words, stdio, serialization })
    : childProcess.spawn(java, [...words, main, 'one', 'two'], { stdio, serialization });

const arrived = [];
const waiting = [];
child.on('message', (message, handle) => {
  const next = waiting.shift();
  if (next) next([message, handle]);
  else arrived.push([message, handle]);
});
const receive = () =>
  arrived.length ? Promise.resolve(arrived.shift()) : new Promise((done) => waiting.push(done));
const echo = async (value) => {
  child.send(value);
  return (await receive())[0];
};
const text = (socket) =>
  new Promise((done) => socket.once('data', (data) => done(data.toString())));
const listen = async (options = {}) => {
  const server = net.createServer(options);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
};

const steps = {
  async hello() {
    const [hello] = await receive();
    assert.deepStrictEqual(hello.hello, ['one', 'two']);
    assert.strictEqual(hello.codec, serialization);
    assert.strictEqual(hello.same, true);
  },
  async values() {
    const value = { a: [1, 'é漢😀\u2028', null, true, 1.5, -0.25], b: { c: [] }, d: '\ud800' };
    assert.deepStrictEqual(await echo(value), value);
    for (const plain of ['text', 7, null, [], false]) {
      assert.deepStrictEqual(await echo(plain), plain);
    }
    if (serialization === 'advanced') {
      const rich = { m: new Map([[1, new Set(['x'])]]), b: Buffer.from('hi'), n: 12n ** 30n };
      rich.self = rich;
      assert.deepStrictEqual(await echo(rich), rich);
    }
  },
  async internalMessagesAreHidden() {
    child.send({ cmd: 'NODE_SOMETHING', a: 1 });
    assert.deepStrictEqual(await echo({ cmd: 'NODE_' }), { cmd: 'NODE_' });
  },
  async badLineIsSkipped() {
    if (serialization === 'json') {
      child.send({ toJSON() {} }); // goes out as the line "undefined"
      assert.deepStrictEqual((await receive())[0], { malformed: true });
    }
    assert.strictEqual(await echo('after it'), 'after it');
  },
  async tenMegabytes() {
    const long = 'x'.repeat(10 * 1024 * 1024) + 'é';
    assert.ok((await echo(long)) === long);
  },
  async manyMessages() {
    for (let i = 0; i < 2000; i++) child.send(i);
    for (let i = 0; i < 2000; i++) assert.strictEqual((await receive())[0], i);
  },
  async fullQueueIsReported() {
    child.send({ do: 'flood' });
    let count = 0;
    let [next] = await receive();
    while (typeof next === 'string') {
      assert.strictEqual(next.length, 300_000);
      count++;
      [next] = await receive();
    }
    assert.deepStrictEqual(next, { flooded: count });
    assert.ok(count < 1000);
  },
  async serverToJava() {
    const server = await listen();
    const { port } = server.address();
    await new Promise((done) => child.send({ do: 'serve' }, server, done));
    server.close();
    const socket = net.connect(port, '127.0.0.1');
    assert.strictEqual(await text(socket), 'served by Java');
    socket.destroy();
  },
  async serverFromJava() {
    child.send({ do: 'makeServer' });
    const [{ server: port }, server] = await receive();
    assert.ok(server instanceof net.Server);
    server.on('connection', (socket) => socket.end('served by Node'));
    assert.strictEqual(await text(net.connect(port, '127.0.0.1')), 'served by Node');
    await new Promise((done) => server.close(done));
  },
  async socketsToJavaAreCounted() {
    const server = await listen({ pauseOnConnect: true });
    server.on('connection', (socket) => child.send({ do: 'keep' }, socket));
    const socket = net.connect(server.address().port, '127.0.0.1');
    assert.strictEqual(await text(socket), 'kept by Java');
    assert.deepStrictEqual((await receive())[0], { kept: 'SOCKET', hasKey: true });
    const count = () =>
      new Promise((done, fail) => server.getConnections((e, n) => (e ? fail(e) : done(n))));
    assert.strictEqual(await count(), 1);
    let closed = false;
    const closing = once(server, 'close').then(() => (closed = true));
    server.close();
    await echo('the notification is before this');
    assert.strictEqual(closed, false);
    const end = once(socket, 'close');
    child.send({ do: 'letGo' });
    await end;
    await closing;
    assert.strictEqual(await count(), 0);
  },
  async socketFromJava() {
    const server = await listen();
    const connected = once(server, 'connection');
    child.send({ do: 'makeSocket', port: server.address().port });
    const [, socket] = await receive();
    assert.ok(socket instanceof net.Socket);
    const [other] = await connected;
    other.write('to the one from Java');
    assert.strictEqual(await text(socket), 'to the one from Java');
    socket.end('and back');
    assert.strictEqual(await text(other), 'and back');
    other.destroy();
    server.close();
  },
  async datagramsThereAndBack() {
    const sent = dgram.createSocket('udp4');
    sent.bind(0, '127.0.0.1');
    await once(sent, 'listening');
    const { port } = sent.address();
    child.send({ do: 'giveBack' }, sent);
    const [back, socket] = await receive();
    assert.deepStrictEqual(back, { back: 'DATAGRAM' });
    assert.ok(socket instanceof dgram.Socket);
    sent.close();
    const packet = once(socket, 'message');
    const sender = dgram.createSocket('udp4');
    sender.send('packet', port, '127.0.0.1');
    assert.strictEqual((await packet)[0].toString(), 'packet');
    sender.close();
    socket.close();
  },
  async handlesInsideLongMessages() {
    const sent = dgram.createSocket('udp4');
    sent.bind(0, '127.0.0.1');
    await once(sent, 'listening');
    const pad = 'y'.repeat(300_000);
    for (let i = 0; i < 3; i++) child.send({ do: 'giveBack', pad: pad + i }, sent);
    child.send('behind them');
    for (let i = 0; i < 3; i++) {
      const [back, socket] = await receive();
      assert.deepStrictEqual(back, { back: 'DATAGRAM', pad: pad + i });
      assert.strictEqual(socket.address().port, sent.address().port);
      socket.close();
    }
    assert.strictEqual((await receive())[0], 'behind them');
    sent.close();
  },
  async grandchildKnowsNothing() {
    child.send({ do: 'grandchild' });
    assert.deepStrictEqual((await receive())[0], { variables: '0', descriptors: [] });
  },
  async end() {
    const over = Promise.all([once(child, 'disconnect'), once(child, 'exit')]);
    if (ending === 'leave') child.send({ do: 'leave' });
    else child.disconnect();
    const [, [code, signal]] = await over;
    assert.strictEqual(child.connected, false);
    assert.deepStrictEqual([code, signal], [0, null]);
  },
};

(async () => {
  for (const [name, step] of Object.entries(steps)) {
    await step();
    console.log(name);
  }
})().catch((problem) => {
  console.log(String(problem.stack));
  child.kill('SIGKILL');
  process.exit(1);
});
