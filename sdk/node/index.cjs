'use strict';

const fs = require('node:fs');

/*
 * What Node's own channel lacks. Every message is an ordinary one, as PROTOCOL.md of Brood's sdk
 * describes, so this file is a convenience: scripts work without it.
 *
 *   const brood = require('brood');
 *   brood.serve(async ({ a, b }) => a + b);
 */

const BACKLOG = 65536; // messages kept for a listener that comes later
const MAX_TIMEOUT = 0x7fffffff;
const DEFAULT_TIMEOUT = 30000;
const LOOK = 1000; // whether the channel has ended, in milliseconds
const TERMINATED = 128 + 15; // as a shell says that SIGTERM ended a program
const RUN_AGAIN = 85;

class RequestTimeout extends Error {
  constructor(milliseconds) {
    super(`no reply within ${milliseconds} ms`);
    this.name = 'RequestTimeout';
  }
}

class RequestFailed extends Error {
  constructor(error) {
    super(String(error.message ?? ''));
    this.name = 'RequestFailed';
    this.remoteName = error.name;
  }
}

class ChannelClosed extends Error {
  constructor() {
    super('the channel to the parent is closed');
    this.name = 'ChannelClosed';
  }
}

const isId = (id) => Number.isInteger(id) && id > 0;

function kindOf(message) {
  return typeof message === 'object' && message !== null && typeof message.brood === 'string'
    ? message.brood
    : undefined;
}

/** The additions for one end of a channel: `process`, or a ChildProcess of child_process.fork. */
class Peer {
  #end;
  #lastId = 0;
  #pending = new Map();
  #requestHandler;
  #healthCheck;
  #serving;
  #handlers = { message: [], presence: [], refused: [], checkpoint: [] };
  #backlog = [];
  #warned = false;
  #listening = false;
  #ends = new Set();
  #look;

  constructor(end) {
    this.#end = end;
  }

  get connected() {
    return Boolean(this.#end.connected);
  }

  /** Sends any message; resolves when it was written, rejects if it cannot be. */
  async send(message, handle, options) {
    if (!this.connected) throw new ChannelClosed();
    let over;
    try {
      await new Promise((resolve, reject) => {
        over = this.#atEnd(() => reject(new ChannelClosed()));
        this.#end.send(message, handle, options, (error) => (error ? reject(error) : resolve()));
      });
    } finally {
      over();
    }
  }

  ready() {
    return this.send({ brood: 'ready' });
  }

  beat() {
    return this.send({ brood: 'beat' });
  }

  progress({ percent, phase, message } = {}) {
    return this.send(defined({ brood: 'progress', percent, phase, message }));
  }

  /** Tells the parent that this program has saved itself, see checkpoint. */
  saved() {
    return this.send({ brood: 'checkpoint' });
  }

  /** Asks the other side, or through a broker the child named `to`; resolves with the reply. */
  request(body, { timeout = DEFAULT_TIMEOUT, to, handle } = {}) {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      const limit = Math.min(Math.max(1, Math.ceil(timeout)), MAX_TIMEOUT);
      const timer = setTimeout(() => this.#settle(id, new RequestTimeout(limit)), limit);
      const over = this.#atEnd(() => this.#settle(id, new ChannelClosed()));
      this.#pending.set(id, { resolve, reject, timer, over });
      this.#listen();
      this.send(defined({ brood: 'request', id, to, body: body ?? null, limit }), handle).catch(
        (error) => this.#settle(id, error),
      );
    });
  }

  /**
   * Answers requests: what the handler returns or resolves to is the reply, what it throws is the
   * error the asker sees. A second call replaces the handler; undefined removes it.
   */
  onRequest(handler) {
    this.#requestHandler = handler;
    this.#listen();
    return this;
  }

  /**
   * Answers the request "are you well?" with what the check returns or resolves to; what it throws
   * says "not well". Other requests are not touched by it.
   */
  onHealthCheck(check = () => 'ok') {
    this.#healthCheck = check;
    this.#listen();
    return this;
  }

