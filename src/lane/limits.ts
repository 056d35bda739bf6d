/** What a lane takes on at most. */
export const laneLimits = {
  /** Requests that wait in one partition; one more is refused at once. */
  waiting: 10_000,
  /** How long a request may wait for its answer, in milliseconds. */
  // A statement whose answer does not come is given up after 3 s: there is time to find out what became of it.
  time: 3500,
  /**
   * How long it is tried to find out what became of a round, in milliseconds. Nothing else is sent to its partition
   * meanwhile. After that the next round decides: of the two only one can ever be applied.
   */
  settling: 60_000,
  /** From when on Cassandra counts as not answering, in milliseconds: who waits is told so, and not that others are faster. */
  silence: 1000,
  /** Rounds that may find a row otherwise than a request needs it. */
  rounds: 30,
  /** Rows that one round changes. */
  rows: 64,
  /** Size of one round, roughly, in bytes: Cassandra's default is to refuse batches of 50 KiB. */
  bytes: 16 * 1024,
  /** Rows whose last values a lane remembers. */
  known: 1000,
  /** Partitions whose last round a process remembers; of any other it has to ask. */
  partitions: 20_000,
  /** How long a process' last round is kept in its partition, in seconds. */
  ttl: 3600,
} as const;
