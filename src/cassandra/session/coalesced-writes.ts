import { createRequire } from "node:module";

/*
 * The driver writes a request at the end of the callback that has made it, so that under load each request is a system
 * call, and Cassandra reads each by itself. This file lets a connection write all requests of one turn of the event loop
 * together. None waits for another turn: the last phase of the same one sends it.
 */

/** The requests that a connection has to send (4.10.0, writers.js). */
interface WriteQueue {
  /** Whether a write is under way, or will begin. */
  isRunning: boolean;
  readonly canWrite: boolean;
  run: (this: WriteQueue) => void;
  process: (this: WriteQueue) => void;
}

const { WriteQueue: WriteQueueClass } = createRequire(import.meta.url)(
  "cassandra-driver/lib/writers.js",
) as { readonly WriteQueue: { readonly prototype: WriteQueue } };

WriteQueueClass.prototype.run = function () {
  if (this.isRunning || !this.canWrite) return;
  this.isRunning = true;
  setImmediate(() => this.process());
};
