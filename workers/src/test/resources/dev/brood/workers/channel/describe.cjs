'use strict';
const net = require('node:net');

// Says in its own words what has arrived, and sends it back. JsShape.java says the same of a value
// in Java; a seeded stream of values goes both ways.

function describe(root) {
  const seen = new Map();
  let text = '';

  function quoted(string) {
    let out = '"';
    for (let i = 0; i < string.length; i++) {
      const c = string.charCodeAt(i);
      out += c < 127 ? string[i] : '\\u' + c.toString(16).padStart(4, '0');
    }
    return out + '"';
  }

  function pairs(object, keys) {
    text += '(';
    for (const key of keys) {
      text += quoted(key) + ':';
      add(object[key]);
    }
    text += ')';
  }

  function view(name, bytes) {
    text += name + ' ' + Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
  }

  function add(value) {
    if (value === null || typeof value !== 'object') {
      if (typeof value === 'string') text += quoted(value);
      else if (typeof value === 'bigint') text += value + 'n';
      else text += Object.is(value, -0) ? '-0' : String(value);
    } else if (seen.has(value)) {
      text += '^' + seen.get(value);
    } else {
      seen.set(value, seen.size);
      object(value);
    }
    text += ' ';
  }

  function object(value) {
    if (Array.isArray(value)) {
      text += 'array' + value.length;
      pairs(value, Object.keys(value));
    } else if (value instanceof Map) {
      text += 'Map(';
      for (const [key, part] of value) {
        add(key);
        add(part);
      }
      text += ')';
    } else if (value instanceof Set) {
      text += 'Set(';
      for (const part of value) add(part);
      text += ')';
    } else if (value instanceof Date) {
      text += 'Date ' + value.getTime();
    } else if (value instanceof RegExp) {
      text += 'RegExp ' + quoted(value.source) + value.flags;
    } else if (value instanceof Error) {
      text += value.constructor.name + '(' + quoted(value.message) + quoted(String(value.stack));
      if (Object.hasOwn(value, 'cause')) add(value.cause);
      text += ')';
    } else if (value instanceof ArrayBuffer) {
      text += 'ArrayBuffer ' + Buffer.from(value).toString('hex');
      if (value.resizable) text += ' of ' + value.maxByteLength;
    } else if (ArrayBuffer.isView(value)) {
      view(value.constructor.name, value);
    } else if ([Boolean, Number, BigInt, String].includes(value.constructor)) {
      text += 'Boxed ';
      add(value.valueOf());
    } else {
      text += 'object';
      pairs(value, Object.keys(value));
    }
  }

  add(root);
  return text;
}

class Point {
  constructor() {
    this.x = 1;
  }
}

/** What is neither data nor a typed array travels by its own properties. */
function nativeObject() {
  const socket = net.connect(1, '127.0.0.1');
  socket.on('error', () => {});
  return Object.assign(socket._handle, { mine: [1] });
}

function made() {
  const circle = { list: [] };
  circle.list.push(circle, new Map([[circle, new Set([circle])]]));
  const match = /b(?<name>.)/.exec('abc');
  const withHoles = [1, , 3];
  withHoles.more = 'x';
  const long = [];
  long[4294967294 - 1] = 1;
  const caused = new RangeError('outer', { cause: new TypeError('inner') });
  const plain = new Error('a');
  delete plain.stack;
  const same = Buffer.from('same');
  const wide = new Uint16Array([1, 2, 3]);
  return [
    undefined, null, true, 0, -1, 2147483648, -0, NaN, 0.1, 5e-324, 1e21, 10n, -(2n ** 200n),
    'é', '漢字', '\ud800', 'a'.repeat(300), '漢'.repeat(200), {}, [], [[]], new Point(),
    { 1: 'x', b: 2, '-1': 0, 4294967294: 1, 4294967295: 2, 1.5: 3, __x: undefined },
    circle, [circle, circle], match, withHoles, long, new Array(5), [1.5, 2], [undefined, null],
    new Date(0), new Date(-1), new Date(NaN), new Date(8.64e15), /a/, /[/]漢/giu, caused,
    new EvalError('e'), new SyntaxError('s'), new URIError('u'), new ReferenceError('r'), plain,
    nativeObject(), [nativeObject(), plain, plain],
    Object(true), Object(false), Object(1), Object(-0), Object(10n), Object('s'), Object('漢'),
    same, [same, same], Buffer.alloc(0), new Uint8Array([1, 2]), new Int8Array([-1]),
    new Uint8ClampedArray([300]), new Int16Array([-2]), wide, wide.subarray(1),
    new Int32Array([-3]), new Uint32Array([4]), new Float32Array([1.5, NaN]),
    new Float64Array([-0, 0.1]), new BigInt64Array([-5n]), new BigUint64Array([6n]),
    new DataView(new ArrayBuffer(3), 1), new Uint8Array([7]).buffer,
    new ArrayBuffer(2, { maxByteLength: 8 }),
    new Map([[1, 'a'], ['1', 'b'], [NaN, 0], [{}, {}]]), new Set([1, 1n, '1', null]),
    { m: new Map([[[], new Set()]]) }, [same.buffer.constructor.name, new Float64Array(0)],
  ];
}

process.on('message', (message) => {
  if (message === 'made') {
    for (const value of made()) process.send({ text: describe(value), value });
    process.send('done');
  } else {
    process.send({ text: describe(message), value: message });
  }
});
