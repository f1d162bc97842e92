// The page: joins the room of its address, sends camera, microphone and a data channel, shows what others send.

import { Device } from 'mediasoup-client';
import { Signalling } from './signalling.js';

const query = new URLSearchParams(location.search);
const codecWanted = query.get('codec') ?? 'VP8';
const signalling = new Signalling(`ws://${location.host}/${location.search}`);

/** For the console of the browser. */
const room = (window.room = {
  state: 'connecting',
  producers: {},
  consumers: new Map(),
  messages: [],
  volumes: {},
  signalling,
});

const camera = {
  audio: true,
  video: { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 10 } },
};

const SIMULCAST = [
  { rid: 'r0', scaleResolutionDownBy: 4, maxBitrate: 150000, scalabilityMode: 'L1T3' },
  { rid: 'r1', scaleResolutionDownBy: 2, maxBitrate: 500000, scalabilityMode: 'L1T3' },
  { rid: 'r2', scaleResolutionDownBy: 1, maxBitrate: 1500000, scalabilityMode: 'L1T3' },
];

const ENCODINGS = {
  VP8: SIMULCAST,
  VP9: [{ scalabilityMode: 'L3T3_KEY' }],
  H264: [{ maxBitrate: 800000 }],
};

async function createTransport(device, direction) {
  const options = await signalling.request('createTransport', { direction });
  const create = direction === 'send' ? 'createSendTransport' : 'createRecvTransport';
  const transport = device[create](options);
  const relay = async (task, done, failed) => task().then(done, failed);
  transport.on('connect', ({ dtlsParameters }, done, failed) =>
    relay(() => signalling.request('connectTransport', { id: transport.id, dtlsParameters }), done, failed),
  );
  for (const event of ['produce', 'producedata']) {
    const method = event === 'produce' ? 'produce' : 'produceData';
    transport.on(event, (data, done, failed) => relay(() => signalling.request(method, data), done, failed));
  }
  return transport;
}

function element({ id, kind, track }) {
  const node = document.createElement(kind === 'video' ? 'video' : 'audio');
  node.id = id;
  node.autoplay = node.playsInline = true;
  node.muted = kind === 'video';
  node.srcObject = new MediaStream([track]);
  document.querySelector('main').append(node);
  return node;
}

function remove(id) {
  document.getElementById(id)?.remove();
  room.consumers.get(id)?.consumer.close();
  room.consumers.delete(id);
}

const NOTIFICATIONS = {
  async newConsumer({ name, type, producerPaused, ...options }) {
    const consumer = await room.recv.consume(options);
    room.consumers.set(consumer.id, { name, type, kind: consumer.kind, consumer, producerPaused, layers: null });
    element(consumer);
    await signalling.request('resumeConsumer', { id: consumer.id });
  },
  async newDataConsumer({ name, ...options }) {
    const consumer = await room.recv.consumeData(options);
    consumer.on('message', message => room.messages.push([name, message]));
  },
  consumerClosed: ({ id }) => remove(id),
  consumerPaused: ({ id }) => (room.consumers.get(id).producerPaused = true),
  consumerResumed: ({ id }) => (room.consumers.get(id).producerPaused = false),
  consumerLayers({ id, layers }) {
    const entry = room.consumers.get(id);
    if (entry) entry.layers = layers;
  },
  volume: ({ name, volume }) => (room.volumes[name] = volume),
};

async function join() {
  await signalling.opened;
  const routerRtpCapabilities = await signalling.request('capabilities');
  const device = (room.device = await Device.factory());
  await device.load({ routerRtpCapabilities });
  room.send = await createTransport(device, 'send');
  room.recv = await createTransport(device, 'recv');
  // One after the other, in their order.
  let last = Promise.resolve();
  signalling.onnotification = (method, data) => {
    last = last.then(() => NOTIFICATIONS[method]?.(data)).catch(error => console.error(method, error));
  };
  await signalling.request('join', { rtpCapabilities: device.recvRtpCapabilities });

  const stream = await navigator.mediaDevices.getUserMedia(camera);
  const [audio] = stream.getAudioTracks();
  const [video] = stream.getVideoTracks();
  room.producers.audio = await room.send.produce({ track: audio });
  const { codecs } = device.sendRtpCapabilities;
  const codec = codecs.find(it => it.mimeType.toLowerCase() === `video/${codecWanted}`.toLowerCase());
  const codecOptions = { videoGoogleStartBitrate: 1000 };
  const encodings = ENCODINGS[codecWanted];
  room.producers.video = await room.send.produce({ track: video, encodings, codec, codecOptions });
  room.data = await room.send.produceData({ label: 'chat', ordered: true });
  room.state = 'joined';
  document.getElementById('state').textContent = room.state;
}

/** Pauses or resumes what this page sends. */
room.pause = async (kind, isPaused) => {
  const producer = room.producers[kind];
  if (isPaused) producer.pause();
  else producer.resume();
  await signalling.request(isPaused ? 'pauseProducer' : 'resumeProducer', { id: producer.id });
};

/** New ICE credentials on both transports, as after a change of networks. */
room.restartIce = async () => {
  for (const transport of [room.send, room.recv]) {
    const iceParameters = await signalling.request('restartIce', { id: transport.id });
    await transport.restartIce({ iceParameters });
  }
};

join().catch(error => {
  room.state = `failed: ${error}`;
  console.error(error);
});
