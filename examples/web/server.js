// An ordinary HTTP server. It knows nothing of other workers, or of who has started it.
const http = require('node:http');

const name = process.env.INSTANCE ?? `process ${process.pid}`;
const version = process.env.VERSION ?? 'first';

const server = http.createServer((request, response) => {
  setTimeout(() => response.end(`${name} (${version})`), 5); // some work
});
server.maxRequestsPerSocket = 100; // so that a busy client does not hold this process for ever
server.listen(process.env.PORT ?? 8080, '127.0.0.1');
