// Listens on a socket, and has a lock file while it does. Answers what it has begun before it ends.
'use strict';
const fs = require('node:fs');
const http = require('node:http');

const server = http.createServer((request, response) => response.end('hello\n'));
server.listen(0, '127.0.0.1', () => fs.writeFileSync('web.lock', ''));
process.on('SIGTERM', () => server.close(() => fs.unlinkSync('web.lock')));
