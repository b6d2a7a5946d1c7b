process.on('message', (message, handle) => {
  if (message === 'serve') {
    handle.on('connection', (socket) => socket.end('served by the child'));
  } else {
    handle.end('taken over by the child');
  }
  process.send('done');
});
