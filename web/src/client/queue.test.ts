import { describe, expect, it } from 'vitest';
import { KeyedQueue, QueueClosed } from './queue';

function gate() {
  let open: () => void = () => undefined;
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { passed, open };
}

describe('KeyedQueue', () => {
  it('runs tasks of one key in order, however long each takes', async () => {
    const queue = new KeyedQueue();
    const log: string[] = [];
    const slow = gate();
    const first = queue.run('a', async () => {
      await slow.passed;
      log.push('first');
    });
    const second = queue.run('a', () => log.push('second'));
    slow.open();
    await Promise.all([first, second]);
    expect(log).toEqual(['first', 'second']);
  });

  it('does not hold up other keys', async () => {
    const queue = new KeyedQueue();
    const slow = gate();
    const held = queue.run('a', () => slow.passed);
    await expect(queue.run('b', () => 'done')).resolves.toBe('done');
    slow.open();
    await held;
  });

  it('goes on after a task that failed, and hands on its error', async () => {
    const queue = new KeyedQueue();
    const failing = queue.run('a', () => Promise.reject(new Error('no')));
    await expect(failing).rejects.toThrow('no');
    await expect(queue.run('a', () => 1)).resolves.toBe(1);
  });

  it('starts nothing once closed', async () => {
    const queue = new KeyedQueue();
    const slow = gate();
    const begun = gate();
    const running = queue.run('a', () => {
      begun.open();
      return slow.passed;
    });
    await begun.passed;
    let started = false;
    const waiting = queue.run('a', () => {
      started = true;
    });
    queue.close();
    slow.open();
    await running;
    await expect(waiting).rejects.toBeInstanceOf(QueueClosed);
    expect(started).toBe(false);
  });
});
