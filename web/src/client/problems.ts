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

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
