import { inSlices } from "../support/slices.ts";
import { limits } from "./limits.ts";

/** Somebody who should show from time to time that he is there, and reads. */
export interface Peer {
  /** How many pings in a row he has not answered. */
  unanswered: number;
  /** Begins to count anew if he has answered the last one, and sends another. */
  ping(): void;
  /** He has not answered for too long. */
  drop(): void;
}

/** Pings all peers of a server by one timer, and drops those who do not answer. */
export interface KeepAlive {
  add(peer: Peer): void;
  remove(peer: Peer): void;
}

/** Makes one without peers: it has a timer only while it has some. */
export function createKeepAlive(): KeepAlive {
  const peers = new Set<Peer>();
  let timer: NodeJS.Timeout | undefined;

  const round = () => void inSlices(peers.values().map(look));

  return {
    add(peer) {
      peers.add(peer);
      timer ??= setInterval(round, limits.pingInterval);
    },
    remove(peer) {
      if (!peers.delete(peer) || peers.size > 0) return;
      clearInterval(timer);
      timer = undefined;
    },
  };
}

function look(peer: Peer): void {
  peer.ping();
  if (peer.unanswered >= limits.unansweredPings) peer.drop();
  else peer.unanswered += 1;
}
