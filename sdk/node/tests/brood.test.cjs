'use strict';
const assert = require('node:assert');
const { fork } = require('node:child_process');
const { once } = require('node:events');
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

test('a request times out, and the late reply is dropped', limit, async () => {
  const child = start('adder');
  await next(child);
  await assert.rejects(peer(child).request('slow', { timeout: 50 }), RequestTimeout);
  assert.strictEqual(await peer(child).request([2]), 2);
  child.disconnect();
  await once(child, 'exit');
});

test('the package is usable with import and with require', limit, async () => {
  const imported = await import('../index.mjs');
  const names = Object.keys(require('..')).sort();
  assert.deepStrictEqual(Object.keys(imported).filter((name) => name !== 'default').sort(), names);
});
