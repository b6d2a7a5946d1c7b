'use strict';
const assert = require('node:assert');
const { fork, spawn } = require('node:child_process');
const { EventEmitter, once } = require('node:events');
const fs = require('node:fs');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');
const test = require('node:test');
const { peer, RequestFailed, RequestTimeout, ChannelClosed } = require('..');

const CHILD = path.join(__dirname, 'child.cjs');
const limit = { timeout: 60000 };

function start(role, serialization) {
  return fork(CHILD, [role], { serialization });
}

/** The next message of a child for which `wanted` holds. */
function next(child, wanted = () => true) {
  return new Promise((resolve, reject) => {
    const exit = () => reject(new Error('the child ended'));
    child.on('exit', exit);
    child.on('message', function look(message) {
      if (!wanted(message)) return;
      child.off('message', look);
      child.off('exit', exit);
      resolve(message);
    });
  });
}

for (const mode of ['json', 'advanced']) {
  test(`a child answers requests (${mode})`, limit, async () => {
    const child = start('adder', mode);
    assert.deepStrictEqual(await next(child), { brood: 'ready' });
    const there = peer(child);
    assert.strictEqual(await there.request([1, 2, 3]), 6);
    const many = await Promise.all([...Array(200).keys()].map((n) => there.request([n, 1])));
    assert.deepStrictEqual(many, [...Array(200).keys()].map((n) => n + 1));
    await assert.rejects(there.request('x'), (error) => {
      assert.ok(error instanceof RequestFailed);
      assert.strictEqual(error.remoteName, 'TypeError');
      return error.message === 'not a list';
    });
    child.disconnect();
    assert.deepStrictEqual(await once(child, 'exit'), [0, null]);
    await assert.rejects(there.request(1), ChannelClosed);
  });

  test(`a child asks its parent (${mode})`, limit, async () => {
    const child = start('asker', mode);
    peer(child).onRequest(({ body }) => {
      if (body === 'never') return new Promise(() => {});
      if (body === 'x') throw new RangeError('no');
      return body.length;
    });
    const answer = await next(child, (message) => 'sum' in message);
    assert.deepStrictEqual(answer, {
      sum: 3,
      failed: ['RequestFailed', 'RangeError'],
      late: 'RequestTimeout',
    });
    assert.deepStrictEqual(await once(child, 'exit'), [0, null]);
  });
}

test('messages that come before the program listens are kept for it', limit, async () => {
  const child = start('late');
  child.send('one');
  peer(child).onRequest(() => {
    child.send('two');
    child.send({ brood: 'unknown' });
    setTimeout(() => child.send('end'), 50);
    return 'went';
  });
  const answer = await next(child, (message) => 'seen' in message);
  assert.deepStrictEqual(answer, {
    reply: 'went',
    seen: ['one', 'two', { brood: 'unknown' }, 'end'],
  });
  await once(child, 'exit');
});

/** What a process or a child is for its channel, without one. */
class End extends EventEmitter {
  connected = true;
  channel = {};

  send(message, handle, options, callback) {
    setImmediate(callback, null);
  }
}

test('a listener for one message gets one, and the next the next', limit, async () => {
  const end = new End();
  peer(end).onRequest(() => {});
  for (const message of ['one', 'two']) end.emit('message', message);
  assert.strictEqual((await once(end, 'message'))[0], 'one');
  assert.strictEqual((await once(end, 'message'))[0], 'two');
  end.emit('message', 'three');
  assert.strictEqual((await once(end, 'message'))[0], 'three');
});

test('a message that the program has seen is not kept', limit, async () => {
  const end = new End();
  const seen = [];
  end.once('message', (message) => seen.push(message));
  peer(end).onRequest(() => {});
  end.emit('message', 'one');
  end.on('message', (message) => seen.push(message));
  await new Promise(setImmediate);
  end.emit('message', 'two');
  assert.deepStrictEqual(seen, ['one', 'two']);
});

