import brood from './index.cjs';

export const {
  send,
  ready,
  beat,
  progress,
  request,
  onRequest,
  onDelivery,
  onPresence,
  onRefused,
  publish,
  subscribe,
  unsubscribe,
  sendTo,
  broadcast,
  presence,
  peer,
  RequestTimeout,
  RequestFailed,
  ChannelClosed,
} = brood;
export default brood;
