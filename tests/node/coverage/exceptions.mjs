// What no test of this suite covers, and why.

const keys = (owners, kind, members) =>
  owners.flatMap(owner => members.map(member => `${owner} ${kind} ${member}`));

const each = (reason, names) => names.map(key => [key, reason]);

/** What cannot be covered at all, each with the reason. */
export const EXCEPTIONS = new Map([
  ...each(
    'only transports with a WebRTC server can lose it',
    keys(['PlainTransport', 'PipeTransport', 'DirectTransport'], 'event', ['listenserverclose']),
  ),
  ...each('declared, but the library never tells it', ['DirectTransport observer event rtcp']),
]);

const PIPE = 'PipeTransport';
const TRACED = ['WebRtcTransport', 'PlainTransport', 'PipeTransport', 'DirectTransport', 'Producer', 'Consumer'];

/** What tests cover that are not merged yet: this list must be empty at the end. */
export const AWAITED = new Set([
  // pipe.test.mjs
  'Router method pipeToRouter',
  ...keys([PIPE], 'getter', ['type', 'observer', 'tuple', 'sctpParameters', 'sctpState', 'sctpNegotiatedCapabilities']),
  ...keys([PIPE], 'getter', ['srtpParameters', 'id', 'closed', 'appData']),
  ...keys([PIPE], 'setter', ['appData']),
  ...keys([PIPE], 'method', ['dump', 'getStats', 'connect', 'consume', 'close', 'produce', 'produceData', 'consumeData']),
  ...keys([PIPE], 'method', ['setMaxIncomingBitrate', 'setMaxOutgoingBitrate', 'setMinOutgoingBitrate']),
  ...keys([PIPE], 'event', ['routerclose', 'sctpstatechange']),
  ...keys([PIPE], 'observer event', ['close', 'newproducer', 'newconsumer', 'newdataproducer', 'newdataconsumer']),
  ...keys([PIPE], 'observer event', ['sctpstatechange']),
  // trace.test.mjs
  ...keys(TRACED, 'event', ['trace']),
  ...keys(TRACED, 'observer event', ['trace']),
  ...keys(['PlainTransport', 'PipeTransport', 'DirectTransport', 'Producer'], 'method', ['enableTraceEvent']),
]);
