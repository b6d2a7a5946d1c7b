// Answers each visit with the store's number. It takes its time to begin.
const http = require('node:http');
const net = require('node:net');

const server = http.createServer((request, response) => {
  const store = net.connect(Number(process.env.STORE_PORT), '127.0.0.1');
  store.on('error', error => response.writeHead(503).end(`${error.message}\n`));
  store.once('data', number => {
    response.end(number);
    store.end();
  });
  store.write(request.method === 'POST' ? 'add\n' : 'get\n');
});

setTimeout(() => {
  server.listen(Number(process.env.PORT), '127.0.0.1', () => console.log('web listens'));
}, 400);
