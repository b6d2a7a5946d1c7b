'use strict';
// Does what its first argument says; a helper of the tests.
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
  idle() {}, // only requires the package
  async orphan() {
    const waiting = brood.request('q', { timeout: 20000 }).catch((error) => error.name);
    const name = await waiting;
    process.exit(name === 'ChannelClosed' ? 7 : 8);
  },
};
roles[process.argv[2]]();
