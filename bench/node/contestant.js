// Node's child_process: contestant.js MEASURE ARGS...; one round for each line on
// stdin, one line of JSON each.
'use strict';

const { fork, spawn } = require('node:child_process');
const cluster = require('node:cluster');
const fs = require('node:fs');
const path = require('node:path');
const readline = require('node:readline');

const nanos = () => Number(process.hrtime.bigint());
const cpuMicros = () => {
  const usage = process.cpuUsage();
  return usage.user + usage.system;
};

function percentile(values, share) {
  const ordered = Float64Array.from(values).sort();
  return ordered[Math.min(Math.floor(share * ordered.length), ordered.length - 1)];
}

function statusField(name) {
  const status = fs.readFileSync('/proc/self/status', 'ascii');
  return Number(new RegExp(`^${name}:\\s*(\\d+)`, 'm').exec(status)[1]);
}

/** Collects both outputs in memory; resolves when the child is reaped and both have ended. */
function capture(argv, stdin = 'ignore') {
  return new Promise((resolve, reject) => {
    const child = spawn(argv[0], argv.slice(1), { stdio: [stdin, 'pipe', 'pipe'] });
    const pieces = [[], []];
    child.stdout.on('data', (piece) => pieces[0].push(piece));
    child.stderr.on('data', (piece) => pieces[1].push(piece));
    child.on('error', reject);
    child.on('close', () => resolve(pieces.map((part) => Buffer.concat(part))));
  });
}

/** A message of about that many bytes as JSON, its line feed included. */
const filled = (bytes) => ({ id: 1, body: 'x'.repeat(bytes - 19) });

const nextMessage = (child) => new Promise((resolve) => child.once('message', resolve));

let peer;

/** The child that all rounds talk to, started by the first. */
async function talkingPeer(serialization) {
  if (!peer) {
    peer = fork(path.join(__dirname, 'peer.js'), { serialization });
    await nextMessage(peer);
  }
  return peer;
}

let port;

/** The port that the workers of this primary share. */
async function sharedPort(script, workers) {
  if (port) return port;
  cluster.setupPrimary({ exec: script });
  const ready = Array.from(
    { length: workers },
    () => new Promise((resolve) => cluster.fork().on('listening', resolve)),
  );
  const addresses = await Promise.all(ready);
  return (port = addresses[0].port);
}

async function sample(argv, count) {
  const times = [];
  for (let i = 0; i < count; i++) {
    const begin = nanos();
    await capture(argv);
    times.push(nanos() - begin);
  }
  return times;
}

