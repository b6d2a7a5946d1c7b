'use strict';

/*
 * What Node's own channel lacks. Every message is an ordinary one, as PROTOCOL.md of Brood's sdk
 * describes, so this file is a convenience: scripts work without it.
 *
 *   const brood = require('brood');
 *   brood.onRequest(async ({ body }) => body.a + body.b);
 *   brood.ready();
 */

const BACKLOG = 65536; // messages kept for a listener that comes later
const MAX_TIMEOUT = 0x7fffffff;
const DEFAULT_TIMEOUT = 30000;

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
  #handlers = { message: [], presence: [], refused: [] };
  #backlog = [];
  #warned = false;
  #listening = false;

  constructor(end) {
    this.#end = end;
  }

  get connected() {
    return Boolean(this.#end.connected);
  }

  /** Sends any message; resolves when it was written, rejects if it cannot be. */
  send(message, handle, options) {
    return new Promise((resolve, reject) => {
      if (!this.connected) {
        reject(new ChannelClosed());
        return;
      }
      this.#end.send(message, handle, options, (error) => (error ? reject(error) : resolve()));
    });
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

  /** Asks the other side, or through a broker the child named `to`; resolves with the reply. */
  request(body, { timeout = DEFAULT_TIMEOUT, to, handle } = {}) {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      const limit = Math.min(Math.max(1, Math.ceil(timeout)), MAX_TIMEOUT);
      const timer = setTimeout(() => this.#settle(id, new RequestTimeout(limit)), limit);
      this.#pending.set(id, { resolve, reject, timer });
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
    this.#end.on('message', this.#receive);
    this.#end.on('newListener', this.#replay);
    this.#end.once('disconnect', this.#closed);
  }

  #relax() {
    const needed =
      this.#pending.size > 0 ||
      this.#requestHandler ||
      Object.values(this.#handlers).some((handlers) => handlers.length > 0);
    if (needed || !this.#listening) return;
    this.#listening = false;
    this.#end.off('message', this.#receive);
    this.#end.off('disconnect', this.#closed);
    if (this.#backlog.length === 0) this.#end.off('newListener', this.#replay);
  }

  #receive = (message, handle) => {
    if (this.#ours(message, handle)) return;
    if (this.#end.listenerCount('message') > 1) return; // the program has seen it
    if (this.#backlog.length < BACKLOG) {
      this.#backlog.push([message, handle]);
    } else if (!this.#warned) {
      this.#warned = true;
      process.emitWarning(`brood: more than ${BACKLOG} messages and no listener; dropping`);
    }
  };

  #replay = (event, listener) => {
    if (event !== 'message' || listener === this.#receive || this.#backlog.length === 0) return;
    process.nextTick(() => {
      const kept = this.#backlog.splice(0);
      for (const [message, handle] of kept) {
        for (const each of this.#end.listeners('message')) {
          if (each !== this.#receive) each.call(this.#end, message, handle);
        }
      }
      if (!this.#listening) this.#end.off('newListener', this.#replay);
    });
  };

  /** Whether the message is one of PROTOCOL.md that is asked for here. */
  #ours(message, handle) {
    switch (kindOf(message)) {
      case 'reply':
        if (!isId(message.id)) return false;
        this.#settle(message.id, message.error && new RequestFailed(message.error), message.body);
        return true;
      case 'request':
        if (!isId(message.id) || !this.#requestHandler) return false;
        this.#answer(message, handle);
        return true;
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

  async #answer({ id, body = null, from }, handle) {
    const reply = { brood: 'reply', id };
    try {
      reply.body = (await this.#requestHandler({ body, from, handle })) ?? null;
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
    if (error) waiting.reject(error);
    else waiting.resolve(body ?? null);
    this.#relax();
  }

  #closed = () => {
    for (const id of [...this.#pending.keys()]) this.#settle(id, new ChannelClosed());
  };
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

module.exports = { ...bound, peer, RequestTimeout, RequestFailed, ChannelClosed };
