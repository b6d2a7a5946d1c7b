// The same for a program of CommonJS.
import brood = require('brood');
brood.onRequest(({ body }) => body.a + body.b);
void brood.ready();
void brood.peer(process).sendTo('x', 1);
