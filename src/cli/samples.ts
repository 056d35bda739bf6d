import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Session } from "../cassandra/index.ts";
import type { Application } from "./application.ts";

/** Tracks whether the sample rows of a new database are still to be written. They are written only once. */
export interface Samples {
  /** Records that they are to be written. Called before the tables are created, since the process may end in between. */
  plan(): void;
  /** Writes them if that is recorded, and returns how many it has written; undefined: it is not recorded. */
  write(
    session: Session,
    application: Pick<Application<object>, "seed">,
  ): Promise<number | undefined>;
  /** Removes the record. */
  cancel(): void;
}

/** Returns the samples of a keyspace. The record is a file in the directory of the embedded Cassandra. */
export function samplesOf(dir: string, keyspace: string): Samples {
  const file = join(dir, `samples-of-${keyspace}.planned`);
  const cancel = () => rmSync(file, { force: true });
  return {
    plan: () => writeFileSync(file, ""),
    async write(session, application) {
      if (!application.seed || !existsSync(file)) return undefined;
      const written = await application.seed(session);
      cancel();
      return written;
    },
    cancel,
  };
}
