// The child of the measures of messages: says that it is there, then follows orders: {trip: n} sends the
// next n messages back, {flow: n} receives n and answers once.
'use strict';

let left = 0;
let echo = false;

process.on('message', (message) => {
  if (left === 0) {
    echo = message.trip > 0;
    left = message.trip || message.flow;
    return;
  }
  left--;
  if (echo) process.send(message);
  else if (left === 0) process.send('end');
});
process.on('disconnect', () => process.exit());
process.send('ready');
