'use strict';
const cluster = require('node:cluster');
const dgram = require('node:dgram');

const socket = dgram.createSocket('udp4');
socket.on('message', (message, peer) => {
  socket.send(`${cluster.worker.id}:${message}`, peer.port, peer.address);
});
socket.bind(0, '127.0.0.1');
