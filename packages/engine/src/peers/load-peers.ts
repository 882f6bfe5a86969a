// Imports from other agents, with the library they need; loaded only by the command that does it.
import type { PeerItem, PeerName, PeerPlaces } from './peer-items.ts';
import { readPeer } from './read-peers.ts';

/** Everything of a peer that was found. Reads only. */
export async function findPeerItems(peer: PeerName, places: PeerPlaces): Promise<readonly PeerItem[]> {
  const { parse } = await import('smol-toml');
  return readPeer(peer, places, parse);
}
