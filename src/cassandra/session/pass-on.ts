import type { Session } from "./session.ts";

/** Runs a statement of a model, or does something else instead. */
export type Intercept = <Result>(run: () => Promise<Result>) => Promise<Result>;

/**
 * Creates a session that passes everything on to another session, which may change or not exist yet.
 *
 * @param present returns the session to pass on to; throws what statements fail with while there is none
 * @param intercept called for each statement of a model, but not for raw CQL. Default: runs the statement
 */
export function passOn(present: () => Session, intercept: Intercept = (run) => run()): Session {
  const close = async () => present().close();
  return {
    get version() {
      return present().version;
    },
    get keyspace() {
      return present().keyspace;
    },
    get isAstra() {
      return present().isAstra;
    },
    get consistency() {
      return present().consistency;
    },
    run: (statement) => intercept(async () => present().run(statement)),
    batch: (table, writes) => intercept(async () => present().batch(table, writes)),
    load: (table, key, options) => intercept(async () => present().load(table, key, options)),
    async *rows(statement) {
      yield* await intercept(async () => present().rows(statement));
    },
    cql: async (text, params) => present().cql(text, params),
    eachNode: async (statement) => present().eachNode(statement),
    clearPrepared: () => present().clearPrepared(),
    report: (row) => present().report(row),
    close,
    [Symbol.asyncDispose]: close,
  };
}
