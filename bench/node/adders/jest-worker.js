// A worker of jest-worker's.
'use strict';

exports.add = (left, right) => left + right;
