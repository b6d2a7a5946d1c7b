import type { ChildProcess, SendHandle } from 'node:child_process';

/** What a message can be: JSON, or more with `serialization: 'advanced'`. */
export type Value = unknown;

export interface Progress {
  /** From 0 to 100. */
  percent?: number;
  phase?: string;
  message?: string;
}

export interface RequestOptions {
  /** Milliseconds; default 30,000. */
  timeout?: number;
  /** Through a broker: the name of the child to ask. Default: the parent. */
  to?: string;
  handle?: SendHandle;
}

export interface Request<T = any> {
  body: T;
  /** The name of the child that asks, if it asks through a broker. */
  from?: string;
  handle?: SendHandle;
}

/** What a call of serve() comes with, besides its value. */
export interface Call {
  /** Aborted when nobody wants the answer any more. */
  signal: AbortSignal;
  from?: string;
  handle?: SendHandle;
}

export interface ServeOptions {
  /** How many calls run at once; default 1. */
  concurrency?: number;
  /** Answers health checks; what it throws says "not well". Default: "ok". */
  health?: () => Value | Promise<Value>;
}

export interface Delivery {
  /** Present if the message was published. */
  topic?: string;
  /** The name of the sender; absent if it is the parent's own program. */
  from?: string;
  /** True if it went to everybody. */
  broadcast?: boolean;
  handle?: SendHandle;
}

/** One of the three: everybody who is here, who came, who went. */
export interface Presence {
  names?: string[];
  joined?: string;
  left?: string;
}

export interface Refusal {
  kind: string;
  error: { message: string; name?: string };
}

export interface Peer {
  /** Sends any message; resolves when it was written. Rejects with ChannelClosed among others. */
  send(message: Value, handle?: SendHandle, options?: { keepOpen?: boolean }): Promise<void>;
  /** Tells the parent that this program came up. */
  ready(): Promise<void>;
  /** Tells the parent that this program is alive. */
  beat(): Promise<void>;
  progress(progress: Progress): Promise<void>;
  /** Tells the parent that this program has saved itself. */
  saved(): Promise<void>;
  /** Rejects with RequestTimeout, RequestFailed or ChannelClosed. */
  request<T = any>(body?: Value, options?: RequestOptions): Promise<T>;
  /** What the handler returns is the reply, what it throws the error the asker sees. */
  onRequest(handler: ((request: Request) => Value | Promise<Value>) | undefined): Peer;
  /** Answers the request "are you well?", and no other. */
  onHealthCheck(check?: () => Value | Promise<Value>): Peer;
  /** Calls the handler when the parent asks this program to save itself. */
  onCheckpoint(handler: () => void): Peer;
  /** Says ready and answers calls; resolves when the parent has disconnected. */
  serve<T = any>(
    work: (body: T, call: Call) => Value | Promise<Value>,
    options?: ServeOptions,
  ): Promise<void>;
  /** What arrives through a broker: published, sent by name, or broadcast. */
  onDelivery(handler: (body: any, delivery: Delivery) => void): Peer;
  onPresence(handler: (presence: Presence) => void): Peer;
  onRefused(handler: (refusal: Refusal) => void): Peer;
  publish(topic: string, body?: Value): Promise<void>;
  subscribe(pattern: string, options?: { group?: string }): Promise<void>;
  unsubscribe(pattern: string, options?: { group?: string }): Promise<void>;
  sendTo(name: string, body?: Value, handle?: SendHandle): Promise<void>;
  broadcast(body?: Value): Promise<void>;
  /** Asks who is here; the answer and later changes come to onPresence. */
  presence(): Promise<void>;
}

/** The same for `process` (the default) or for a child made with fork. */
export function peer(end?: NodeJS.Process | ChildProcess): Peer & { readonly connected: boolean };

/** Where this program saves itself: BROOD_CHECKPOINT. */
export const checkpoint: {
  readonly path: string | undefined;
  /** What was saved last; undefined at a start from the beginning. */
  load(): Buffer | undefined;
  /** Whole and on disk, or not there at all. */
  save(data: string | Uint8Array): void;
};
/** The exit code that says: I have saved myself, run me again. */
export const RUN_AGAIN: 85;

export const send: Peer['send'];
export const ready: Peer['ready'];
export const beat: Peer['beat'];
export const progress: Peer['progress'];
export const request: Peer['request'];
export const saved: Peer['saved'];
export const onRequest: Peer['onRequest'];
export const onHealthCheck: Peer['onHealthCheck'];
export const onCheckpoint: Peer['onCheckpoint'];
export const serve: Peer['serve'];
export const onDelivery: Peer['onDelivery'];
export const onPresence: Peer['onPresence'];
export const onRefused: Peer['onRefused'];
export const publish: Peer['publish'];
export const subscribe: Peer['subscribe'];
export const unsubscribe: Peer['unsubscribe'];
export const sendTo: Peer['sendTo'];
export const broadcast: Peer['broadcast'];
export const presence: Peer['presence'];

export class RequestTimeout extends Error {}
export class RequestFailed extends Error {
  /** The class of the error on the other side. */
  readonly remoteName?: string;
}
export class ChannelClosed extends Error {}
