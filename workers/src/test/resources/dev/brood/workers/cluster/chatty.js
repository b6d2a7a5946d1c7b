'use strict';
const count = Number(process.argv[2]);
for (let i = 0; i < count; i++) {
  process.send(i);
}
process.send('done');
process.on('message', () => {});
