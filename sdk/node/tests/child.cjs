'use strict';
// Does what its first argument says; a helper of the tests.
const { once } = require('node:events');
const fs = require('node:fs');
const net = require('node:net');
const { setTimeout: sleep } = require('node:timers/promises');
const brood = require('..');

const roles = {
  adder() {
    let answerSlow = () => {};
    brood.onRequest(async ({ body }) => {
      if (body === 'slow') return new Promise((resolve) => (answerSlow = resolve));
      answerSlow('late');
      if (!Array.isArray(body)) throw new TypeError('not a list');
      return body.reduce((sum, each) => sum + each, 0);
    });
    brood.ready();
  },
  async asker() {
    const sum = await brood.request([1, 2, 3]);
    const failed = await brood.request('x').catch((error) => [error.name, error.remoteName]);
    const late = await brood.request('never', { timeout: 50 }).catch((error) => error.name);
    await brood.send({ sum, failed, late });
  },
  async late() {
    // Messages that came before the program listens must not be lost to our own listener.
    const reply = await brood.request('go');
    setImmediate(() => {
      const seen = [];
      process.on('message', (message) => {
        seen.push(message);
        if (message === 'end') process.send({ reply, seen }, () => process.disconnect());
      });
    });
  },
  async teller() {
    await brood.progress({ percent: 40, phase: 'load' });
    await brood.beat();
    await brood.publish('a.b', 1);
    await brood.subscribe('a.*', { group: 'g' });
    await brood.unsubscribe('a.*');
    await brood.sendTo('other', 'hi');
    await brood.broadcast();
    await brood.presence();
    brood.onDelivery((body, delivery) => {
      brood.send({ body, topic: delivery.topic, from: delivery.from }).then(() => process.disconnect());
    });
  },
  async worker(concurrency) {
    let running = 0;
    let most = 0;
    let meet;
    const met = new Promise((resolve) => (meet = resolve));
    const work = async (body, { signal }) => {
      if (body === 'most') return most;
      most = Math.max(most, ++running);
      try {
        if (body === 'meet') { // until as many run as may
          if (running === Number(concurrency)) meet('met');
          return await met;
        }
        if (body === 'fail' || Array.isArray(body)) throw new TypeError('as asked');
        if (body.path) {
          fs.writeFileSync(`${body.path}.begun`, '');
          await brood.beat();
          await sleep(60000, null, { signal }).catch(() => fs.writeFileSync(body.path, 'tidy'));
        }
        await sleep(5);
        return body * 2;
      } finally {
        running--;
      }
    };
    await brood.serve(work, { concurrency: Number(concurrency) });
    process.exitCode = 7;
  },
  async stopping() {
    // The first call takes as long to clean up as the next one needs to come.
    const work = async (body, { signal }) => {
      await brood.send(`begun ${body}`);
      if (body !== 'first') return;
      await once(signal, 'abort');
      const next = once(process, 'message');
      await brood.send('cleans up');
      await next;
      await sleep(5);
    };
    await brood.serve(work, { concurrency: 2 });
  },
  async unwell() {
    const health = () => {
      throw new Error('not well');
    };
    await brood.serve((n) => n * 2, { health });
  },
  job() {
    const done = Number(brood.checkpoint.load() ?? 0);
    brood.onHealthCheck();
    brood.onCheckpoint(async () => {
      brood.checkpoint.save(String(done + 5));
      await brood.saved();
      process.exit(brood.RUN_AGAIN);
    });
    brood.progress({ percent: done * 10 });
  },
  async handles() {
    // The parent answers with a connection, which nobody here can get.
    process.send({ got: await brood.request('give') });
    await brood.request('live on until I say so');
    process.disconnect();
  },
  async parting() {
    // The parent goes before it has acknowledged a handle: Node never says that it disconnected.
    const server = net.createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const ends = [
      brood.send('with a server', server).then(() => 'written'),
      brood.send('behind').catch((error) => error.name),
      brood.request('q').catch((error) => error.name),
      brood.serve(() => {}).then(() => 'served'),
    ];
    server.close();
    console.log(JSON.stringify(await Promise.all(ends)));
  },
  idle() {}, // only requires the package
  async orphan() {
    const waiting = brood.request('q', { timeout: 20000 }).catch((error) => error.name);
    const name = await waiting;
    process.exit(name === 'ChannelClosed' ? 7 : 8);
  },
};
roles[process.argv[2]](process.argv[3]);
