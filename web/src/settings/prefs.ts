/** What the browser remembers between visits. Anything unreadable counts as not set. */

export type Theme = 'auto' | 'light' | 'dark';

export interface Prefs {
  displayName: string;
  theme: Theme;
  micId: string | null;
  webcamId: string | null;
  speakerId: string | null;
  micOn: boolean;
  webcamOn: boolean;
  shortcuts: boolean;
}

const KEY = 'miso.prefs';

export const DEFAULT_PREFS: Prefs = {
  displayName: '',
  theme: 'auto',
  micId: null,
  webcamId: null,
  speakerId: null,
  micOn: true,
  webcamOn: true,
  shortcuts: true,
};

type Store = Pick<Storage, 'getItem' | 'setItem'>;

export function loadPrefs(storage: Store | null = browserStorage()): Prefs {
  try {
    const saved: unknown = JSON.parse(storage?.getItem(KEY) ?? 'null');
    return typeof saved === 'object' && saved !== null ? read(saved) : DEFAULT_PREFS;
  } catch {
    return DEFAULT_PREFS;
  }
}

export function savePrefs(prefs: Prefs, storage: Store | null = browserStorage()): void {
  try {
    storage?.setItem(KEY, JSON.stringify(prefs));
  } catch {
    // Storage may be full or forbidden; the visit goes on without memory.
  }
}

function read(saved: object): Prefs {
  const from = saved as Record<string, unknown>;
  const bool = (name: 'micOn' | 'webcamOn' | 'shortcuts') => {
    const value = from[name];
    return typeof value === 'boolean' ? value : DEFAULT_PREFS[name];
  };
  const id = (name: 'micId' | 'webcamId' | 'speakerId') => {
    const value = from[name];
    return typeof value === 'string' ? value : null;
  };
  const { displayName, theme } = from;
  return {
    displayName: typeof displayName === 'string' ? displayName : '',
    theme: theme === 'light' || theme === 'dark' ? theme : 'auto',
    micId: id('micId'),
    webcamId: id('webcamId'),
    speakerId: id('speakerId'),
    micOn: bool('micOn'),
    webcamOn: bool('webcamOn'),
    shortcuts: bool('shortcuts'),
  };
}

function browserStorage(): Storage | null {
  try {
    return globalThis.localStorage;
  } catch {
    return null;
  }
}
