/** Tells an operator once that connections are gone, and once that all are there again. */
export interface Outage {
  /** One that is to be there. */
  expect(connection: object): void;
  up(connection: object): void;
  down(connection: object, reason: string): void;
  /** Something was refused on a connection that is there: told once. */
  refused(error: Error): void;
  /** Nothing is told any more. */
  end(): void;
}

/** @param place which Redis, for a person */
export function createOutage(place: string, log: (line: string) => void): Outage {
  const missing = new Set<object>();
  const refusals = new Set<string>();
  let told = false;
  let ended = false;

  return {
    expect: (connection) => void missing.add(connection),
    up(connection) {
      missing.delete(connection);
      if (ended || !told || missing.size > 0) return;
      told = false;
      log(`Redis at ${place} is there again.`);
    },
    down(connection, reason) {
      missing.add(connection);
      if (ended || told) return;
      told = true;
      log(
        `Redis at ${place} is not there: ${reason}. Until it is, live values learn only by the poll what other processes change. Trying again.`,
      );
    },
    refused({ message }) {
      if (ended || refusals.has(message)) return;
      refusals.add(message);
      log(`Redis at ${place} refuses: ${message}`);
    },
    end: () => void (ended = true),
  };
}
