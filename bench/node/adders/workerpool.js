// A worker of workerpool's, which names the package by its place: it is not installed beside this.
'use strict';

const workerpool = require(process.env.WORKERPOOL);

workerpool.worker({ add: (left, right) => left + right });
