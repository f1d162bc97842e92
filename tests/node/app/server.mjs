// A room server as mediasoup's documentation suggests one: a WebSocket for each peer, two transports for each, and a
// consumer of everything that others produce. It knows mediasoup and nothing else; which worker runs is up to
// MEDIASOUP_WORKER_BIN.

import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';
import * as mediasoup from 'mediasoup';
import { WebSocketServer } from 'ws';
import { Room } from './room.mjs';

const here = name => fileURLToPath(new URL(name, import.meta.url));

const worker = await mediasoup.createWorker({ logLevel: 'warn' });
worker.on('died', error => {
  console.error('the worker died', error);
  process.exit(1);
});

const script = await esbuild.build({
  entryPoints: [here('page.js')],
  bundle: true,
  format: 'esm',
  write: false,
});
const files = {
  '/': ['text/html', await readFile(here('index.html'))],
  '/page.js': ['text/javascript', script.outputFiles[0].contents],
};

const http = createServer((request, response) => {
  const [type, content] = files[new URL(request.url, 'http://page').pathname] ?? [];
  if (type === undefined) return response.writeHead(404).end();
  response.writeHead(200, { 'content-type': type }).end(content);
});

const rooms = new Map();

/** The room of this name, which ends with its last peer. */
function roomNamed(name) {
  const existing = rooms.get(name);
  if (existing) return existing;
  const room = Room.create(worker, () => rooms.delete(name));
  rooms.set(name, room);
  return room;
}

new WebSocketServer({ server: http }).on('connection', async (socket, request) => {
  const query = new URL(request.url, 'ws://page').searchParams;
  // What the peer says before its room is there must wait.
  socket.pause();
  const room = await roomNamed(query.get('room') ?? 'main');
  room.enter(query.get('name') ?? 'somebody', socket);
  socket.resume();
});

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    worker.close();
    process.exit();
  });
}

http.listen(Number(process.env.PORT ?? 0), '127.0.0.1', () => {
  console.log(`open http://localhost:${http.address().port}/?room=main&name=Ann`);
});
