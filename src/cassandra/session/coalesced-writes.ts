import { createRequire } from "node:module";

/*
 * The driver writes a request at the end of the callback that has made it, so that under load each request is a system
 * call, and Cassandra reads each by itself. This file lets a connection write all requests of one turn of the event loop
 * together. None waits for another turn: the last phase of the same one sends it.
 */

/** A connection (4.10.0, connection.js). */
interface ReadyConnection {
  readonly writeQueue: WriteQueue;
  connectionReady: (this: ReadyConnection, callback: () => void) => void;
}

/** The requests that it has to send (4.10.0, writers.js). */
interface WriteQueue {
  readonly netClient: { readonly destroyed: boolean };
  /** Whether a write is under way, or will begin. */
  isRunning: boolean;
  readonly canWrite: boolean;
  run: (this: WriteQueue) => void;
  readonly process: (this: WriteQueue) => void;
  /** Fails the requests that have not been written. */
  readonly setWriteError: (this: WriteQueue, error: Error) => void;
}

const { prototype: connections } = createRequire(import.meta.url)(
  "cassandra-driver/lib/connection.js",
) as { readonly prototype: ReadyConnection };

const { connectionReady } = connections;

// Requests before that are part of a handshake, whose end by the node must find them written to be reported.
connections.connectionReady = function (callback) {
  this.writeQueue.run = runOncePerTurn;
  connectionReady.call(this, callback);
};

function runOncePerTurn(this: WriteQueue): void {
  if (this.isRunning || !this.canWrite) return;
  this.isRunning = true;
  setImmediate(() => {
    // The connection may have ended in the same turn, and would answer none of them.
    if (this.netClient.destroyed) this.setWriteError(new Error("The connection has ended"));
    else this.process();
  });
}
