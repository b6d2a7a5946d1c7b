// A worker of Brood's pool that is always in the middle of a call when it is killed: each takes as
// many milliseconds as it is given, in which it waits. It answers with its process id.
'use strict';

const brood = require('../../../sdk/node/index.cjs');

const cell = new Int32Array(new SharedArrayBuffer(4));

brood.onRequest(({ body }) => {
  Atomics.wait(cell, 0, 0, body);
  return process.pid;
});
brood.ready();
