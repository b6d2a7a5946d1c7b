// A worker that answers every connection with one byte.
'use strict';

const net = require('node:net');

net
  .createServer((socket) => {
    socket.on('error', () => {}); // the dialler resets what it has read
    socket.end('x');
  })
  .listen({ port: 0, host: '127.0.0.1' });
