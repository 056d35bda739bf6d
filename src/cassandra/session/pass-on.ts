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
    load: (table, key, options) => intercept(async () => present().load(table, key, options)),
    async *rows(statement) {
      yield* await intercept(async () => present().rows(statement));
    },
    cql: async (text, params, options) => present().cql(text, params, options),
    async *cqlRows<R extends object>(...args: Parameters<Session["cqlRows"]>) {
      yield* present().cqlRows<R>(...args);
    },
    eachNode: async (statement) => present().eachNode(statement),
    clearPrepared: () => present().clearPrepared(),
    report: (row) => present().report(row),
    close,
    [Symbol.asyncDispose]: close,
  };
}
