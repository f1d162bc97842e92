/** An X display without a screen, for what a headless Firefox cannot do: to be shared. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { killAtEnd } from './resources.mjs';
import { bounded } from './until.mjs';

const START_MS = 10_000;

/** Starts a display that ends with the tests; returns its name, such as `:7`. */
export async function startDisplay() {
  const options = ['-displayfd', '3', '-screen', '0', '1280x800x24', '-nolisten', 'tcp'];
  const stdio = ['ignore', 'ignore', 'ignore', 'pipe'];
  const child = spawn('Xvfb', options, { stdio, detached: true });
  const failed = once(child, 'error').then(([error]) => Promise.reject(error));
  killAtEnd(child);
  const number = await bounded(
    Promise.race([firstLine(child.stdio[3]), failed]),
    START_MS,
    'Xvfb starts',
  );
  // The tests end without waiting for it.
  child.stdio[3].destroy();
  child.unref();
  return `:${number}`;
}

async function firstLine(stream) {
  let text = '';
  for await (const chunk of stream) {
    text += String(chunk);
    if (text.includes('\n')) break;
  }
  return text.trim();
}
