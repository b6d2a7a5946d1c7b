// A worker of Brood's pool.
'use strict';

const brood = require('../../../sdk/node/index.cjs');

brood.onRequest(({ body }) => body.left + body.right);
brood.ready();
