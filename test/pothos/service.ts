import { type GraphQLSchema, parse, subscribe } from "graphql";
import { expect } from "vitest";
import { type Session, type Table, withOrders } from "../../src/cassandra/index.ts";
import { createLanes } from "../../src/lane/index.ts";
import { createLive } from "../../src/live/index.ts";
import { clientError } from "../../src/pothos/index.ts";
import { createKeyspace } from "../fixtures/keyspace.ts";
import { graphqlTwice } from "../fixtures/graphql-twice.ts";

/** A schema on its own tables in a real Cassandra, with lanes and live values. */
export interface Service extends AsyncDisposable {
  readonly session: Session;
  /** Returns a context of its services, with more. */
  readonly contextOf: (context: object) => object;
  /** Runs an operation and returns its data. Throws if it has errors. */
  readonly run: (source: string, variables?: object, context?: object) => Promise<Data>;
  /** Runs an operation and returns its errors as a client gets them: message, path and extensions. */
  readonly fail: (
    source: string,
    variables?: object,
    context?: object,
  ) => Promise<readonly object[]>;
  /** Subscribes. Each event is the data of a result. */
  readonly watch: (source: string, variables?: object) => Promise<AsyncIterator<Data>>;
}

// oxlint-disable-next-line typescript/no-explicit-any -- any data of an operation
export type Data = any;

/** The poll interval in milliseconds: longer than any test, so only hints cause reads. */
const pollInterval = 60_000;

/** Opens a service on tables and their orders. */
export async function openService(
  schema: GraphQLSchema,
  ...tables: readonly Table[]
): Promise<Service> {
  const keyspace = await createKeyspace(...withOrders(tables));
  const { session } = keyspace;
  const live = createLive({ session, pollInterval });
  const lanes = createLanes(session, { onChange: (...changed) => live.hint(...changed) });
  const contextOf = (context: object) => ({ session, lanes, live, ...context });

  async function execute(source: string, variables: object, context: object) {
    return graphqlTwice({
      schema,
      source,
      variableValues: { ...variables },
      contextValue: contextOf(context),
    });
  }

  return {
    session,
    contextOf,
    async run(source, variables = {}, context = {}) {
      const { data, errors } = await execute(source, variables, context);
      expect(errors).toBeUndefined();
      return data;
    },
    async fail(source, variables = {}, context = {}) {
      const { errors = [] } = await execute(source, variables, context);
      return errors.map((error) => {
        const { message, extensions } = clientError(error.originalError) ?? error;
        return { message, path: error.path, extensions: { ...extensions } };
      });
    },
    async watch(source, variables = {}) {
      const document = parse(source);
      const variableValues = { ...variables };
      const contextValue = contextOf({});
      const events = await subscribe({ schema, document, variableValues, contextValue });
      if (!(Symbol.asyncIterator in events)) throw events.errors![0]!;
      const iterator = events[Symbol.asyncIterator]();
      return {
        async next() {
          const { done, value } = await iterator.next();
          if (done) return { done, value: undefined };
          expect(value.errors).toBeUndefined();
          return { done: false, value: value.data };
        },
        return: async () => ({ done: true, value: (await iterator.return?.())?.value }),
      };
    },
    async [Symbol.asyncDispose]() {
      await live.close();
      lanes.close();
      await keyspace[Symbol.asyncDispose]();
    },
  };
}
