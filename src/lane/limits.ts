/** The bounds of a lane. */
export const laneLimits = {
  /** Requests that may wait in one partition. Further ones fail at once. */
  waiting: 10_000,
  /** How long a request may wait for its answer, in milliseconds. */
  // A statement times out after 3 s, which leaves time to settle its round.
  time: 3500,
  /**
   * How long a lane tries to settle a round, in milliseconds. It sends nothing else to the partition meanwhile. After that
   * the next round settles it: only one of the two can ever be applied.
   */
  settling: 60_000,
  /**
   * After how many milliseconds without a response Cassandra counts as unavailable. Requests whose time is over then fail
   * with `UNAVAILABLE` instead of `CONTENTION`.
   */
  silence: 1000,
  /** How many rounds of a request may fail because its row has changed. */
  rounds: 30,
  /** Rows that one round may write. */
  rows: 64,
  /** Approximate size of one round, in bytes. By default Cassandra refuses batches of 50 KiB. */
  bytes: 16 * 1024,
  /** Rows whose last values a lane keeps. */
  known: 1000,
  /** Partitions whose last round a process keeps. For any other it has to read its cell. */
  partitions: 20_000,
  /** How long a process' cell keeps its last round, in seconds. */
  ttl: 3600,
} as const;
