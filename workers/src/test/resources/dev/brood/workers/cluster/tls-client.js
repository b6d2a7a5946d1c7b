'use strict';
// Connects again and again with the session of its first connection; prints what the servers say.
const tls = require('node:tls');

const [port, count] = process.argv.slice(2).map(Number);
let session;

function connect(left) {
  if (left === 0) {
    return;
  }
  let text = '';
  const options = { host: '127.0.0.1', port, session, rejectUnauthorized: false };
  const socket = tls.connect({ ...options, maxVersion: 'TLSv1.2' });
  socket.on('session', (ticket) => {
    session ??= ticket;
  });
  socket.on('data', (chunk) => {
    text += chunk;
  });
  socket.on('error', (error) => {
    console.log(`error ${error.message}`);
  });
  socket.on('close', () => {
    console.log(text);
    connect(left - 1);
  });
}

connect(count);
