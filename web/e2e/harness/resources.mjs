/** What the tests start and write, so that nothing of it stays behind. */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const guard = spawn(process.execPath, [fileURLToPath(new URL('./guard.mjs', import.meta.url))], {
  stdio: ['pipe', 'ignore', 'inherit'],
  detached: true,
});
guard.unref();
guard.stdin.unref();

const root = mkdtempSync(join(tmpdir(), 'miso-e2e-'));
guard.stdin.write(`${root}\n`);
let folders = 0;

/** An empty folder that is removed at the end. */
export function temporaryFolder(name) {
  const folder = join(root, `${name}-${++folders}`);
  mkdirSync(folder);
  return folder;
}

/** Sees to it that a process, the leader of its group, does not outlive the tests. */
export function killAtEnd(child) {
  if (child.pid === undefined) return;
  guard.stdin.write(`+${child.pid}\n`);
  child.once('exit', () => guard.stdin.write(`-${child.pid}\n`));
}

/** Sends a signal to a process and all that it started. */
export function signalGroup(child, signal) {
  if (child.pid === undefined || child.exitCode !== null) return;
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}
