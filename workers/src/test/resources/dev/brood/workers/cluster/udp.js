'use strict';
const cluster = require('node:cluster');
const dgram = require('node:dgram');

const socket = dgram.createSocket('udp4');
socket.on('message', (message, peer) => {
  socket.send(`${cluster.worker.id}:${message}`, peer.port, peer.address);
});
socket.bind(process.argv[2] ? JSON.parse(process.argv[2]) : { port: 0, address: '127.0.0.1' });
