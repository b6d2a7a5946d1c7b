'use strict';
const cluster = require('node:cluster');
const express = require('express');

const app = express();
app.get('/', (request, response) => {
  response.send(`express ${cluster.worker.id}`);
});
app.listen(0, '127.0.0.1');
