import { CassandraError } from "../error.ts";

/**
 * What ends a difference between the database and the models:
 *
 * - `CREATE_KEYSPACE`: a keyspace, once somebody has decided how many copies of each row there are to be
 * - `CREATE_KEYSPACE_IN_ASTRA`: a keyspace, which no CQL can create there
 * - `ADD`: tables and columns, which `sync` adds
 * - `DECIDE`: the database has something differently; either it or the models has to change
 */
export type Remedy = "CREATE_KEYSPACE" | "CREATE_KEYSPACE_IN_ASTRA" | "ADD" | "DECIDE";

/** The database was reached, and does not match the models. The code is `NOT_SYNCED`. */
export class NotSynced extends CassandraError {
  readonly remedy: Remedy;

  /**
   * @param differences a clause each, e.g. `table party is missing`
   * @param more sentences about what there is instead
   */
  constructor(
    remedy: Remedy,
    differences: readonly string[],
    { more = [], cause }: { readonly more?: readonly string[]; readonly cause?: unknown } = {},
  ) {
    const sentences = [
      `The database does not match the models: ${differences.join("; ")}.`,
      ...more,
    ];
    super("NOT_SYNCED", sentences.join(" "), { cause });
    this.remedy = remedy;
  }
}

/** Makes the failure of everything that needs a keyspace that does not exist. */
export function keyspaceMissing(keyspace: string, isAstra: boolean, cause?: unknown): NotSynced {
  return isAstra
    ? new NotSynced(
        "CREATE_KEYSPACE_IN_ASTRA",
        [
          `keyspace ${keyspace} is missing, create it in the Astra portal or by "astra db create-keyspace"`,
        ],
        { cause },
      )
    : new NotSynced("CREATE_KEYSPACE", [`keyspace ${keyspace} is missing`], { cause });
}
