// Takes twelve orders, asks the till for the bill when all are cooked, and closes. Nobody
// acknowledges what is published: an order whose meal does not come is given again.
'use strict';
const DISHES = ['soup', 'pizza', 'pasta'];
const ORDERS = 12;
const AGAIN_MILLISECONDS = 500;

const waiting = new Map();
for (let id = 1; id <= ORDERS; id += 1) {
  waiting.set(id, DISHES[id % DISHES.length]);
}

function order() {
  for (const [id, dish] of waiting) {
    process.send({ brood: 'publish', topic: `orders.${dish}`, body: { id, dish } });
  }
}

process.on('message', (message) => {
  if (message.brood === 'message') { // a meal; one that was cooked twice counts once
    if (waiting.delete(message.body.id) && waiting.size === 0) {
      clearInterval(timer);
      process.send({ brood: 'request', id: 1, to: 'till', body: { meals: ORDERS } });
    }
  } else if (message.brood === 'reply') {
    const body = { meals: ORDERS, bill: message.body };
    process.send({ brood: 'publish', topic: 'shop.closed', body }, () => process.disconnect());
  }
});
process.send({ brood: 'subscribe', pattern: 'meals.*' });
const timer = setInterval(order, AGAIN_MILLISECONDS);
order();
