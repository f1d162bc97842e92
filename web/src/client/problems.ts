import type { Problem } from '../state/types';

/** Why the browser did not give a device or a screen. */
export function problemOf(error: unknown): Problem {
  switch (error instanceof Error ? error.name : '') {
    case 'NotAllowedError':
    case 'SecurityError':
      return 'denied';
    case 'NotFoundError':
    case 'OverconstrainedError':
      return 'missing';
    case 'NotReadableError':
    case 'AbortError':
      return 'busy';
    case 'InsecureContext':
      return 'insecure';
    default:
      return 'failed';
  }
}

const WHAT = { mic: 'Microphone', webcam: 'Camera' } as const;

export function explain(source: 'mic' | 'webcam', problem: Problem): string {
  const what = WHAT[source];
  switch (problem) {
    case 'denied':
      return `${what} access is blocked. Allow it in your browser’s site settings.`;
    case 'missing':
      return `No ${what.toLowerCase()} was found.`;
    case 'busy':
      return `${what} is in use by another program.`;
    case 'insecure':
      return `${what} needs a secure (https) page.`;
    case 'failed':
      return `${what} could not be started.`;
  }
}

/** Browsers can be verbose; the rest is in the console. */
const MAX_REASON = 160;

export function reasonOf(error: unknown): string {
  const reason = error instanceof Error ? error.message : String(error);
  return reason.length > MAX_REASON ? `${reason.slice(0, MAX_REASON)}…` : reason;
}
