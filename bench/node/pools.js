// Pools of Node processes: pools.js PACKAGES POOL MEASURE COUNT, with the folder that the packages
// are installed in; one round for each line on stdin, one line of JSON each.
'use strict';

const { createRequire } = require('node:module');
const path = require('node:path');
const readline = require('node:readline');

const [packages, name, measure, countText] = process.argv.slice(2);
const count = Number(countText);
const requirePeer = createRequire(path.join(packages, 'package.json'));
const adder = path.join(__dirname, 'adders', `${name}.js`);
const nanos = () => Number(process.hrtime.bigint());
const cpuMicros = () => {
  const usage = process.cpuUsage();
  return usage.user + usage.system;
};

/** For each pool, how its user calls it. */
const pools = {
  'jest-worker': () => {
    const { Worker } = requirePeer('jest-worker');
    const pool = new Worker(adder, { numWorkers: 2, exposedMethods: ['add'] });
    return (left, right) => pool.add(left, right);
  },
  workerpool: () => {
    process.env.WORKERPOOL = requirePeer.resolve('workerpool');
    const options = { workerType: 'process', minWorkers: 2, maxWorkers: 2 };
    const pool = requirePeer('workerpool').pool(adder, options);
    return (left, right) => pool.exec('add', [left, right]);
  },
};

const add = pools[name]();

function percentile(values, share) {
  const ordered = Float64Array.from(values).sort();
  return ordered[Math.min(Math.floor(share * ordered.length), ordered.length - 1)];
}

const measures = {
  /** All at once, as both are made for. */
  async pool() {
    const begin = nanos();
    const cpu = cpuMicros();
    const sums = await Promise.all(Array.from({ length: count }, (_, i) => add(i, 1)));
    const seconds = (nanos() - begin) / 1e9;
    if (sums.some((sum, i) => sum !== i + 1)) throw new Error('a sum is wrong');
    return { per_second: count / seconds, cpu_us: (cpuMicros() - cpu) / count };
  },

  async call() {
    const times = [];
    const cpu = cpuMicros();
    for (let i = 0; i < count; i++) {
      const begin = nanos();
      await add(i, 1);
      times.push(nanos() - begin);
    }
    return {
      p50_us: percentile(times, 0.5) / 1e3,
      p99_us: percentile(times, 0.99) / 1e3,
      cpu_us: (cpuMicros() - cpu) / count,
    };
  },
};

async function main() {
  await add(1, 1);
  console.log('{"ready":1}');
  for await (const line of readline.createInterface({ input: process.stdin })) {
    if (line) console.log(JSON.stringify(await measures[measure]()));
  }
  process.exit(); // the workers see the end of their channels
}

main();