test('kept messages come before those that come later', limit, async () => {
  const end = new End();
  const seen = [];
  const asked = peer(end).request('q');
  end.emit('message', 'one');
  end.emit('message', { brood: 'reply', id: 1 });
  end.on('message', (message) => seen.push(message));
  end.emit('message', 'two'); // at once, as Node does with what it has read already
  await asked;
  assert.deepStrictEqual(seen, ['one', 'two']);
});

test('progress, beats and the broker are messages as documented', limit, async () => {
  const child = start('teller');
  const seen = [];
  child.on('message', (message) => seen.push(message));
  await next(child, (message) => message.brood === 'presence');
  assert.deepStrictEqual(seen, [
    { brood: 'progress', percent: 40, phase: 'load' },
    { brood: 'beat' },
    { brood: 'publish', topic: 'a.b', body: 1 },
    { brood: 'subscribe', pattern: 'a.*', group: 'g' },
    { brood: 'unsubscribe', pattern: 'a.*' },
    { brood: 'send', to: 'other', body: 'hi' },
    { brood: 'broadcast', body: null },
    { brood: 'presence' },
  ]);
  child.send({ brood: 'message', topic: 'a.c', from: 'x', body: [1] });
  const got = await next(child, (message) => 'topic' in message);
  assert.deepStrictEqual(got, { body: [1], topic: 'a.c', from: 'x' });
  await once(child, 'exit');
});

test('loading the package does not keep a child alive', limit, async () => {
  assert.deepStrictEqual(await once(start('idle'), 'exit'), [0, null]);
});

test('a request fails when the parent disconnects', limit, async () => {
  const child = start('orphan');
  await next(child, (message) => message.brood === 'request');
  child.disconnect();
  assert.deepStrictEqual(await once(child, 'exit'), [7, null]);
});

test('the end before a handle was acknowledged ends all that waits', limit, async () => {
  const stdio = ['ignore', 'pipe', 'inherit', 'pipe'];
  const env = { ...process.env, NODE_CHANNEL_FD: '3' };
  const child = spawn(process.execPath, [CHILD, 'parting'], { stdio, env });
  child.stdio[3].once('data', () => child.stdio[3].destroy());
  let told = '';
  child.stdout.on('data', (data) => (told += data));
  assert.deepStrictEqual(await once(child, 'close'), [0, null]);
  assert.deepStrictEqual(JSON.parse(told || '[]'), [
    'written', 'ChannelClosed', 'ChannelClosed', 'served',
  ]);
});

test('a request times out, and the late reply is dropped', limit, async () => {
  const child = start('adder');
  await next(child);
  await assert.rejects(peer(child).request('slow', { timeout: 50 }), RequestTimeout);
  assert.strictEqual(await peer(child).request([2]), 2);
  child.disconnect();
  await once(child, 'exit');
});

/** A worker that serves calls, and the other end of its channel. */
async function serving(concurrency) {
  const child = fork(CHILD, ['worker', String(concurrency)]);
  assert.deepStrictEqual(await next(child), { brood: 'ready' });
  return [child, peer(child)];
}

function inFolder(body) {
  return async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'brood-node-'));
    try {
      await body(folder);
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  };
}

for (const concurrency of [1, 4]) {
  test(`a worker runs ${concurrency} calls at once`, limit, async () => {
    const [child, there] = await serving(concurrency);
    const answers = await Promise.all([...Array(20).keys()].map((n) => there.request(n)));
    assert.deepStrictEqual(answers, [...Array(20).keys()].map((n) => 2 * n));
    const together = Array(concurrency).fill('meet');
    const met = await Promise.all(together.map((word) => there.request(word)));
    assert.deepStrictEqual(met, Array(concurrency).fill('met'));
    assert.strictEqual(await there.request('most'), concurrency);
    await assert.rejects(there.request('fail'), { message: 'as asked', remoteName: 'TypeError' });
    assert.strictEqual(await there.request({ type: 'health_check' }), 'ok');
    child.disconnect();
    assert.deepStrictEqual(await once(child, 'exit'), [7, null]);
  });
}

