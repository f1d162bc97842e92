/**
 * A process of its own that outlives the tests by a moment: when its input ends, however the tests
 * ended, it kills what they started and removes what they wrote.
 *
 * Input lines: `+<pid>` a process group to kill, `-<pid>` that has ended by itself, `/<path>` a
 * folder to remove.
 */
import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline';

const groups = new Set();
const folders = new Set();

// A Ctrl-C goes to everybody; this process has to stay until the input ends.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => undefined);

createInterface({ input: process.stdin })
  .on('line', (line) => {
    if (line.startsWith('+')) groups.add(Number(line.slice(1)));
    else if (line.startsWith('-')) groups.delete(Number(line.slice(1)));
    else if (line.startsWith('/')) folders.add(line);
  })
  .on('close', () => {
    for (const group of groups) kill(group);
    remove();
    // A browser that was just being started writes until it notices that nobody wants it.
    setTimeout(remove, 3_000);
  });

function remove() {
  for (const folder of folders) {
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}

function kill(group) {
  try {
    process.kill(-group, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}
