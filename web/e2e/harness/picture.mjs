/** Whether a viewer gets the best that is sent and that the link in front of them can carry. */
import { consumerOf } from './media.mjs';
import { until } from './until.mjs';

/** Until when it must have been so, unless the test says so. */
const WITHIN_MS = 25_000;

/** How long it must stay so. Rising notices rarer changes and takes longer. */
const HELD_MS = 4_000;

/** Share of a link that counts: what fits into it must be had. */
const USABLE = 0.85;

/** Sound, headers and probes beside the picture. */
const BESIDE_KBPS = 80;

/** Share of the frames sent that have to be shown. */
const FLUENT = 0.8;

/** Most that 95 of 100 packets may wait in front of a link meanwhile; its queue holds 300 ms. */
const QUEUE_MS = 100;

/** Time without a new frame that is tolerated while it is held: a busy machine makes some, too. */
const FROZEN_SECONDS = 0.3;

/** To be given to `person` as `prepare`: the encodings of a picture are to have such bitrates, smallest first. */
export function sending(...kbps) {
  return (person) => person.page.evaluateOnNewDocument(bound, kbps);
}

/** Runs in the page before the app does. */
function bound(kbps) {
  const original = RTCPeerConnection.prototype.addTransceiver;
  RTCPeerConnection.prototype.addTransceiver = function (track, init) {
    init?.sendEncodings?.forEach((encoding, index, { length }) => {
      if (length === kbps.length) encoding.maxBitrate = kbps[index] * 1000;
    });
    return original.call(this, track, init);
  };
}

/**
 * Waits until the viewer gets, for some seconds without a break, the largest picture that is sent and
 * that fits so much of a link of `kbps`, as fluent as it is sent
 * and with a short queue. Returns what was seen meanwhile; `down` is the link.
 */
export async function getsTheBest(
  { sender, viewer, relay },
  { kbps, usable = USABLE, within = WITHIN_MS },
) {
  let first = null;
  let last = await look(sender, viewer);
  return until(
    `${viewer.name} gets the best of ${kbps} kbit/s`,
    async () => {
      const now = await look(sender, viewer);
      const seen = compare(last, now, usable * kbps);
      last = now;
      if (seen.fault !== null) first = null;
      if (first === null) {
        if (seen.fault === null) first = now;
        await relay.change();
        throw new Error(JSON.stringify(seen));
      }
      const held = now.at - first.at;
      const shown = now.frames - first.frames;
      const sent = framesOf(now, seen.best) - framesOf(first, seen.best);
      const frozen = now.freezeSeconds - first.freezeSeconds;
      const kept = { seconds: held / 1000, shown, sent, frozen };
      if (shown < FLUENT * sent || frozen > FROZEN_SECONDS) {
        first = null;
        throw new Error(JSON.stringify({ ...seen, ...kept }));
      }
      if (held < HELD_MS) throw new Error(JSON.stringify(kept));
      const { down } = await relay.change();
      if (down.queueDelayP95Ms >= QUEUE_MS) {
        first = null;
        throw new Error(JSON.stringify({ ...seen, down }));
      }
      return { ...seen, ...kept, down };
    },
    { within, every: 1_000 },
  );
}

function framesOf({ encodings }, { rid }) {
  return encodings.find((encoding) => encoding.rid === rid)?.frames ?? 0;
}

async function look(sender, viewer) {
  const consumer = consumerOf(await viewer.state(), sender.id);
  const [sent, got] = await Promise.all([sender.stats(), viewer.stats()]);
  const stream = got.consumers[consumer?.id] ?? null;
  return {
    at: performance.now(),
    layers: consumer?.layers,
    width: stream?.width ?? 0,
    frames: stream?.framesDecoded ?? 0,
    freezeSeconds: stream?.freezeSeconds ?? 0,
    encodings: sent.producers.webcam?.encodings ?? [],
  };
}

/** What was sent and seen between two looks, and why that is not the best. */
function compare(before, now, room) {
  const seconds = (now.at - before.at) / 1000;
  const sent = now.encodings.map(({ rid, active, width, framesPerSecond, bytes }, index) => {
    const rate = ((bytes - (before.encodings[index]?.bytes ?? 0)) * 8) / 1000 / seconds;
    return { rid, active: active && rate > 0, width, framesPerSecond, kbps: Math.round(rate) };
  });
  const fitting = sent.filter((it) => it.kbps + BESIDE_KBPS <= room);
  const best = fitting.at(-1) ?? sent[0];
  const fault = () => {
    if (sent.some(({ active }) => !active)) return 'not everything is sent';
    return now.width < best.width ? 'the picture is small' : null;
  };
  return { fault: fault(), width: now.width, layers: now.layers, best, all: sent };
}