for (const [how, end, code] of [
  ['SIGTERM', (child) => child.kill('SIGTERM'), 143],
  ['the end of the channel', (child) => child.disconnect(), 7],
]) {
  test(`${how} ends a call, which cleans up`, limit, inFolder(async (folder) => {
    const [child] = await serving(1);
    const file = path.join(folder, 'tidied');
    child.send({ brood: 'request', id: 1, body: { path: file } });
    await next(child, (message) => message.brood === 'beat');
    end(child);
    assert.deepStrictEqual(await once(child, 'exit'), [code, null]);
    assert.strictEqual(fs.readFileSync(file, 'utf8'), 'tidy');
  }));
}

test('a call that comes after SIGTERM is not begun', limit, async () => {
  const child = start('stopping');
  const seen = [];
  child.on('message', (message) => seen.push(message));
  child.send({ brood: 'request', id: 1, body: 'first' });
  await next(child, (message) => message === 'begun first');
  child.kill('SIGTERM');
  await next(child, (message) => message === 'cleans up');
  child.send({ brood: 'request', id: 2, body: 'second' });
  assert.deepStrictEqual(await once(child, 'exit'), [143, null]);
  assert.ok(!seen.includes('begun second'), `${seen}`);
});

test('a call whose limit is over is aborted', limit, inFolder(async (folder) => {
  const [child, there] = await serving(1);
  const file = path.join(folder, 'tidied');
  child.send({ brood: 'request', id: 1000, body: { path: file }, limit: 200 }); // nobody waits
  assert.strictEqual(await there.request(2), 4);
  assert.strictEqual(fs.readFileSync(file, 'utf8'), 'tidy');
  child.disconnect();
  await once(child, 'exit');
}));

test('a health check that throws says not well', limit, async () => {
  const child = start('unwell');
  await next(child);
  await assert.rejects(peer(child).request({ type: 'health_check' }), { message: 'not well' });
  assert.strictEqual(await peer(child).request(4), 8);
  child.disconnect();
  await once(child, 'exit');
});

test('a job saves itself when asked, and goes on', limit, inFolder(async (folder) => {
  const file = path.join(folder, 'job');
  for (const done of [0, 5, 10]) {
    const child = fork(CHILD, ['job'], { env: { ...process.env, BROOD_CHECKPOINT: file } });
    assert.deepStrictEqual(await next(child), { brood: 'progress', percent: done * 10 });
    assert.strictEqual(await peer(child).request({ type: 'health_check' }), 'ok');
    const saved = next(child, (message) => message.brood === 'checkpoint');
    child.send({ brood: 'checkpoint' });
    await saved;
    assert.deepStrictEqual(await once(child, 'exit'), [85, null]);
    assert.strictEqual(fs.readFileSync(file, 'utf8'), String(done + 5));
  }
  assert.deepStrictEqual(fs.readdirSync(folder), ['job']);
}));

test('a connection that comes with a reply is closed', limit, async () => {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = net.connect(server.address().port, '127.0.0.1');
  const [accepted] = await once(server, 'connection');
  const child = start('handles');
  const first = await next(child, (message) => message.brood === 'request');
  const second = next(child, (message) => message.brood === 'request');
  child.send({ brood: 'reply', id: first.id, body: 1 }, accepted);
  client.resume();
  await once(client, 'end'); // nobody has it open any more, and the child lives
  child.send({ brood: 'reply', id: (await second).id });
  assert.deepStrictEqual(await once(child, 'exit'), [0, null]);
  client.destroy();
  server.close();
});

test('the package is usable with import and with require', limit, async () => {
  const imported = await import('../index.mjs');
  const names = Object.keys(require('..')).sort();
  assert.deepStrictEqual(Object.keys(imported).filter((name) => name !== 'default').sort(), names);
});
