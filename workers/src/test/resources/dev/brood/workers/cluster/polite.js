'use strict';
// Takes its time, and tells clients to come back elsewhere once it is to go.
const cluster = require('node:cluster');
const http = require('node:http');

const server = http.createServer((request, response) => {
  if (cluster.worker.exitedAfterDisconnect) {
    response.setHeader('Connection', 'close');
  }
  setTimeout(() => response.end(`${cluster.worker.id}`), 20);
});
server.listen(0, '127.0.0.1');
