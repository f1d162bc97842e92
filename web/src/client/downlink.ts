import { readAvailable } from '../quality/server';
import type { Session } from './Session';

/** Bit/s that the server can send to this peer, when asked; null when it does not know. */
export async function askDownlink(session: Session | null): Promise<number | null> {
  const transport = session?.transports.get('recv');
  if (session === null || transport === undefined || transport.closed) return null;
  const asked = session.signalling.request('getTransportStats', { transportId: transport.id });
  return asked.then(readAvailable, () => null);
}
