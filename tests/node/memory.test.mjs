// What is closed leaves no memory in use.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { AUDIO, LOOPBACK, MEDIA_CODECS, everything, worker } from './setup.mjs';

/** Memory that a process has in use, KiB. */
function residentKib(pid) {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]);
}

test('routers full of objects leave no memory in use', { skip: process.platform !== 'linux' }, async t => {
  const owner = await worker(t);
  const webRtcServer = await owner.createWebRtcServer({ listenInfos: [LOOPBACK] });
  const fill = async () => {
    const it = await owner.createRouter({ mediaCodecs: MEDIA_CODECS });
    const transport = await it.createDirectTransport();
    const webrtc = await it.createWebRtcTransport({ webRtcServer, enableSctp: true });
    const producer = await transport.produce({ kind: 'audio', rtpParameters: AUDIO });
    await webrtc.consume({ producerId: producer.id, rtpCapabilities: everything(it) });
    const dataProducer = await transport.produceData();
    await webrtc.consumeData({ dataProducerId: dataProducer.id });
    const observer = await it.createAudioLevelObserver();
    await observer.addProducer({ producerId: producer.id });
    return it;
  };
  const round = async () => {
    const all = await Promise.all(Array.from({ length: 30 }, fill));
    all.forEach(it => it.close());
    const { routerIds, channelMessageHandlers } = await owner.dump();
    assert.deepEqual(routerIds, []);
    assert.deepEqual(channelMessageHandlers.channelRequestHandlers, [webRtcServer.id]);
    return residentKib(owner.pid);
  };
  await round();
  const early = await round();
  let late;
  for (let count = 0; count < 6; count++) late = await round();
  assert.ok(late < early + 8192, `from ${early} to ${late} KiB`);
});
