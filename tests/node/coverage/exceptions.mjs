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

/** What tests cover that are not merged yet: this list must be empty at the end. */
export const AWAITED = new Set([
  // With bandwidth estimation.
  ...keys(['WebRtcTransport', 'PlainTransport', 'PipeTransport', 'DirectTransport'], 'event', ['trace']),
  ...keys(['WebRtcTransport', 'PlainTransport', 'PipeTransport', 'DirectTransport'], 'observer event', ['trace']),
]);
