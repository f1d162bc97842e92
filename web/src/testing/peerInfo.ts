import type { PeerInfo } from '../signalling/messages';

/** A peer as the server describes it. */
export function peerInfo(id: string, displayName = `name of ${id}`): PeerInfo {
  return { id, peerId: id, displayName, device: {} };
}