const measures = {
  async spawn(count, ...argv) {
    const cpu = cpuMicros();
    const times = await sample(argv, Number(count));
    return {
      p50_us: percentile(times, 0.5) / 1e3,
      p99_us: percentile(times, 0.99) / 1e3,
      cpu_us: (cpuMicros() - cpu) / times.length,
    };
  },

  /** Node has one thread for this: NUMBER chains of children in flight instead of threads. */
  async threads(count, number, ...argv) {
    const share = Math.floor(count / number);
    const begin = nanos();
    await Promise.all(Array.from({ length: Number(number) }, () => sample(argv, share)));
    return { per_second: (share * number) / ((nanos() - begin) / 1e9) };
  },

  async notice(count, file, ...argv) {
    const times = [];
    const slot = fs.openSync(file, 'r');
    const bytes = Buffer.alloc(8);
    for (let i = 0; i < Number(count); i++) {
      const now = await new Promise((resolve, reject) => {
        const child = spawn(argv[0], argv.slice(1), { stdio: 'ignore' });
        child.on('error', reject);
        child.on('exit', () => resolve(nanos()));
      });
      fs.readSync(slot, bytes, 0, 8, 0);
      times.push(now - Number(bytes.readBigInt64LE()));
    }
    fs.closeSync(slot);
    return { p50_us: percentile(times, 0.5) / 1e3, p99_us: percentile(times, 0.99) / 1e3 };
  },

  async restart(count, file, ...argv) {
    const times = [];
    const slot = fs.openSync(file, 'r');
    const bytes = Buffer.alloc(16);
    const read = (index) => {
      fs.readSync(slot, bytes, 0, 16, 0);
      return Number(bytes.readBigInt64LE(8 * index));
    };
    const started = async (after) => {
      for (let looks = 0; looks < 10_000; looks++) {
        if (read(0) > after) return read(0);
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
      throw new Error('the child did not come back');
    };
    let stopped = () => {};
    const end = new Promise((resolve) => (stopped = resolve));
    let again = true;
    const keepRunning = () =>
      spawn(argv[0], argv.slice(1), { stdio: 'ignore' }).on('exit', () =>
        again ? keepRunning() : stopped(),
      );
    const begin = nanos();
    keepRunning();
    await started(begin);
    for (let i = 0; i < Number(count); i++) {
      const killed = nanos();
      process.kill(read(1), 'SIGKILL');
      times.push((await started(killed)) - killed);
    }
    again = false;
    process.kill(read(1), 'SIGKILL');
    await end;
    fs.closeSync(slot);
    return { p50_us: percentile(times, 0.5) / 1e3, p99_us: percentile(times, 0.99) / 1e3 };
  },

  /** Stdin is pipe or null. */
  async many(count, stdin, ...argv) {
    const before = statusField('VmRSS');
    const threads = statusField('Threads');
    const begin = nanos();
    const cpu = cpuMicros();
    const kind = stdin === 'pipe' ? 'pipe' : 'ignore';
    const running = Array.from({ length: Number(count) }, () => capture(argv, kind));
    const figures = {
      threads_more: statusField('Threads') - threads,
      kib_per_child: (statusField('VmRSS') - before) / count,
    };
    await Promise.all(running);
    return { ...figures, wall_s: (nanos() - begin) / 1e9, cpu_s: (cpuMicros() - cpu) / 1e6 };
  },

  async stream(...argv) {
    const begin = nanos();
    const cpu = cpuMicros();
    let total = 0;
    await new Promise((resolve, reject) => {
      const child = spawn(argv[0], argv.slice(1), { stdio: ['ignore', 'pipe', 'ignore'] });
      child.stdout.on('data', (piece) => (total += piece.length));
      child.on('error', reject);
      child.on('close', resolve);
    });
    const seconds = (nanos() - begin) / 1e9;
    return { wall_s: seconds, gb_per_s: total / 1e9 / seconds, cpu_s: (cpuMicros() - cpu) / 1e6 };
  },

  async trip(serialization, bytes, count) {
    const child = await talkingPeer(serialization);
    const message = filled(Number(bytes));
    const times = [];
    const cpu = cpuMicros();
    child.send({ trip: Number(count) });
    await new Promise((resolve) => {
      let begin = nanos();
      const next = () => {
        times.push(nanos() - begin);
        if (times.length === Number(count)) {
          child.off('message', next);
          resolve();
          return;
        }
        begin = nanos();
        child.send(message);
      };
      child.on('message', next);
      child.send(message);
    });
    return {
      p50_us: percentile(times, 0.5) / 1e3,
      p99_us: percentile(times, 0.99) / 1e3,
      cpu_us: (cpuMicros() - cpu) / count,
    };
  },

  /** Where send says that its queue is long, the queue is emptied before the next message. */
  async oneway(serialization, bytes, count) {
    const child = await talkingPeer(serialization);
    const message = filled(Number(bytes));
    const begin = nanos();
    const cpu = cpuMicros();
    child.send({ flow: Number(count) });
    const end = nextMessage(child);
    for (let left = Number(count); left > 0; left--) {
      if (!child.send(message) && left > 1) {
        left--;
        await new Promise((resolve) => child.send(message, resolve));
      }
    }
    await end;
    const seconds = (nanos() - begin) / 1e9;
    return {
      per_second: count / seconds,
      mb_per_s: (count * bytes) / seconds / 1e6,
      cpu_us: (cpuMicros() - cpu) / count,
    };
  },

  async first(count) {
    const times = [];
    for (let i = 0; i < Number(count); i++) {
      const begin = nanos();
      const child = fork(path.join(__dirname, 'peer.js'));
      await nextMessage(child);
      times.push(nanos() - begin);
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await gone;
    }
    return { p50_ms: percentile(times, 0.5) / 1e6, p99_ms: percentile(times, 0.99) / 1e6 };
  },

  async handoff(dial, script, workers, count) {
    const target = await sharedPort(script, Number(workers));
    const begin = nanos();
    const cpu = cpuMicros();
    await new Promise((resolve, reject) => {
      const child = spawn(dial, [target, count, '32'], { stdio: ['ignore', 'inherit', 'inherit'] });
      child.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`dial: ${code}`))));
    });
    return {
      per_second: count / ((nanos() - begin) / 1e9),
      cpu_us: (cpuMicros() - cpu) / count,
    };
  },
};

async function main() {
  const [name, ...args] = process.argv.slice(2);
  console.log('{"ready":1}');
  for await (const line of readline.createInterface({ input: process.stdin })) {
    if (line) console.log(JSON.stringify(await measures[name](...args)));
  }
  process.exit(); // whatever children still live
}

main();
