// An ordinary script: nothing in it knows of Brood.
const net = require('net');
const dgram = require('dgram');
process.on('message', (message, handle) => {
  if (handle instanceof net.Server) {
    handle.on('connection', (socket) => socket.end('served by ' + process.pid));
    process.send({ listening: handle.address().port });
  } else if (handle instanceof net.Socket) {
    handle.end('continued with ' + message);
    handle.on('close', () => process.send('closed'));
  } else if (handle instanceof dgram.Socket) {
    handle.on('message', (text, from) => handle.send('got ' + text, from.port, from.address));
    process.send('bound ' + handle.address().port);
  } else if (message === 'give server') {
    const server = net.createServer().listen(0, '127.0.0.1', () => process.send('server', server));
  } else if (message === 'give socket') {
    const server = net.createServer({ pauseOnConnect: true }, (socket) => {
      process.send('socket', socket);
      server.close();
    });
    server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
  } else if (message === 'give datagram') {
    const socket = dgram.createSocket('udp4');
    socket.bind(0, '127.0.0.1', () => process.send({ port: socket.address().port }, socket));
  } else if (message === 'environment') {
    process.send(Object.keys(process.env).filter((name) => /^NODE_(CHANNEL|UNIQUE)/.test(name)));
  } else if (message === 'leave') {
    process.disconnect();
  } else if (message && message.brood === 'request') {
    process.send({ brood: 'reply', id: message.id, body: { echo: message.body } });
  } else {
    process.send({ echo: message });
  }
});
