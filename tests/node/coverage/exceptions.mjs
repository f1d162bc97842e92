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
  ...each(
    'what a pipe or the own process takes is not estimated, as with the original',
    keys(['PipeTransport', 'DirectTransport'], 'event', ['trace']),
  ),
  ...each(
    'what a pipe or the own process takes is not estimated, as with the original',
    keys(['PipeTransport', 'DirectTransport'], 'observer event', ['trace']),
  ),
  ...each('declared, but the library never tells it', ['DirectTransport observer event rtcp']),
]);
