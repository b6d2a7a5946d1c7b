'use strict';
// Listens on what its arguments say, one after the other, and reports how that went.
const cluster = require('node:cluster');
const http = require('node:http');

const wishes = process.argv.slice(2).map((wish) => JSON.parse(wish));
const reports = [];

function next() {
  const wish = wishes.shift();
  if (!wish) {
    process.send(reports);
    return;
  }
  const server = http.createServer((request, response) => {
    response.end(`${cluster.worker.id} ${reports.length}`);
  });
  server.on('error', (error) => {
    reports.push({ code: error.code, errno: error.errno, syscall: error.syscall });
    next();
  });
  server.listen(wish, () => {
    reports.push(server.address());
    next();
  });
}

next();
process.on('message', () => {});
