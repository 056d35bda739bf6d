import type { Session } from "./session.ts";

/** Runs a statement of a model, or does something instead. */
export type Around = <Result>(run: () => Promise<Result>) => Promise<Result>;

/**
 * Makes a session that passes everything on to another one, which may change or not be there yet.
 *
 * @param present gives the one to pass on to; throws what a statement fails with while there is none
 * @param around is given each statement of a model; raw CQL goes past it. Default: runs it
 */
export function passOn(present: () => Session, around: Around = (run) => run()): Session {
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
    run: (statement) => around(async () => present().run(statement)),
    batch: (table, writes) => around(async () => present().batch(table, writes)),
    load: (table, key, options) => around(async () => present().load(table, key, options)),
    async *rows(statement) {
      yield* await around(async () => present().rows(statement));
    },
    cql: async (text, params) => present().cql(text, params),
    prepareAnew: () => present().prepareAnew(),
    report: (row) => present().report(row),
    close,
    [Symbol.asyncDispose]: close,
  };
}
