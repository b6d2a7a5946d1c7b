'use strict';
// A plain server. What it answers says who answered; nothing in it knows of Brood.
const http = require('node:http');
const cluster = require('node:cluster');

if (process.env.FAIL_TO_START) {
  process.exit(3);
}

const server = http.createServer((request, response) => {
  if (request.url === '/hang') {
    return; // for ever
  }
  if (request.url === '/spin') {
    process.send('spinning');
    for (;;) {} // never answers anything again
  }
  response.end(`${cluster.worker.id} ${process.env.VERSION || 'one'}`);
});
server.listen(Number(process.env.PORT || 0), process.env.HOST || '127.0.0.1');
if (process.env.READY) {
  process.send('early');
  server.on('listening', () => process.send(process.env.READY));
}
process.on('message', (message) => {
  if (message === 'leave') {
    cluster.worker.disconnect();
  } else if (message === 'exit') {
    process.exit(7);
  } else if (message === 'who') {
    process.send({ id: cluster.worker.id, uniqueId: process.env.NODE_UNIQUE_ID || null });
  }
});
