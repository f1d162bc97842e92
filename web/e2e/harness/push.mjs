/** `miso push` as a person starts it in a terminal. */
import { Command } from './command.mjs';
import { PROGRAM } from './server.mjs';

export function push(stage, room, args) {
  const server = `http://${stage.server.ready.http}`;
  const command = new Command(PROGRAM, ['push', '--server', server, '--room', room, ...args]);
  return new Pusher(command);
}

/** Whoever pushes into a room, by a program of ours or of others. */
export class Pusher {
  constructor(command) {
    this.command = command;
  }

  /** Who it is to somebody in the room, once it sends both sound and picture, or the kinds given. */
  async broadcaster(viewer, kinds = ['audio', 'video']) {
    const { consumers } = await viewer.until(`is offered what is pushed`, ({ consumers }) => {
      if (!this.command.runs) throw new Error(`the pusher ended:\n${this.command.tail()}`);
      return kinds.every((kind) => consumers.some((consumer) => consumer.kind === kind));
    });
    return { id: consumers[0].peerId, name: 'the pusher' };
  }

  interrupt() {
    return this.command.interrupt();
  }
}
