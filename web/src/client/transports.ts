import type { types as ms } from 'mediasoup-client';
import type { Params } from '../settings/params';
import type { SctpCapabilities } from '../signalling/messages';
import type { Signalling } from '../signalling/Signalling';
import type { Store } from '../state/store';
import { knowsRed, openWithRed, parametersWithRed, type Red } from './red';

export type Direction = 'send' | 'recv';

/** mediasoup-client no longer names these itself; every browser supports them. */
export const SCTP: SctpCapabilities = { numStreams: { OS: 1024, MIS: 1024 } };

/** Rising waits longer for a path that recovers by itself before ICE is restarted. */
const PATIENCE_MS = 4000;

/** Restarts in a row before giving up on this path; a connection in between resets the count. */
const MAX_RESTARTS = 3;

interface Options {
  store: Store;
  params: Params;
  signalling: Signalling;
  device: ms.Device;
  direction: Direction;
}

/** A transport that is wired to the signalling and tries to repair its own path. */
export async function openTransport(options: Options): Promise<ms.Transport> {
  const { params, signalling, device, direction } = options;
  const offer = await signalling.request('createWebRtcTransport', {
    forceTcp: params.forceTcp,
    producing: direction === 'send',
    consuming: direction === 'recv',
    sctpCapabilities: params.datachannel ? SCTP : undefined,
  });
  const { id, iceParameters, iceCandidates, sctpParameters } = offer;
  // `auto` leaves the role to the browser, which then starts the handshake.
  const dtlsParameters: ms.DtlsParameters = { ...offer.dtlsParameters, role: 'auto' };
  const settings = { id, iceParameters, iceCandidates, dtlsParameters, sctpParameters };
  if (direction === 'recv') return wired(device.createRecvTransport(settings), options);
  const open = () => device.createSendTransport(settings);
  if (!params.audioRed || !knowsRed(device.sendRtpCapabilities)) return wired(open(), options);
  const { opened, redOf } = openWithRed(open);
  return wired(opened, options, redOf);
}

/** `redOf` tells which RED is sent in a section, if any. */
function wired(
  transport: ms.Transport,
  options: Options,
  redOf: (mid: string) => Red | null = () => null,
): ms.Transport {
  answerRequests(transport, options.signalling, redOf);
  keepPath(transport, options);
  return transport;
}

export async function restartIce(transport: ms.Transport, signalling: Signalling): Promise<void> {
  const iceParameters = await signalling.request('restartIce', { transportId: transport.id });
  await transport.restartIce({ iceParameters });
}

function answerRequests(
  transport: ms.Transport,
  signalling: Signalling,
  redOf: (mid: string) => Red | null,
): void {
  const transportId = transport.id;
  transport.on('connect', ({ dtlsParameters }, done, fail) => {
    const data = { transportId, dtlsParameters };
    signalling.request('connectWebRtcTransport', data).then(() => done(), fail);
  });
  transport.on('produce', ({ kind, rtpParameters: plain, appData }, done, fail) => {
    const red = redOf(plain.mid ?? '');
    const rtpParameters = red === null ? plain : parametersWithRed(plain, red);
    const data = { transportId, kind, rtpParameters, appData };
    signalling.request('produce', data).then(done, fail);
  });
  transport.on('producedata', (asked, done, fail) => {
    const { sctpStreamParameters, label = '', protocol = '', appData } = asked;
    const data = { transportId, sctpStreamParameters, label, protocol, appData };
    signalling.request('produceData', data).then(done, fail);
  });
}

/** Reports the state of the path and restarts ICE when it stays broken. */
function keepPath(transport: ms.Transport, { store, signalling, direction }: Options): void {
  let restarts = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const repair = () => {
    if (transport.closed || ++restarts > MAX_RESTARTS) return;
    restartIce(transport, signalling).catch(() => undefined);
  };
  transport.on('connectionstatechange', (state) => {
    clearTimeout(timer);
    store.setState(({ path }) => ({ path: { ...path, [direction]: state } }));
    if (state === 'connected') restarts = 0;
    if (state === 'failed') repair();
    if (state === 'disconnected') timer = setTimeout(repair, PATIENCE_MS);
  });
  transport.observer.once('close', () => clearTimeout(timer));
  store.setState(({ path }) => ({ path: { ...path, [direction]: transport.connectionState } }));
}
