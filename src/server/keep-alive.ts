import { inSlices } from "../live/index.ts";
import { limits } from "./limits.ts";

/** Somebody who should show from time to time that he is there, and reads. */
export interface Peer {
  /** How many pings in a row he has not answered. */
  unanswered: number;
  ping(): void;
  /** He has not answered for too long. */
  drop(): void;
}

/** Pings all peers of a server by one timer, and drops those who do not answer. */
export interface KeepAlive {
  /** @returns what forgets the peer */
  add(peer: Peer): () => void;
}

/** Makes one without peers: it has a timer only while it has some. */
export function createKeepAlive(): KeepAlive {
  const peers = new Set<Peer>();
  let timer: NodeJS.Timeout | undefined;

  const round = () => void inSlices(peers.values().map(look));

  function add(peer: Peer) {
    peers.add(peer);
    timer ??= setInterval(round, limits.pingInterval);
    return () => {
      if (!peers.delete(peer) || peers.size > 0) return;
      clearInterval(timer);
      timer = undefined;
    };
  }

  return { add };
}

function look(peer: Peer): void {
  if (peer.unanswered >= limits.unansweredPings) return peer.drop();
  peer.unanswered += 1;
  peer.ping();
}
