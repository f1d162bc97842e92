import type { PeerDevice } from '../signalling/messages';

/** Tried in this order: most browsers also carry the names of those they descend from. */
const BROWSERS: readonly { flag: string; name: string; pattern: RegExp }[] = [
  { flag: 'edge', name: 'Edge', pattern: /\bEdg(?:e|A|iOS)?\/([\d.]+)/ },
  { flag: 'opera', name: 'Opera', pattern: /\bOPR\/([\d.]+)/ },
  { flag: 'firefox', name: 'Firefox', pattern: /\b(?:Firefox|FxiOS)\/([\d.]+)/ },
  { flag: 'chrome', name: 'Chrome', pattern: /\b(?:Chrome|CriOS|HeadlessChrome)\/([\d.]+)/ },
  { flag: 'safari', name: 'Safari', pattern: /\bVersion\/([\d.]+).*\bSafari\// },
];

/** How this browser introduces itself to the other peers. */
export function describeDevice(userAgent: string = navigator.userAgent): PeerDevice {
  for (const { flag, name, pattern } of BROWSERS) {
    const version = pattern.exec(userAgent)?.[1];
    if (version !== undefined) return { flag, name, version };
  }
  return { flag: 'unknown', name: 'Browser', version: '' };
}
