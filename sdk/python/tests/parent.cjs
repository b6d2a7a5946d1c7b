'use strict';
// A Node parent of child.py. Arguments: the check, the interpreter, blocking or asyncio, json or
// advanced, the number of the descriptor.
const assert = require('node:assert');
const { fork, spawn } = require('node:child_process');
const dgram = require('node:dgram');
const { once } = require('node:events');
const net = require('node:net');
const path = require('node:path');

const [check, python, style, serialization, index] = process.argv.slice(2);
const CHILD = path.join(__dirname, 'child.py');

function start() {
  if (index === 'fork') {
    return fork(CHILD, [style], { execPath: python, execArgv: ['-B'], serialization });
  }
  const stdio = ['inherit', 'inherit', 'inherit'];
  while (stdio.length < Number(index)) stdio.push('ignore');
  return spawn(python, ['-B', CHILD, style], { stdio: [...stdio, 'ipc'], serialization });
}

const answer = async (child, value, handle) => {
  const answered = once(child, 'message');
  child.send(value, handle);
  return answered;
};
const all = async (socket) => {
  let text = '';
  for await (const part of socket) text += part;
  return text;
};
const listening = async () => {
  const server = net.createServer({ pauseOnConnect: true }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
};

const checks = {
  async messages(child) {
    for (const value of [null, true, -1.5, '', 'é漢😀\u2028\ud800', [], {}, { a: [1, { b: null }] }]) {
      assert.deepStrictEqual((await answer(child, value))[0], { echo: value });
    }
    const big = 'é'.repeat(5_000_000);
    assert.strictEqual((await answer(child, big))[0].echo, big);
    const seen = [];
    const done = new Promise((resolve) => {
      child.on('message', ({ echo }) => seen.push(echo) === 5000 && resolve());
    });
    for (let i = 0; i < 5000; i++) child.send(i);
    await done;
    assert.deepStrictEqual(seen, [...seen.keys()]);
    child.removeAllListeners('message');
  },
  async values(child) {
    if (serialization !== 'advanced') return;
    const [got] = await answer(child, 'values');
    const shared = { n: 1 };
    const expected = {
      text: 'é漢😀\ud800', numbers: [0, -1, 1.5, 2 ** 31, -(2 ** 31), 2 ** 53], big: 2n ** 70n,
      buffer: Buffer.from('hi'), map: new Map([['k', shared]]), set: new Set([1]), shared,
      date: new Date(Date.UTC(2020, 0, 2)), typed: new Float64Array([1, 2]), regexp: /a\/b/gi,
      error: got.error, undefined: undefined, boxed: new Number(1),
    };
    assert.deepStrictEqual(got, expected);
    assert.ok(got.error instanceof TypeError && got.error.message === 'no');
    assert.strictEqual(got.map.get('k'), got.shared);
    delete got.error; // carries the stack, which is made anew
    got.self = got;
    got.hole = [1, , 3];
    got.clamped = new Uint8ClampedArray([1, 2]);
    got.view = new DataView(new ArrayBuffer(2));
    got.small = 1n;
    got.minus = -0;
    const [{ echo }] = await answer(child, got);
    assert.strictEqual(echo.self, echo);
    got.hole = [1, undefined, 3];
    assert.deepStrictEqual(echo, got);
  },
  async requests(child) {
    const asked = once(child, 'message');
    child.send({ brood: 'request', id: 3, body: [1] });
    assert.deepStrictEqual((await asked)[0], { brood: 'reply', id: 3, body: { answered: [1] } });
    const [failed] = await answer(child, { brood: 'request', id: 4, body: 'fail' });
    const error = { message: 'as asked', name: 'ValueError' };
    assert.deepStrictEqual(failed, { brood: 'reply', id: 4, error });
    const [request] = await answer(child, 'ask');
    assert.deepStrictEqual(request, { brood: 'request', id: 1, body: { q: 1 }, limit: 60000 });
    const [told] = await answer(child, { brood: 'reply', id: 1, body: 'ok' });
    assert.deepStrictEqual(told, { asked: 'ok' });
  },
  async handlesToChild(child) {
    const server = await listening();
    assert.deepStrictEqual((await answer(child, 'serve', server))[0], 'serving');
    const { port } = server.address();
    const closed = once(server, 'close');
    server.close();
    const client = net.connect(port, '127.0.0.1');
    client.write('me');
    assert.strictEqual(await all(client), 'served by me');
    await closed;

    const other = await listening();
    for (let i = 0; i < 5; i++) {
      const caller = net.connect(other.address().port, '127.0.0.1');
      const [connection] = await once(other, 'connection');
      child.send(`call ${i}`, connection);
      assert.strictEqual(await all(caller), `answered call ${i}`);
    }
    // The server's count and its close event depend on answers of the child.
    const count = await new Promise((resolve, reject) => {
      other.getConnections((error, n) => (error ? reject(error) : resolve(n)));
    });
    assert.strictEqual(count, 0);
    other.close();
    await once(other, 'close');

    const datagrams = dgram.createSocket('udp4').bind(0, '127.0.0.1');
    await once(datagrams, 'listening');
    child.send('datagrams', datagrams);
    const sender = dgram.createSocket('udp4');
    const got = once(child, 'message');
    sender.send('dgram', datagrams.address().port, '127.0.0.1');
    datagrams.close();
    assert.deepStrictEqual((await got)[0], { datagram: 'dgram' });
    sender.close();
  },
  async handlesFromChild(child) {
    const [name, server] = await answer(child, 'make server');
    assert.strictEqual(name, 'server');
    assert.ok(server instanceof net.Server);
    server.on('connection', (connection) => connection.end('by node'));
    assert.strictEqual(await all(net.connect(server.address().port, '127.0.0.1')), 'by node');
    server.close();
    const [, connection] = await answer(child, 'make connection');
    assert.ok(connection instanceof net.Socket);
    assert.strictEqual(await all(connection), 'from python');
    const [, datagram] = await answer(child, 'make datagram');
    assert.ok(datagram instanceof dgram.Socket);
    assert.ok(datagram.address().port > 0);
    datagram.close();
    assert.deepStrictEqual((await answer(child, 'after'))[0], { echo: 'after' });
  },
  async endByParent(child) {
    child.disconnect();
    assert.deepStrictEqual(await once(child, 'exit'), [5, null]);
  },
  async endByChild(child) {
    const ended = Promise.all([once(child, 'disconnect'), once(child, 'exit')]);
    child.send('quit');
    assert.deepStrictEqual((await ended)[1], [0, null]);
  },
};

setTimeout(() => {
  console.log('overdue');
  process.exit(1);
}, 100000).unref();

(async () => {
  const child = start();
  const failed = once(child, 'exit').then((end) => `child ended: ${end}`);
  assert.deepStrictEqual((await once(child, 'message'))[0], { brood: 'ready' });
  for (const name of check.split(',')) await Promise.race([checks[name](child), failed]);
  if (child.connected) {
    child.send('quit');
    console.log(await failed);
  }
})().catch((error) => {
  console.log(error);
  process.exit(1);
});
