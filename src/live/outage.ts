/** Reports to an operator when connections are lost, and when all of them are ready again, once each. */
export interface Outage {
  /** Adds a connection that should be ready. */
  expect(connection: object): void;
  up(connection: object): void;
  down(connection: object, reason: string): void;
  /** Redis refused a command. Each message is reported once. */
  refused(error: Error): void;
  /** Ends all reports. */
  end(): void;
}

/** @param address the address of Redis, for the operator */
export function createOutage(address: string, log: (line: string) => void): Outage {
  const missing = new Set<object>();
  const refusals = new Set<string>();
  let isReported = false;
  let isEnded = false;

  return {
    expect: (connection) => void missing.add(connection),
    up(connection) {
      missing.delete(connection);
      if (isEnded || !isReported || missing.size > 0) return;
      isReported = false;
      log(`Redis at ${address} is reachable again.`);
    },
    down(connection, reason) {
      missing.add(connection);
      if (isEnded || isReported) return;
      isReported = true;
      log(
        `Redis at ${address} is not reachable: ${reason}. Until it is, only the poll finds what other processes change. Trying again.`,
      );
    },
    refused({ message }) {
      if (isEnded || refusals.has(message)) return;
      refusals.add(message);
      log(`Redis at ${address} refused a command: ${message}`);
    },
    end: () => void (isEnded = true),
  };
}
