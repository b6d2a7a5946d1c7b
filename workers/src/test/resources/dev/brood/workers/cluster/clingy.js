'use strict';
// Answers a request when the next one has come, so that a client that asks ahead always has one
// that waits, however slow it is; and at once if it was told that no other one follows.
const cluster = require('node:cluster');
const http = require('node:http');

let waiting;
const server = http.createServer((request, response) => {
  waiting?.end(`${cluster.worker.id}`);
  waiting = response;
  if (request.headers.connection === 'close') {
    response.end(`${cluster.worker.id}`);
    waiting = undefined;
  }
});
server.listen(0, '127.0.0.1');
