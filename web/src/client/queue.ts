/** Runs tasks one after the other for the same key, and at the same time for different keys. */
export class KeyedQueue {
  readonly #tails = new Map<string, Promise<void>>();
  #closed = false;

  /**
   * Resolves or rejects with the task; a task that fails does not stop the ones behind it. After
   * `close` tasks are not started and their promises reject.
   */
  run<T>(key: string, task: () => Promise<T> | T): Promise<T> {
    const before = this.#tails.get(key) ?? Promise.resolve();
    const result = before.then(() => {
      if (this.#closed) throw new QueueClosed();
      return task();
    });
    const tail = result.then(
      () => undefined,
      () => undefined,
    );
    this.#tails.set(key, tail);
    void tail.then(() => {
      if (this.#tails.get(key) === tail) this.#tails.delete(key);
    });
    return result;
  }

  close(): void {
    this.#closed = true;
  }
}

export class QueueClosed extends Error {
  constructor() {
    super('queue closed');
  }
}
