/** What a person sees and hears of others. */
import { until } from './until.mjs';

/** Frames that must be shown for a video to count as moving. */
const FRAMES = 10;

/** Mean brightness, 0 to 255, of a picture that is not black. */
const NOT_BLACK = 16;

/** Mean difference, 0 to 255, between two pictures that are not the same. */
const DIFFERENT = 0.3;

/** Rise of the received energy that silence and comfort noise never reach. */
const AUDIBLE = 1e-5;

/** The consumer of another's camera, microphone or screen. */
export function consumerOf(state, peerId, { kind = 'video', share = false } = {}) {
  return state.consumers.find(
    (consumer) => consumer.peerId === peerId && consumer.kind === kind && consumer.share === share,
  );
}

/** Waits until frames of another person's camera or screen are shown, and their pixels change. */
export async function sees(viewer, other, { share = false, within = 20_000 } = {}) {
  const what = `${viewer.name} sees ${share ? 'the screen of ' : ''}${other.name}`;
  const frames = async () => {
    const state = await viewer.state();
    const consumer = consumerOf(state, other.id, { share });
    if (consumer === undefined) throw new Error(`consumers ${JSON.stringify(state.consumers)}`);
    return { id: consumer.id, frames: consumer.played?.frames ?? 0, consumer };
  };
  const start = await until(`${what}, at all`, frames, { within });
  await until(
    `${what}, frame after frame`,
    async () => {
      const now = await frames();
      if (now.id !== start.id) Object.assign(start, now);
      if (now.frames - start.frames >= FRAMES) return true;
      throw new Error(JSON.stringify(now));
    },
    { within },
  );
  await moves(viewer, other, { share, within, what });
}

async function moves(viewer, other, { share, within, what }) {
  const look = () => viewer.evaluate(pictureOf, other.id, share ? 'share' : 'camera');
  const first = await until(
    `${what}, not black`,
    async () => {
      const picture = await look();
      return picture !== null && mean(picture) > NOT_BLACK && picture;
    },
    { within },
  );
  await until(
    `${what}, moving`,
    async () => {
      const picture = await look();
      return picture !== null && difference(first, picture) > DIFFERENT;
    },
    { within },
  );
}

/** Waits until sound of another person has arrived that is more than silence. */
export async function hears(listener, other, { within = 20_000 } = {}) {
  const energy = async () => {
    const consumer = consumerOf(await listener.state(), other.id, { kind: 'audio' });
    const stream = (await listener.stats()).consumers[consumer?.id];
    if (typeof stream?.totalAudioEnergy !== 'number') throw new Error(JSON.stringify({ stream }));
    return stream.totalAudioEnergy;
  };
  const what = `${listener.name} hears ${other.name}`;
  const start = await until(`${what}, at all`, async () => ({ energy: await energy() }), {
    within,
  });
  await until(
    `${what}, more than silence`,
    async () => {
      const now = await energy();
      if (now - start.energy > AUDIBLE) return true;
      throw new Error(`energy rose from ${start.energy} to ${now}`);
    },
    { within },
  );
}

/** Both see and hear each other. */
export async function meet(...people) {
  const pairs = people.flatMap((one) =>
    people.filter((other) => other !== one).map((other) => [one, other]),
  );
  await Promise.all(
    pairs.map(async ([one, other]) => {
      await sees(one, other);
      await hears(one, other);
    }),
  );
}

/** Waits until nothing of a consumer arrives any more. */
export async function fallsSilent(listener, consumerId) {
  const bytes = async () => (await listener.stats()).consumers[consumerId]?.bytes ?? 0;
  let before = await bytes();
  await until(
    `${listener.name} gets nothing of ${consumerId} any more`,
    async () => {
      const now = await bytes();
      const still = now === before;
      before = now;
      return still;
    },
    { every: 1_000 },
  );
}

/** Runs in the page: the colours of a small copy of what a tile shows, or null. */
function pictureOf(peerId, kind) {
  const tile = `[data-testid="tile"][data-peer-id="${peerId}"][data-kind="${kind}"]`;
  const video = document.querySelector(`${tile} video`);
  if (video === null || video.videoWidth === 0) return null;
  const canvas = document.createElement('canvas');
  canvas.width = 96;
  canvas.height = 54;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  context.drawImage(video, 0, 0, canvas.width, canvas.height);
  const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
  return Array.from(data).filter((_, index) => index % 4 !== 3);
}

function mean(picture) {
  return picture.reduce((sum, value) => sum + value, 0) / picture.length;
}

function difference(one, other) {
  return one.reduce((sum, value, index) => sum + Math.abs(value - other[index]), 0) / one.length;
}
