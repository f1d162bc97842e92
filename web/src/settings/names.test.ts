import { describe, expect, it } from 'vitest';
import { cleanName, hueOf, initials, MAX_NAME, randomPeerId, randomRoomName } from './names';

describe('cleanName', () => {
  it('replaces line breaks and control characters by a space', () => {
    expect(cleanName('Ada\n\u0000Lovelace\u2028X')).toBe('Ada Lovelace X');
  });

  it('removes characters that turn the direction of the text around', () => {
    expect(cleanName('\u202eadA\u202c \u2066x\u2069')).toBe('adA x');
  });

  it('names those who have no name', () => {
    expect([undefined, null, 7, '', '   ', '\u202e'].map(cleanName)).toEqual(
      Array.from({ length: 6 }, () => 'Guest'),
    );
  });

  it('cuts long names without splitting a character', () => {
    expect(cleanName('😀'.repeat(100))).toBe('😀'.repeat(MAX_NAME));
  });

  it('leaves markup as it is, to be shown as text', () => {
    expect(cleanName('<b>x</b>')).toBe('<b>x</b>');
  });
});

describe('initials', () => {
  it('takes the first and the last word', () => {
    expect(['Ada Lovelace', 'a b c', 'óscar', '李小龙', '<b>', '***'].map(initials)).toEqual([
      'AL',
      'AC',
      'Ó',
      '李',
      'B',
      '?',
    ]);
  });
});

describe('random names', () => {
  it('make readable rooms that need no encoding', () => {
    expect(randomRoomName(new Uint32Array([0, 1, 42]))).toBe('amber-bamboo-142');
    expect(encodeURIComponent(randomRoomName())).toMatch(/^[a-z]+-[a-z]+-\d{3}$/);
  });

  it('make peer ids of eight letters and digits', () => {
    expect(randomPeerId()).toMatch(/^[a-z0-9]{8}$/);
  });
});

describe('hueOf', () => {
  it('is stable and within the circle', () => {
    expect(hueOf('abc')).toBe(hueOf('abc'));
    for (const id of ['', 'a', 'zzzz', '\u{1f600}']) {
      expect(hueOf(id)).toBeGreaterThanOrEqual(0);
      expect(hueOf(id)).toBeLessThanOrEqual(360);
    }
  });
});
