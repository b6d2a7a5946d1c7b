// What a program in TypeScript may write, and what not: checked by its compiler, never run.
import { fork } from 'node:child_process';
import type { Server } from 'node:net';
import brood, { checkpoint, onRequest, peer, RUN_AGAIN, serve, request, ready, progress, RequestFailed, ChannelClosed, RequestTimeout } from 'brood';
import type { Peer, Delivery, Presence, Refusal, Request } from 'brood';

onRequest(async ({ body, from, handle }: Request<number[]>) => {
  const named: string | undefined = from;
  (handle as Server | undefined)?.close();
  return [named, body.reduce((a, b) => a + b, 0)];
});
onRequest(undefined);
await ready();
await serve(async (body: number[], { signal, from }) => {
  signal.throwIfAborted();
  return [body.length, from];
}, { concurrency: 2, health: () => 'fine' });
brood.onHealthCheck().onCheckpoint(() => {
  checkpoint.save(`${Number(checkpoint.load()) + 1}`);
  void brood.saved().then(() => process.exit(RUN_AGAIN));
});
await progress({ percent: 50, phase: 'loading' });
const answer: number = await request<number>({ a: 1 }, { timeout: 100, to: 'other' });
const child: Peer & { readonly connected: boolean } = peer(fork('x.js'));
if (child.connected) await child.send({ n: 1n, answer }, undefined, { keepOpen: true });
child
  .onDelivery((body, delivery: Delivery) => console.log(body, delivery.topic?.length))
  .onPresence(({ names, joined }: Presence) => console.log(names?.length, joined))
  .onRefused((refusal: Refusal) => console.log(refusal.error.message));
await brood.publish('t', 1);
await brood.subscribe('t.*', { group: 'g' });
try {
  await child.request();
} catch (e) {
  if (e instanceof RequestFailed) console.log(e.remoteName, e.message);
  else if (e instanceof RequestTimeout || e instanceof ChannelClosed) console.log(e.stack);
}
// @ts-expect-error a percentage is a number
await progress({ percent: 'half' });
// @ts-expect-error there is no such option
await request(1, { limit: 3 });
