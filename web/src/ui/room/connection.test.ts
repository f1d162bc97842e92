import { describe, expect, it } from 'vitest';
import { connectionOf } from './connection';

describe('connectionOf', () => {
  const connected = { name: 'connected', since: 0 } as const;

  it('tells the worst of both transports', () => {
    const label = (send: 'connected' | 'failed' | null, recv: 'connected' | 'disconnected') =>
      connectionOf(connected, { send, recv }).label;
    expect(label('connected', 'connected')).toBe('Connected');
    expect(label(null, 'connected')).toBe('Connected');
    expect(label('connected', 'disconnected')).toBe('Unstable');
    expect(label('failed', 'disconnected')).toBe('No media');
  });

  it('puts the socket before the media', () => {
    const path = { send: 'connected', recv: 'connected' } as const;
    expect(connectionOf({ name: 'reconnecting', attempt: 2 }, path).label).toBe('Reconnecting');
  });
});
