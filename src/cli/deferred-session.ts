import type { Session } from "../cassandra/index.ts";

/**
 * Makes a session that can be handed out before there is one: it passes everything on to the present one.
 *
 * @param present throws what a statement fails with as long as there is none
 */
export function deferSession(present: () => Session): Session {
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
    run: async (statement) => present().run(statement),
    batch: async (table, writes) => present().batch(table, writes),
    load: async (table, key) => present().load(table, key),
    async *rows(statement) {
      yield* present().rows(statement);
    },
    cql: async (text, params) => present().cql(text, params),
    prepareAnew: () => present().prepareAnew(),
    close,
    [Symbol.asyncDispose]: close,
  };
}
