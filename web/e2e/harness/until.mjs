/** Waiting for a condition, never for a time. */

const WITHIN_MS = 15_000;
const EVERY_MS = 100;

/** Even the last question gets this long for its answer, which then tells what is wrong. */
const ANSWER_MS = 1_000;

/**
 * Asks `probe` again and again until it gives something true, and returns that. A probe that throws
 * has not succeeded yet; the last reason is told when the deadline passes.
 */
export async function until(what, probe, { within = WITHIN_MS, every = EVERY_MS } = {}) {
  const deadline = Date.now() + within;
  let last;
  for (;;) {
    try {
      last = await bounded(probe(), Math.max(ANSWER_MS, deadline - Date.now()));
      if (last) return last;
    } catch (error) {
      last = error;
    }
    if (Date.now() >= deadline) throw new Error(`not within ${within} ms: ${what}; ${told(last)}`);
    await pause(every);
  }
}

/** A promise that must settle in time, for calls that a dead browser would never answer. */
export async function bounded(promise, ms, what = 'an answer') {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not within ${ms} ms: ${what}`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** The interval between two questions. */
export function pause(ms) {
  return new Promise((done) => setTimeout(done, ms));
}

function told(last) {
  if (last instanceof Error) return `last failure: ${last.message}`;
  return `last answer: ${JSON.stringify(last)}`;
}
