import { inSlices } from "../support/slices.ts";
import { limits } from "./limits.ts";

/** A client that has to show from time to time that it is alive and reads. */
export interface Peer {
  /** How many pings in a row it has not answered. */
  unanswered: number;
  /** Sends a ping; first resets `unanswered` if the last one was answered. */
  ping(): void;
  /** Called when it has not answered for too long. */
  drop(): void;
}

/** Pings all peers of a server by one timer, and drops those that do not answer. */
export interface KeepAlive {
  add(peer: Peer): void;
  remove(peer: Peer): void;
}

/** Creates a keep-alive. It has a timer only while it has peers. */
export function createKeepAlive(): KeepAlive {
  const peers = new Set<Peer>();
  let timer: NodeJS.Timeout | undefined;

  const round = () => void inSlices(peers.values().map(pingPeer));

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

function pingPeer(peer: Peer): void {
  peer.ping();
  if (peer.unanswered >= limits.unansweredPings) peer.drop();
  else peer.unanswered += 1;
}