  /** Calls the handler when the parent asks this program to save itself. */
  onCheckpoint(handler) {
    return this.#on('checkpoint', handler);
  }

  /**
   * Says ready and answers calls: `work` gets the value of a call, and {signal, from, handle}; what
   * it returns or resolves to is the answer, what it throws the caller is told. Up to `concurrency`
   * calls run at once (a pool's callsPerWorker), and each answer is written before the next call
   * begins. The signal is aborted when nobody wants the answer any more: the limit of the call is
   * over, the parent has disconnected, or SIGTERM has come, by which a pool ends a call that was
   * given up. After SIGTERM this program ends when the calls under way have cleaned up, unless it
   * has a listener for that of its own.
   *
   * Resolves when the parent has disconnected and the last call is over.
   */
  async serve(work, { concurrency = 1, health = () => 'ok' } = {}) {
    const calls = new Calls(concurrency, (message, handle, signal) => {
      const call = ({ body, from }) => work(body, { from, handle, signal });
      return this.#answer(message, handle, call);
    });
    this.#serving = calls;
    this.onHealthCheck(health);
    let over;
    const ended = new Promise((resolve) => (over = this.#atEnd(resolve)));
    const terminated = () => calls.stop().then(() => process.exit(TERMINATED));
    if (process.listenerCount('SIGTERM') === 0) process.once('SIGTERM', terminated);
    try {
      if (this.connected) {
        await this.ready().catch((error) => {
          if (this.connected) throw error;
        });
      }
      if (this.connected) await ended;
    } finally {
      over();
      process.off('SIGTERM', terminated);
      this.#serving = undefined;
      await calls.stop();
    }
  }

  /** Calls the handler with (body, {topic, from, broadcast, handle}) for what a broker delivers. */
  onDelivery(handler) {
    return this.#on('message', handler);
  }

  /** Calls the handler with {names}, {joined} or {left}, after presence() asked for it. */
  onPresence(handler) {
    return this.#on('presence', handler);
  }

  /** Calls the handler with {kind, error} when the broker refuses a message of ours. */
  onRefused(handler) {
    return this.#on('refused', handler);
  }

  publish(topic, body = null) {
    return this.send({ brood: 'publish', topic, body });
  }

  subscribe(pattern, { group } = {}) {
    return this.send(defined({ brood: 'subscribe', pattern, group }));
  }

  unsubscribe(pattern, { group } = {}) {
    return this.send(defined({ brood: 'unsubscribe', pattern, group }));
  }

  sendTo(name, body = null, handle = undefined) {
    return this.send({ brood: 'send', to: name, body }, handle);
  }

  broadcast(body = null) {
    return this.send({ brood: 'broadcast', body });
  }

  presence() {
    return this.send({ brood: 'presence' });
  }

  #on(kind, handler) {
    this.#handlers[kind].push(handler);
    this.#listen();
    return this;
  }

  /*
   * A listener keeps the process alive and makes Node deliver what it kept so far, so there is one
   * only while it is needed. What it gets before the program has a listener of its own is kept for
   * that one, as Node would have done.
   */
  #listen() {
    if (this.#listening) return;
    this.#listening = true;
    this.#end.prependListener('message', this.#receive); // it sees who else will get a message
    this.#end.off('newListener', this.#replay); // where messages are kept it is there still
    this.#end.on('newListener', this.#replay);
    this.#end.once('disconnect', this.#closed);
  }

  #relax() {
    const needed =
      this.#pending.size > 0 ||
      this.#requestHandler ||
      this.#healthCheck ||
      Object.values(this.#handlers).some((handlers) => handlers.length > 0);
    if (needed || !this.#listening) return;
    this.#listening = false;
    this.#end.off('message', this.#receive);
    this.#end.off('disconnect', this.#closed);
    if (this.#backlog.length === 0) this.#end.off('newListener', this.#replay);
  }

  #receive = (message, handle) => {
    if (this.#ours(message, handle)) return;
    this.#deliver(); // what came before it
    if (this.#others().length > 0) return; // the program sees it
    if (this.#backlog.length < BACKLOG) {
      this.#backlog.push([message, handle]);
    } else if (!this.#warned) {
      this.#warned = true;
      process.emitWarning(`brood: more than ${BACKLOG} messages and no listener; dropping`);
    }
  };

  #replay = (event, listener) => {
    if (event !== 'message' || listener === this.#receive || this.#backlog.length === 0) return;
    this.#listen(); // or what Node has read already would come first
    process.nextTick(() => {
      this.#deliver();
      this.#relax();
    });
  };

  /** Gives the program what was kept, as long as it listens: some listen for one message only. */
  #deliver() {
    while (this.#backlog.length > 0) {
      const others = this.#others();
      if (others.length === 0) return;
      const [message, handle] = this.#backlog.shift();
      for (const each of others) each.call(this.#end, message, handle);
    }
  }

  #others() {
    return this.#end.rawListeners('message').filter((each) => each !== this.#receive);
  }

  /** Whether the message is one of PROTOCOL.md that is asked for here. */
  #ours(message, handle) {
    switch (kindOf(message)) {
      case 'reply':
        if (!isId(message.id)) return false;
        release(handle); // the value is all that request() resolves with
        this.#settle(message.id, message.error && new RequestFailed(message.error), message.body);
        return true;
      case 'request':
        return isId(message.id) && this.#asked(message, handle);
      case 'checkpoint':
        return this.#tell('checkpoint');
      case 'message':
        return this.#tell('message', message.body ?? null, { ...rest(message), handle });
      case 'presence':
        return this.#tell('presence', { names: message.names });
      case 'joined':
      case 'left':
        return this.#tell('presence', { [message.brood]: message.name });
      case 'refused':
        return this.#tell('refused', { kind: message.kind, error: message.error });
      default:
        return false;
    }
  }

  #tell(kind, ...args) {
    for (const handler of this.#handlers[kind]) handler(...args);
    return this.#handlers[kind].length > 0;
  }

  /** Whether there is somebody here who answers. */
  #asked(message, handle) {
    if (this.#healthCheck && message.body?.type === 'health_check') {
      release(handle);
      this.#answer(message, undefined, () => this.#healthCheck());
    } else if (this.#serving) {
      if (!this.#serving.add(message, handle)) {
        release(handle);
        this.#answer(message, undefined, () => {
          throw new RangeError(`more than ${BACKLOG} calls wait`);
        });
      }
    } else if (this.#requestHandler) {
      this.#answer(message, handle, this.#requestHandler);
    } else {
      return false;
    }
    return true;
  }

  async #answer({ id, body = null, from }, handle, handler) {
    const reply = { brood: 'reply', id };
    try {
      reply.body = (await handler({ body, from, handle })) ?? null;
    } catch (error) {
      reply.error = { message: String(error?.message ?? error), name: error?.name ?? 'Error' };
    }
    try {
      await this.send(reply);
    } catch (error) {
      if (error instanceof ChannelClosed || !this.connected) return; // nobody left to tell
      const { message, name } = error; // a value that cannot be sent
      await this.send({ brood: 'reply', id, error: { message, name } }).catch(() => {});
    }
  }

  #settle(id, error, body) {
    const waiting = this.#pending.get(id);
    if (!waiting) return;
    this.#pending.delete(id);
    clearTimeout(waiting.timer);
    waiting.over();
    if (error) waiting.reject(error);
    else waiting.resolve(body ?? null);
    this.#relax();
  }

  /*
   * Calls `ended` at the end of the channel, unless what it returns is called before. Node does not
   * tell of an end that comes before a handle was acknowledged, nor answer what waited behind it.
   */
  #atEnd(ended) {
    this.#ends.add(ended);
    this.#look ??= setInterval(() => {
      if (!this.#end.channel) this.#closed();
      else if (this.#ends.size === 0) this.#lookAway();
    }, LOOK).unref();
    return () => this.#ends.delete(ended);
  }

  #lookAway() {
    clearInterval(this.#look);
    this.#look = undefined;
  }

  #closed = () => {
    this.#lookAway();
    const ends = [...this.#ends];
    this.#ends.clear();
    for (const ended of ends) ended();
  };
}

