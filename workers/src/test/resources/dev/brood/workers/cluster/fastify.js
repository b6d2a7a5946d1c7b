'use strict';
const cluster = require('node:cluster');
const fastify = require('fastify')();

fastify.get('/', async () => `fastify ${cluster.worker.id}`);
fastify.listen({ port: 0, host: '127.0.0.1' });
