import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Session } from "../cassandra/index.ts";
import { seed } from "../party/sample.ts";

/** The sample parties that a new database gets, once. */
export interface Samples {
  /** Remembers that they are to be written: before the tables are made, since this process may end before it writes. */
  plan(): void;
  /** Writes them if they are to be written, and returns how many were missing; undefined: they are not. */
  write(session: Session): Promise<number | undefined>;
  /** Forgets that they are to be written. */
  cancel(): void;
}

/** The samples of a keyspace of the embedded Cassandra that is run in a directory, where a file remembers them. */
export function samplesOf(dir: string, keyspace: string): Samples {
  const file = join(dir, `samples-of-${keyspace}.planned`);
  const cancel = () => rmSync(file, { force: true });
  return {
    plan: () => writeFileSync(file, ""),
    async write(session) {
      if (!existsSync(file)) return undefined;
      const written = await seed(session);
      cancel();
      return written;
    },
    cancel,
  };
}
