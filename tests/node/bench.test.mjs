// The benchmark that measures any worker, as it is run, for a moment.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import test from 'node:test';
import { promisify } from 'node:util';

const worker = process.env.MEDIASOUP_WORKER_BIN;
const program = process.env.MISO_BENCH_BIN ?? join(dirname(worker), 'miso-bench');

for (const path of [[], ['--plain']]) {
  test(`every packet is forwarded and counted ${path.length ? 'over plain transports' : 'over WebRTC'}`, async () => {
    const load = ['--n', '3', '--burst', '10', '--seconds', '0.5', '--warm-up', '0.5'];
    const { stdout } = await promisify(execFile)(program, ['forward', '--json', '--worker', worker, ...load, ...path]);
    const row = JSON.parse(stdout);
    assert.deepEqual([row.n, row.burst], [3, 10]);
    for (const figure of ['us_per_packet', 'limit_us_per_packet', 'ratio']) assert.ok(row[figure] > 0, stdout);
    assert.equal(row.loss, 0, stdout);
    assert.equal(row.allocs_per_packet, undefined, 'what another process allocates is not known');
  });
}
