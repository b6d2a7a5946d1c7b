'use strict';
// Starts child.sh under the shell given as argument, as a child of Node, and checks what it does.
const assert = require('node:assert');
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');

const shell = process.argv[2];
const CHILD = path.join(__dirname, 'child.sh');

function start(role, index = 3, serialization = 'json') {
  const stdio = ['pipe', 'inherit', 'inherit'];
  while (stdio.length < index) stdio.push('ignore');
  stdio.push('ipc');
  const child = spawn(shell, [CHILD, role], { stdio, serialization });
  child.messages = [];
  child.on('message', (message) => child.messages.push(message));
  return child;
}

async function messages(child, count) {
  const ended = once(child, 'close').then(() => Promise.reject(new Error('the child ended')));
  ended.catch(() => {});
  while (child.messages.length < count) await Promise.race([once(child, 'message'), ended]);
  return child.messages;
}

const checks = {
  async 'echoes what it gets, on descriptors 3 and 5'() {
    for (const index of [3, 5]) {
      const child = start('echo', index);
      await messages(child, 1);
      const sent = [{ a: 'é漢 \\n "q" \u2028' }, null, -1.5, ' spaces  kept ', [], 'x'.repeat(70000)];
      sent.forEach((value) => child.send(value));
      const expected = [{ brood: 'ready' }, ...sent.map((value) => [value])];
      assert.deepStrictEqual(await messages(child, 7), expected);
      child.disconnect();
      assert.deepStrictEqual(await once(child, 'exit'), [3, null]);
    }
  },
  async 'tells progress and the rest, as documented'() {
    const child = start('tell');
    const [code] = await once(child, 'close');
    assert.deepStrictEqual(child.messages, [
      { brood: 'progress', percent: 40, phase: 'lo"ad', message: 'a\\b\nc' },
      { brood: 'progress', percent: 99.5 },
      { brood: 'beat' },
      { brood: 'publish', topic: 'a.b', body: { n: 1 } },
      { brood: 'subscribe', pattern: 'a.*', group: 'g' },
      { brood: 'unsubscribe', pattern: 'a.*', group: 'g' },
      { brood: 'broadcast', body: [1] },
      { brood: 'presence' },
      { brood: 'request', id: 3, to: 'o"ther', body: 'well?' },
      { brood: 'send', to: 'other', body: 'hi' },
      { brood: 'reply', id: 7, error: { message: 'no "way"' } },
    ]);
    assert.strictEqual(code, 0);
  },
  async 'answers requests'() {
    const child = start('answer');
    child.send({ brood: 'request', id: 12, body: 'well?' });
    assert.deepStrictEqual(await messages(child, 1), [{ brood: 'reply', id: 12, body: 'yes' }]);
    child.disconnect();
    await once(child, 'exit');
  },
  async 'serves calls until the parent disconnects'() {
    const child = start('serve');
    const bodies = [21, { type: 'health_check' }, 'x', 1];
    bodies.forEach((body, index) => child.send({ brood: 'request', id: index + 1, body }));
    child.send('no call');
    assert.deepStrictEqual(await messages(child, 5), [
      { brood: 'ready' },
      { brood: 'reply', id: 1, body: 42 },
      { brood: 'reply', id: 2, body: 'ok' },
      { brood: 'reply', id: 3, error: { message: 'exit status 4: no "number"' } },
      { brood: 'reply', id: 4, body: 2 },
    ]);
    child.disconnect();
    assert.deepStrictEqual(await once(child, 'exit'), [3, null]);
  },
  async 'saves itself and goes on'() {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'brood-sh-'));
    process.env.BROOD_CHECKPOINT = path.join(folder, 'the job');
    try {
      for (const done of [0, 5]) {
        const child = start('job');
        child.send({ brood: 'checkpoint' });
        const ended = once(child, 'exit');
        assert.deepStrictEqual(await messages(child, 2), [
          { brood: 'progress', percent: done * 10 },
          { brood: 'checkpoint' },
        ]);
        assert.deepStrictEqual(await ended, [85, null]);
        assert.strictEqual(fs.readFileSync(process.env.BROOD_CHECKPOINT, 'utf8'), `${done + 5}\n`);
      }
      assert.deepStrictEqual(fs.readdirSync(folder), ['the job']);
    } finally {
      delete process.env.BROOD_CHECKPOINT;
      fs.rmSync(folder, { recursive: true });
    }
  },
  async 'refuses handles and hides internal messages'() {
    const child = start('echo');
    const server = net.createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    child.send({ cmd: 'NODE_NONSENSE' });
    child.send('with a server', server);
    child.send('after');
    assert.deepStrictEqual(await messages(child, 2), [{ brood: 'ready' }, ['after']]);
    server.close();
    child.disconnect();
    await once(child, 'exit');
  },
  async 'goes on waiting after a signal that it traps'() {
    const child = start('trapped');
    await messages(child, 1);
    for (let n = 2; n < 7; n++) {
      child.kill('SIGUSR1');
      await messages(child, n);
    }
    child.send('go');
    assert.deepStrictEqual((await messages(child, 7)).slice(5), ['trapped', ['go']]);
    child.disconnect();
    assert.deepStrictEqual(await once(child, 'exit'), [3, null]);
  },
  async 'goes on when the parent is gone'() {
    const child = start('lost');
    child.disconnect();
    assert.deepStrictEqual(await once(child, 'exit'), [2, null]);
  },
  async 'writes every text as a JSON string'() {
    const child = start('strings');
    child.send('go');
    const texts = ['', 'plain', '"', '\\', '\\"\\\\', 'é漢😀', '$HOME `id` %s %%', '\u2028', ' a  b '];
    for (let code = 1; code < 128; code++) texts.push(`<${String.fromCharCode(code)}>`);
    const octal = (text) =>
      [...Buffer.from(text)].map((byte) => '\\0' + byte.toString(8).padStart(3, '0')).join('');
    child.stdin.end(texts.map((text) => octal(text) + '\n').join(''));
    assert.deepStrictEqual(await messages(child, texts.length), texts);
    await once(child, 'exit');
  },
  async 'says what it cannot use'() {
    for (const [index, mode] of [[12, 'json'], [3, 'advanced']]) {
      const stdio = ['ignore', 'inherit', 'pipe'];
      while (stdio.length < index) stdio.push('ignore');
      stdio.push('ipc');
      const child = spawn(shell, [CHILD, 'echo'], { stdio, serialization: mode });
      let text = '';
      child.stderr.on('data', (data) => (text += data));
      assert.deepStrictEqual(await once(child, 'close'), [9, null]);
      assert.match(text, mode === 'json' ? /descriptor "12".*0 to 9/ : /mode advanced/);
    }
  },
};

(async () => {
  const overdue = setTimeout(() => {
    console.log('not ok: overdue');
    process.exit(1);
  }, 100000);
  let failed = 0;
  for (const [name, check] of Object.entries(checks)) {
    try {
      await check();
      console.log(`ok ${shell}: ${name}`);
    } catch (error) {
      failed++;
      console.log(`not ok ${shell}: ${name}\n${error.stack}`);
    }
  }
  clearTimeout(overdue);
  process.exit(failed ? 1 : 0);
})();
