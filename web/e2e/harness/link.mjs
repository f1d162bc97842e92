/** A bad network in front of one person: the server's media pass a relay with simulated links. */
import { fileURLToPath } from 'node:url';
import { Command } from './command.mjs';
import { until } from './until.mjs';

const PROGRAM =
  process.env.MISO_RELAY_BIN ??
  fileURLToPath(new URL('../../../target/debug/miso-relay', import.meta.url));

export class BadLink {
  #relay;
  #address;
  #answers = 0;

  /** Starts a relay before the server's media port; `down` and `up` are what the links are like. */
  static async to(server, { down = {}, up = {} }) {
    const link = new BadLink();
    link.#relay = new Command(PROGRAM, [
      ...['--listen', '127.0.0.1:0', '--to', server.ready.media[0]],
      ...['--down', JSON.stringify(down), '--up', JSON.stringify(up)],
    ]);
    link.#address = await until('the relay listens', () => {
      const line = link.#relay.output.find((text) => text.startsWith('listening on '));
      return Promise.resolve(line?.split(' ').pop());
    });
    link.server = server.ready.media[0];
    return link;
  }

  /** To be given to `person` as `prepare`: what the server calls its address is the relay's for them. */
  lead = async (person) => {
    await person.page.evaluateOnNewDocument(divert, this.server, this.#address);
  };

  /** Makes the links others; what they did since the last change. */
  async change(links = {}) {
    const answered = this.#answers++;
    this.#relay.write(JSON.stringify(links));
    const line = await until('the relay answers', () => {
      const answers = this.#relay.output.filter((text) => text.startsWith('{'));
      return Promise.resolve(answers[answered]);
    });
    return JSON.parse(line);
  }

  close() {
    return this.#relay.finish();
  }
}

/** Runs in the page before the app does. */
function divert(server, relay) {
  const [ip, port] = server.split(':');
  const [relayIp, relayPort] = relay.split(':');
  const original = RTCPeerConnection.prototype.setRemoteDescription;
  RTCPeerConnection.prototype.setRemoteDescription = function (description) {
    // Only UDP: the relay has no TCP, and the server must not be reached past it.
    const lines = description.sdp
      .split('\r\n')
      .filter((line) => !/^a=candidate:.* tcp /i.test(line))
      .map((line) =>
        line.startsWith('a=candidate:')
          ? line.replace(` ${ip} ${port} `, ` ${relayIp} ${relayPort} `)
          : line,
      );
    return original.call(this, { type: description.type, sdp: lines.join('\r\n') });
  };
}
