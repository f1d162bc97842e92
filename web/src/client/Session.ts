import type { types as ms } from 'mediasoup-client';
import type { Params } from '../settings/params';
import type { PeerDevice, ServerNotification, ServerRequest } from '../signalling/messages';
import { Refusal, type Signalling } from '../signalling/Signalling';
import type { Store } from '../state/store';
import { addPeer, addToast, removePeer, renamePeer, setPeers } from '../state/updates';
import { peerOf } from '../state/updates';
import { DataChannels } from './DataChannels';
import { MediaIn } from './MediaIn';
import { MediaOut, type Slot } from './MediaOut';
import { openTransport, restartIce, SCTP, type Direction } from './transports';

export interface SessionOptions {
  store: Store;
  params: Params;
  signalling: Signalling;
  createDevice: () => Promise<ms.Device>;
  describeDevice: () => PeerDevice;
  onSendFailure: (slot: Slot, error: unknown) => void;
}

/**
 * One stay in the room over one open socket. It is made when the socket opens and thrown away when
 * the socket is lost; nothing of it is used again.
 */
export class Session {
  readonly data: DataChannels;
  readonly #options: SessionOptions;
  readonly #transports = new Map<Direction, ms.Transport>();
  #out: MediaOut | null = null;
  #in: MediaIn | null = null;
  #closed = false;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.data = new DataChannels(options.store);
  }

  get transports(): ReadonlyMap<Direction, ms.Transport> {
    return this.#transports;
  }

  get producers(): ReadonlyMap<Slot, ms.Producer> {
    return this.#out?.producers ?? new Map<Slot, ms.Producer>();
  }

  get consumers(): ReadonlyMap<string, ms.Consumer> {
    return this.#in?.consumers ?? new Map<string, ms.Consumer>();
  }

  /** For what has no better place, such as statistics. */
  get signalling(): Signalling {
    return this.#options.signalling;
  }

  get media(): MediaIn | null {
    return this.#in;
  }

  /** Joins the room; media and data follow by themselves. */
  async start(): Promise<void> {
    const { params, signalling, store } = this.#options;
    const device = await this.#loadDevice();
    const send = params.produce ? await this.#open('send', device) : null;
    const recv = params.consume ? await this.#open('recv', device) : null;
    if (recv !== null) this.#in = new MediaIn(store, signalling, recv);
    await this.#join(device, recv !== null);
    if (send !== null) this.#startSending(device, send);
  }

  async restartIce(): Promise<void> {
    for (const transport of this.#transports.values()) {
      await restartIce(transport, this.#options.signalling);
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.data.close();
    this.#out?.close();
    this.#in?.close();
    for (const transport of this.#transports.values()) transport.close();
  }

  /** Rejects to refuse. */
  async request(request: ServerRequest): Promise<void> {
    switch (request.method) {
      case 'newConsumer':
        if (this.#in === null) throw new Refusal(403, 'I do not want to consume');
        return this.#in.add(request.data);
      case 'newDataConsumer': {
        const recv = this.#transports.get('recv');
        if (recv === undefined) throw new Refusal(403, 'I do not want to data consume');
        if (!this.#options.params.datachannel) throw new Refusal(403, 'I do not want DataChannels');
        return this.data.add(recv, request.data);
      }
      default:
        throw new Refusal(500, 'unknown request.method');
    }
  }

  notification(note: ServerNotification): void {
    switch (note.method) {
      case 'newPeer':
      case 'peerClosed':
      case 'peerDisplayNameChanged':
      case 'activeSpeaker':
        return this.#peerNotification(note);
      case 'consumerClosed':
        return this.#in?.remove(note.data.consumerId);
      case 'consumerPaused':
        return this.#in?.change(note.data.consumerId, { producerPaused: true });
      case 'consumerResumed':
        return this.#in?.change(note.data.consumerId, { producerPaused: false });
      case 'consumerScore':
        return this.#in?.change(note.data.consumerId, { score: note.data.score });
      case 'consumerLayersChanged': {
        const { consumerId, spatialLayer: spatial, temporalLayer: temporal } = note.data;
        return this.#in?.change(consumerId, { layers: { spatial, temporal } });
      }
      case 'dataConsumerClosed':
        return this.data.remove(note.data.dataConsumerId);
      case 'downlinkBwe':
        return this.#options.store.setState({
          downlink: {
            desired: note.data.desiredBitrate,
            available: note.data.availableBitrate,
          },
        });
      case 'mediasoup-version':
        return this.#options.store.setState(({ room }) => ({
          room: { ...room, serverVersion: note.data.version },
        }));
      case 'producerScore':
        return;
    }
  }

  async #loadDevice(): Promise<ms.Device> {
    const { params, signalling, createDevice } = this.#options;
    const routerRtpCapabilities = await signalling.request('getRouterRtpCapabilities');
    const device = await createDevice();
    await device.load({
      routerRtpCapabilities,
      preferLocalCodecsOrder: params.preferLocalCodecs,
    });
    return device;
  }

  async #open(direction: Direction, device: ms.Device): Promise<ms.Transport> {
    const { store, params, signalling } = this.#options;
    const transport = await openTransport({ store, params, signalling, device, direction });
    // The session may have ended while the server was answering.
    if (this.#closed) transport.close();
    this.#transports.set(direction, transport);
    return transport;
  }

  async #join(device: ms.Device, consuming: boolean): Promise<void> {
    const { store, params, signalling, describeDevice } = this.#options;
    const { peers } = await signalling.request('join', {
      displayName: store.getState().me.name,
      device: describeDevice(),
      rtpCapabilities: consuming ? device.recvRtpCapabilities : undefined,
      sctpCapabilities: consuming && params.datachannel ? SCTP : undefined,
    });
    if (this.#closed) throw new Error('session closed');
    store.setState(setPeers(peers));
  }

  #startSending(device: ms.Device, transport: ms.Transport): void {
    const { store, params, signalling, onSendFailure: onFailure } = this.#options;
    if (params.datachannel) {
      this.data.open(transport).catch((error: unknown) => {
        if (!this.#closed) console.error('chat could not be opened', error);
      });
    }
    this.#out = new MediaOut({ store, params, signalling, transport, device, onFailure });
  }

  #peerNotification(
    note: Extract<
      ServerNotification,
      { method: 'newPeer' | 'peerClosed' | 'peerDisplayNameChanged' | 'activeSpeaker' }
    >,
  ): void {
    const { store } = this.#options;
    switch (note.method) {
      case 'newPeer':
        store.setState((state) => addPeer(state, note.data));
        return this.#say(`${peerOf(note.data).name} joined`);
      case 'peerClosed': {
        const peer = store.getState().peers.get(note.data.peerId);
        store.setState((state) => removePeer(state, note.data.peerId));
        this.#in?.removeFrom(note.data.peerId);
        return peer === undefined ? undefined : this.#say(`${peer.name} left`);
      }
      case 'peerDisplayNameChanged':
        return store.setState((state) =>
          renamePeer(state, note.data.peerId, note.data.displayName),
        );
      case 'activeSpeaker':
        return store.setState({ activeSpeaker: note.data.peerId ?? null });
    }
  }

  #say(text: string): void {
    this.#options.store.setState((state) => addToast(state, 'info', text));
  }
}
