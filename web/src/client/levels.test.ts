import { describe, expect, it } from 'vitest';
import { shown } from './levels';

describe('shown', () => {
  it('maps loudness to 0 … 1', () => {
    expect([0, 0.0001, 1].map(shown)).toEqual([0, 0, 1]);
    expect(shown(0.02)).toBeGreaterThan(0.4);
  });
});
