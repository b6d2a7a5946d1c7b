// A member of the chat in Node, by ordinary messages: process.send and process.on('message').
const say = (text, then) =>
  process.send({ brood: 'publish', topic: 'chat.room', body: text }, then);

process.on('message', (message) => {
  switch (message.brood) {
    case 'message': // somebody says something
      hear(message.body);
      break;
    case 'request': // somebody asks me
      process.send({ brood: 'reply', id: message.id, body: 9 });
      break;
    default: // the host lets me in
      process.send({ brood: 'subscribe', pattern: 'chat.*' });
      process.send('ready');
  }
});

function hear(text) {
  if (text.startsWith('Here are')) {
    say('Let us eat. Pizza?');
  } else if (text === 'Soup.') {
    process.send({ brood: 'send', to: 'paul', body: 'pizza tomorrow?' }); // only he gets it
  } else if (text.startsWith('nina whispers')) {
    say('That was a secret. Bye!', () => process.disconnect());
  }
}
