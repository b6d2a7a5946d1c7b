'use strict';
// A server whose answers last until it is told to go.
const cluster = require('node:cluster');
const net = require('node:net');

net
  .createServer((socket) => {
    socket.write('first ');
    const waiting = setInterval(() => {
      if (cluster.worker.exitedAfterDisconnect) {
        clearInterval(waiting);
        socket.end('last');
      }
    }, 10);
    socket.on('error', () => clearInterval(waiting));
  })
  .listen(0, '127.0.0.1');
