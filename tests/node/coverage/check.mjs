// Whether the tests covered all that the library offers: `node coverage/check.mjs FOLDER [--table FILE]`, after a run
// of all tests with MISO_COVERAGE=FOLDER. With `--table` the list in that document is written anew.

import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import assert from 'node:assert/strict';
import { EXCEPTIONS } from './exceptions.mjs';
import { surface } from './surface.mjs';
import { writeTable } from './table.mjs';

const [folder, flag, document] = process.argv.slice(2);

/** The test that covers a key, told as `file: name`. Of several the first by file's name. */
const covered = new Map();
const records = readdirSync(folder).map(name => JSON.parse(readFileSync(join(folder, name), 'utf8')));
for (const { file, covered: entries } of records.toSorted((one, other) => one.file.localeCompare(other.file))) {
  for (const [key, name] of entries) if (!covered.has(key)) covered.set(key, { file, name });
}

const offered = surface();
const isCovered = key => covered.has(key);

test('every method, getter, setter and event of the library is covered by a test', () => {
  const missing = [...offered.keys()].filter(key => !isCovered(key) && !EXCEPTIONS.has(key));
  assert.deepEqual(missing, []);
});

test('what is listed as an exception exists and is not covered', () => {
  const wrong = [...EXCEPTIONS.keys()].filter(key => !offered.has(key) || isCovered(key));
  assert.deepEqual(wrong, []);
});

if (flag === '--table') {
  writeFileSync(document, writeTable(readFileSync(document, 'utf8'), { offered, covered, EXCEPTIONS }));
}
