// What the worker tells its log: tags and levels, and how little of what is dropped.

import assert from 'node:assert/strict';
import dgram from 'node:dgram';
import { EventEmitter, once } from 'node:events';
import test from 'node:test';
import { AUDIO, LOOPBACK, MEDIA_CODECS, mediasoup, worker } from './setup.mjs';
import { check } from './stun.mjs';

/** Lines of a worker: an event of their level for each, and all of them. */
function lines(t, owner) {
  const told = new EventEmitter();
  told.all = [];
  const listener = level => (_namespace, line) => {
    const prefix = `[pid:${owner.pid}] `;
    if (!line.startsWith(prefix)) return;
    told.all.push(line.slice(prefix.length));
    told.emit(level, line.slice(prefix.length));
  };
  mediasoup.setLogEventListeners({ ondebug: listener('debug'), onwarn: listener('warn'), onerror: listener('error') });
  t.after(() => mediasoup.setLogEventListeners());
  return told;
}

const tagged = line => /\| (ICE|selected|DTLS|scores)/.test(line);

test('what happens is told under the tags that are enabled, and from then on', async t => {
  const owner = await worker(t, { logLevel: 'debug' });
  const told = lines(t, owner);
  const it = await owner.createRouter({ mediaCodecs: MEDIA_CODECS });
  const connect = async () => {
    const transport = await it.createWebRtcTransport({ listenInfos: [LOOPBACK] });
    const socket = dgram.createSocket('udp4');
    t.after(() => socket.close());
    const selected = once(transport, 'iceselectedtuplechange');
    socket.send(check(transport.iceParameters), transport.iceCandidates[0].port, '127.0.0.1');
    await selected;
    return transport;
  };
  await connect();
  assert.deepEqual(told.all.filter(tagged), []);
  await owner.updateSettings({ logTags: ['ice', 'chicken'] });
  const transport = await connect();
  await transport.getStats();
  const about = told.all.filter(tagged);
  assert.ok(about.some(line => line.includes('ICE is completed') && line.includes(transport.id)), about.join('\n'));
  await owner.updateSettings({ logLevel: 'warn' });
  const count = told.all.length;
  await connect();
  assert.equal(told.all.length, count);
});

test('packets that are dropped are told now and then, all in one line', async t => {
  const owner = await worker(t, { logLevel: 'warn', logTags: ['rtp'] });
  const told = lines(t, owner);
  const it = await owner.createRouter({ mediaCodecs: MEDIA_CODECS });
  const transport = await it.createDirectTransport();
  const producer = await transport.produce({ kind: 'audio', rtpParameters: AUDIO });
  for (let count = 0; count < 50; count++) producer.send(Buffer.from('no RTP'));
  const [line] = await once(told, 'warn');
  assert.match(line, /^Worker::drops\(\) \| 50 dropped \[reason:malformed_rtp\]$/);
  assert.equal(told.all.length, 1);
});

test('a refused request is told at level warn, and a wrong message at level error', async t => {
  const owner = await worker(t, { logLevel: 'warn' });
  const told = lines(t, owner);
  const refused = once(told, 'warn');
  await assert.rejects(owner.createWebRtcServer({ listenInfos: [] }), TypeError);
  assert.match((await refused)[0], /wrong listenInfos/);
  const it = await owner.createRouter({ mediaCodecs: MEDIA_CODECS });
  const transport = await it.createDirectTransport();
  const producer = await transport.produceData();
  const dropped = once(told, 'error');
  producer.send(Buffer.alloc(300000));
  assert.match((await dropped)[0], /notification dropped/);
});
