/**
 * Why a picture has the quality that it has, in words. A pure decision from what the server, its
 * notifications and this app know; the server's own word counts most.
 */
import { bitrate } from './format';
import type { LayerPair, ServerLayers } from './server';

/** Who decided which layers are asked for. */
export type WantedBy = 'everything' | 'tile' | 'person';

export interface Wanted {
  spatial: number;
  temporal: number;
  by: WantedBy;
}

/** How many layers of either kind the sender has announced. */
export interface Offered {
  spatial: number;
  temporal: number;
}

export interface Situation {
  /** Who sends, for the sentence. */
  sender: string;
  /** The sender has paused. */
  producerPaused: boolean;
  /** Nothing is asked for. */
  localPaused: 'audioOnly' | 'hidden' | null;
  /** Null for a picture without layers. */
  offered: Offered | null;
  wanted: Wanted | null;
  /** Last told by notification: undefined when nothing was, null when no layer can be sent. */
  current: LayerPair | null | undefined;
  /** Of each of the sender's streams, smallest first: 0 to 10. */
  producerScores: readonly number[];
  /** The server's decision; null when it does not tell. */
  server: ServerLayers | null;
  /** Bit/s that the server says the link gives. */
  downlink: number | null;
}

export type Cause =
  | 'best'
  | 'single'
  | 'switching'
  | 'bandwidth'
  | 'sender'
  | 'person'
  | 'tile'
  | 'paused'
  | 'unknown';

export interface Reason {
  cause: Cause;
  text: string;
}

export function reasonFor(situation: Situation): Reason {
  return (
    pauseOf(situation) ??
    (situation.server === null ? guessed(situation) : told(situation, situation.server))
  );
}

function pauseOf({ sender, producerPaused, localPaused }: Situation): Reason | null {
  if (producerPaused) return { cause: 'paused', text: `${sender} has paused it.` };
  if (localPaused === 'audioOnly') {
    return { cause: 'paused', text: 'You have switched to audio only.' };
  }
  if (localPaused === 'hidden') {
    return { cause: 'paused', text: 'The tile is out of sight, so nothing is asked for.' };
  }
  return null;
}

/** By the server's own decision. */
function told(situation: Situation, server: ServerLayers): Reason {
  switch (server.limitedBy) {
    case 'paused':
      return { cause: 'paused', text: 'The server has paused it.' };
    case 'bandwidth':
      return bandwidth(server.availableBitrate ?? situation.downlink, server.target === null);
    case 'sender':
      return senderOf(situation, server.current === null);
    case 'preference':
      return preference(situation);
    case 'none':
      return isBelow(server.current, server.target) ? SWITCHING : preference(situation);
  }
}

/** From what notifications tell, where the server says no more. */
function guessed(situation: Situation): Reason {
  const { offered, wanted, current, producerScores, downlink } = situation;
  if (offered === null || wanted === null) {
    return { cause: 'single', text: 'There is only one version of this picture.' };
  }
  if (current === undefined) return SWITCHING;
  const top = { spatial: wanted.spatial, temporal: wanted.temporal };
  if (!isBelow(current, top)) return preference(situation);
  const reached = current?.spatial ?? -1;
  if (isSilent(producerScores.slice(reached + 1, wanted.spatial + 1))) {
    return senderOf(situation, current === null);
  }
  if (downlink !== null) return bandwidth(downlink, current === null);
  return {
    cause: 'unknown',
    text:
      current === null
        ? 'No picture comes: your connection does not carry one, or the sender sends none.'
        : 'Either your connection carries no more, or a better layer is on its way.',
  };
}

const BEST: Reason = { cause: 'best', text: 'You get the best that is sent.' };

const SWITCHING: Reason = { cause: 'switching', text: 'A better layer is on its way.' };

function bandwidth(available: number | null, isNothing: boolean): Reason {
  const rate = bitrate(available);
  const gives = rate === null ? 'carries no more' : `gives ${rate}`;
  const consequence = isNothing ? ', too little for a picture' : '';
  return { cause: 'bandwidth', text: `Your connection ${gives}${consequence}.` };
}

function senderOf({ sender }: Situation, isNothing: boolean): Reason {
  const what = isNothing ? 'nothing at present' : 'no more';
  return { cause: 'sender', text: `${sender} sends ${what}.` };
}

function preference(situation: Situation): Reason {
  const { wanted, producerScores } = situation;
  switch (wanted?.by) {
    case 'person':
      return { cause: 'person', text: 'You asked for less.' };
    case 'tile':
      // A small camera has fewer layers than were announced; a larger tile would change nothing.
      return isSilent(producerScores.slice(wanted.spatial + 1))
        ? senderOf(situation, false)
        : { cause: 'tile', text: 'The tile is small; enlarge it to get more.' };
    case 'everything':
    case undefined:
      return BEST;
  }
}

/** Whether these are streams that do not arrive. */
function isSilent(scores: readonly number[]): boolean {
  return scores.length > 0 && scores.every((score) => score === 0);
}

/** None is below all; a temporal layer that is not told is the highest. */
function isBelow(layers: LayerPair | null, than: LayerPair | null): boolean {
  if (than === null) return false;
  if (layers === null || layers.spatial < than.spatial) return true;
  if (layers.spatial > than.spatial) return false;
  const highest = Number.POSITIVE_INFINITY;
  return (layers.temporal ?? highest) < (than.temporal ?? highest);
}
