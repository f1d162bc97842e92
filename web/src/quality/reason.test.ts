import { describe, expect, it } from 'vitest';
import { reasonFor, type Situation } from './reason';
import type { ServerLayers } from './server';

const OFFERED = { spatial: 3, temporal: 3 };
const ALL = { spatial: 2, temporal: 2 };

/** All is well, and the server tells no more than notifications do. */
function situation(change: Partial<Situation> = {}): Situation {
  return {
    sender: 'Ada',
    producerPaused: false,
    localPaused: null,
    offered: OFFERED,
    wanted: { ...ALL, by: 'everything' },
    current: ALL,
    producerScores: [10, 10, 10],
    server: null,
    downlink: null,
    ...change,
  };
}

const by = (by: 'tile' | 'person', spatial = 0) => ({ spatial, temporal: 2, by }) as const;

function server(change: Partial<ServerLayers>): { server: ServerLayers } {
  const usual = { preferred: ALL, target: ALL, current: ALL, availableBitrate: null } as const;
  return { server: { ...usual, limitedBy: 'none', ...change } };
}

const causeOf = (change: Partial<Situation>) => reasonFor(situation(change)).cause;
const textOf = (change: Partial<Situation>) => reasonFor(situation(change)).text;

describe('pausing', () => {
  it('is told before everything else', () => {
    const limited = server({ limitedBy: 'bandwidth' });
    expect(textOf({ producerPaused: true, ...limited })).toBe('Ada has paused it.');
    expect(textOf({ localPaused: 'audioOnly', ...limited })).toContain('audio only');
    expect(textOf({ localPaused: 'hidden', ...limited })).toContain('out of sight');
    expect(causeOf(server({ limitedBy: 'paused', current: null }))).toBe('paused');
  });
});

describe('the server’s word', () => {
  it('names the bitrate that the connection gives', () => {
    const limited = { limitedBy: 'bandwidth', current: { spatial: 0, temporal: 1 } } as const;
    expect(textOf(server({ ...limited, availableBitrate: 620_000 }))).toBe(
      'Your connection gives 620 kbit/s.',
    );
    expect(textOf({ ...server(limited), downlink: 1_500_000 })).toBe(
      'Your connection gives 1.5 Mbit/s.',
    );
    expect(textOf(server(limited))).toBe('Your connection carries no more.');
  });

  it('says when the connection carries no picture at all', () => {
    const nothing = { limitedBy: 'bandwidth', target: null, current: null } as const;
    expect(textOf(server({ ...nothing, availableBitrate: 40_000 }))).toBe(
      'Your connection gives 40 kbit/s, too little for a picture.',
    );
  });

  it('names the sender where it is the sender', () => {
    expect(textOf(server({ limitedBy: 'sender' }))).toBe('Ada sends no more.');
    expect(textOf(server({ limitedBy: 'sender', current: null }))).toBe(
      'Ada sends nothing at present.',
    );
  });

  it('tells a choice of the person from one of the app', () => {
    const preferred = server({ limitedBy: 'preference' });
    expect(textOf({ ...preferred, wanted: by('person') })).toBe('You asked for less.');
    expect(textOf({ ...preferred, wanted: by('tile') })).toContain('tile is small');
  });

  it('waits for a better layer while the target is above what comes', () => {
    expect(causeOf(server({ current: { spatial: 1, temporal: 2 } }))).toBe('switching');
    expect(causeOf(server({ current: null }))).toBe('switching');
    expect(causeOf(server({}))).toBe('best');
  });

  it('that nothing limits it leaves the choice of person and app', () => {
    const low = { spatial: 0, temporal: 2 };
    const none = server({ preferred: low, target: low, current: low });
    expect(causeOf({ ...none, wanted: by('tile') })).toBe('tile');
    expect(causeOf({ ...none, wanted: by('person') })).toBe('person');
  });

  it('counts more than what notifications said', () => {
    expect(causeOf({ ...server({}), current: null, producerScores: [0, 0, 0] })).toBe('best');
  });
});

describe('without the server’s word', () => {
  it('a picture without layers has only one version', () => {
    expect(causeOf({ offered: null, wanted: null, current: undefined })).toBe('single');
  });

  it('what was asked for and comes is the best, or less was asked for', () => {
    expect(causeOf({})).toBe('best');
    expect(causeOf({ wanted: by('tile'), current: { spatial: 0, temporal: 2 } })).toBe('tile');
    expect(causeOf({ wanted: by('person'), current: { spatial: 0, temporal: 2 } })).toBe('person');
    expect(causeOf({ current: { spatial: 2, temporal: null } })).toBe('best');
  });

  it('the sender is named, not the tile, when a larger tile would get no more', () => {
    const small = { wanted: by('tile', 1), current: { spatial: 1, temporal: 2 } };
    expect(causeOf({ ...small, producerScores: [10, 10, 0] })).toBe('sender');
    expect(causeOf({ ...small, producerScores: [10, 10, 7] })).toBe('tile');
    expect(causeOf({ ...small, producerScores: [10] })).toBe('tile');
    expect(causeOf({ ...small, wanted: by('person', 1), producerScores: [10, 10, 0] })).toBe(
      'person',
    );
  });

  it('more than was asked for means that less was asked for', () => {
    expect(causeOf({ wanted: by('tile'), current: { spatial: 2, temporal: 0 } })).toBe('tile');
  });

  it('the sender is named when its missing layers do not arrive', () => {
    const low = { current: { spatial: 0, temporal: 2 } };
    expect(causeOf({ ...low, producerScores: [10, 0, 0] })).toBe('sender');
    expect(causeOf({ ...low, producerScores: [10, 0, 0], downlink: 1 })).toBe('sender');
    expect(causeOf({ ...low, producerScores: [10, 9, 0] })).toBe('unknown');
    expect(causeOf({ current: null, producerScores: [0, 0, 0] })).toBe('sender');
  });

  it('one stream with layers inside says nothing of a single layer', () => {
    expect(causeOf({ current: { spatial: 0, temporal: 2 }, producerScores: [10] })).toBe('unknown');
  });

  it('the connection is named when the layers arrive and the downlink is known', () => {
    const low = { current: { spatial: 0, temporal: 2 }, downlink: 300_000 };
    expect(textOf(low)).toBe('Your connection gives 300 kbit/s.');
    expect(textOf({ ...low, current: null })).toContain('too little for a picture');
  });

  it('a lower frame rate than wanted is less, too', () => {
    expect(causeOf({ current: { spatial: 2, temporal: 0 }, downlink: 900_000 })).toBe('bandwidth');
  });

  it('nothing is known before the first layers are told', () => {
    expect(causeOf({ current: undefined })).toBe('switching');
  });
});
