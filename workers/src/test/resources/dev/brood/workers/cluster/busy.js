'use strict';
// Refuses connections beyond one at a time.
const cluster = require('node:cluster');
const http = require('node:http');

const server = http.createServer((request, response) => {
  setTimeout(() => response.end(`${cluster.worker.id}`), 20);
});
server.maxConnections = 1;
server.listen(0, '127.0.0.1');
