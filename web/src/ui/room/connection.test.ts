import { describe, expect, it } from 'vitest';
import { connectionOf } from './connection';

describe('connectionOf', () => {
  const connected = { name: 'connected', since: 0 } as const;

  it('tells the worst of both transports', () => {
    const label = (send: 'connected' | 'failed' | null, recv: 'connected' | 'disconnected') =>
      connectionOf(connected, { send, recv }, null).label;
    expect(label('connected', 'connected')).toBe('Connected');
    expect(label(null, 'connected')).toBe('Connected');
    expect(label('connected', 'disconnected')).toBe('Unstable');
    expect(label('failed', 'disconnected')).toBe('No media');
  });

  it('puts the socket before the media', () => {
    const path = { send: 'connected', recv: 'connected' } as const;
    expect(connectionOf({ name: 'reconnecting', attempt: 2 }, path, null).label).toBe(
      'Reconnecting',
    );
  });

  it('tells what the connection gives once the server has said so', () => {
    const path = { send: 'connected', recv: 'connected' } as const;
    const downlink = { desired: 2_000_000, available: 620_000 };
    expect(connectionOf(connected, path, downlink).title).toContain('620 kbit/s');
    expect(connectionOf(connected, path, null).title).toBe('Connected');
  });
});
