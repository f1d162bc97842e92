import { describe, expect, it } from 'vitest';
import { DEFAULT_PREFS, loadPrefs, savePrefs } from './prefs';

function memory(start: string | null) {
  let value = start;
  return {
    getItem: () => value,
    setItem: (_key: string, next: string) => {
      value = next;
    },
  };
}

describe('prefs', () => {
  it('come back as they were saved', () => {
    const storage = memory(null);
    const prefs = { ...DEFAULT_PREFS, displayName: 'Ada', theme: 'dark', micOn: false } as const;
    savePrefs(prefs, storage);
    expect(loadPrefs(storage)).toEqual(prefs);
  });

  it.each(['', 'null', '[', '7', '{"theme":"pink","micOn":"yes","displayName":3}'])(
    'fall back to the defaults for %j',
    (text) => expect(loadPrefs(memory(text))).toEqual(DEFAULT_PREFS),
  );

  it('survive storage that throws', () => {
    const broken = {
      getItem: (): string => {
        throw new Error('forbidden');
      },
      setItem: (): void => {
        throw new Error('full');
      },
    };
    expect(loadPrefs(broken)).toEqual(DEFAULT_PREFS);
    expect(() => savePrefs(DEFAULT_PREFS, broken)).not.toThrow();
    expect(loadPrefs(null)).toEqual(DEFAULT_PREFS);
  });
});
