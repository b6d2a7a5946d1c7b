'use strict';
const cluster = require('node:cluster');
const fs = require('node:fs');
const tls = require('node:tls');

const server = tls.createServer(
  { key: fs.readFileSync(process.argv[2]), cert: fs.readFileSync(process.argv[3]) },
  (socket) => {
    socket.end(`${cluster.worker.id} ${socket.isSessionReused()}`);
  },
);
server.listen(0, '127.0.0.1');