/** The calls of serve(): how many run, and which wait. */
class Calls {
  #concurrency;
  #answer;
  #waiting = [];
  #running = new Set();
  #stop = new AbortController();

  constructor(concurrency, answer) {
    this.#concurrency = concurrency;
    this.#answer = answer;
  }

  /** False: too many wait already. */
  add(message, handle) {
    if (this.#stop.signal.aborted) {
      release(handle); // begins no more
      return true;
    }
    if (this.#waiting.length >= BACKLOG) return false;
    this.#waiting.push([message, handle]);
    this.#next();
    return true;
  }

  /** Begins no more calls, aborts those under way, and resolves when they are over. */
  async stop() {
    for (const [, handle] of this.#waiting.splice(0)) release(handle);
    this.#stop.abort();
    await Promise.all(this.#running);
  }

  #next() {
    while (this.#running.size < this.#concurrency && this.#waiting.length > 0) {
      const [message, handle] = this.#waiting.shift();
      const call = this.#answer(message, handle, this.#signal(message.limit)).finally(() => {
        this.#running.delete(call);
        if (!this.#stop.signal.aborted) this.#next();
      });
      this.#running.add(call);
    }
  }

  #signal(limit) {
    return limit > 0
      ? AbortSignal.any([this.#stop.signal, AbortSignal.timeout(Math.min(limit, MAX_TIMEOUT))])
      : this.#stop.signal;
  }
}

/** Where a program saves itself, to go on from there when it is started again. */
const checkpoint = {
  /** The path that the parent has given in BROOD_CHECKPOINT; undefined: it has given none. */
  get path() {
    return process.env.BROOD_CHECKPOINT || undefined;
  },

  /** What was saved last, a Buffer; undefined at a start from the beginning. */
  load() {
    try {
      const data = fs.readFileSync(pathOf(this));
      return data.length > 0 ? data : undefined;
    } catch (error) {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    }
  },

  /** Saves text or bytes: in another file beside the path, renamed to it when it is on disk. */
  save(data) {
    if (data.length === 0) throw new RangeError('an empty checkpoint');
    const path = pathOf(this);
    const beside = `${path}.new-${process.pid}`;
    try {
      const file = fs.openSync(beside, 'w');
      try {
        fs.writeFileSync(file, data);
        fs.fsyncSync(file);
      } finally {
        fs.closeSync(file);
      }
      fs.renameSync(beside, path);
    } catch (error) {
      fs.rmSync(beside, { force: true });
      throw error;
    }
  },
};

function pathOf({ path }) {
  if (path === undefined) throw new Error('the parent has given no BROOD_CHECKPOINT');
  return path;
}

/** Closes what came with a message and nobody gets. */
function release(handle) {
  if (!handle) return;
  if (typeof handle.destroy === 'function') handle.destroy();
  else handle.close();
}

function rest({ topic, from, broadcast }) {
  return defined({ topic, from, broadcast });
}

/** Without the keys whose value is undefined: mode advanced would send those. */
function defined(object) {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}

const peers = new WeakMap();

/** The additions for `process` or for a child that was forked; the same object every time. */
function peer(end = process) {
  if (!peers.has(end)) peers.set(end, new Peer(end));
  return peers.get(end);
}

const parent = peer();
const bound = {};
for (const name of Object.getOwnPropertyNames(Peer.prototype)) {
  const { value } = Object.getOwnPropertyDescriptor(Peer.prototype, name);
  if (name !== 'constructor' && typeof value === 'function') bound[name] = value.bind(parent);
}

module.exports = {
  ...bound,
  peer,
  checkpoint,
  RUN_AGAIN,
  RequestTimeout,
  RequestFailed,
  ChannelClosed,
};
