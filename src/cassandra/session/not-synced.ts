import { CassandraError } from "../error.ts";

/**
 * What resolves a difference between the database and the models:
 *
 * - `CREATE_KEYSPACE`: create the keyspace, after deciding how many replicas it has
 * - `CREATE_KEYSPACE_IN_ASTRA`: create the keyspace, which Astra DB does not allow by CQL
 * - `ADD`: add tables, columns and indexes, as `sync` does
 * - `WAIT`: wait until the database has built its indexes
 * - `DECIDE`: change the database or the models, since they contradict each other
 */
export type Remedy = "CREATE_KEYSPACE" | "CREATE_KEYSPACE_IN_ASTRA" | "ADD" | "WAIT" | "DECIDE";

/** Thrown when the database does not match the models. The code is `NOT_SYNCED`. */
export class NotSynced extends CassandraError {
  readonly remedy: Remedy;

  /**
   * @param differences one clause each, e.g. `table seat is missing`
   * @param options.more further sentences of the message
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

/** Creates the error for a keyspace that does not exist. */
export function keyspaceMissing(
  keyspace: string,
  { isAstra, cause }: { readonly isAstra: boolean; readonly cause?: unknown },
): NotSynced {
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
