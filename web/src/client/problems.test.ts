import { describe, expect, it } from 'vitest';
import { explain, problemOf } from './problems';

describe('problemOf', () => {
  it('tells refusals, absence and use by others apart', () => {
    const named = (name: string) => problemOf(Object.assign(new Error(), { name }));
    expect(
      ['NotAllowedError', 'NotFoundError', 'NotReadableError', 'InsecureContext', 'X'].map(named),
    ).toEqual(['denied', 'missing', 'busy', 'insecure', 'failed']);
    expect(explain('mic', 'missing')).toBe('No microphone was found.');
  });
});
