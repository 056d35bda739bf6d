import { createServer } from "node:http";
import type { ExecutionArgs } from "graphql";
import { useServer } from "graphql-ws/use/ws";
import { createPubSub, createSchema, createYoga } from "graphql-yoga";
import { WebSocketServer } from "ws";
import { type Addition, type Ground, makeEvent, type Timed } from "./event.ts";
import { serveOn } from "./serve-on.ts";

const typeDefs = `
  scalar UUID
  scalar WriteTime
  type Query { party(city: String!, id: UUID!): PeopleChanged }
  type Mutation { addPeople(city: String!, id: UUID!, delta: Int!): PeopleChanged! }
  type Subscription { peopleChanged(city: String!, id: UUID!, since: WriteTime): PeopleChanged! }
  type PeopleChanged { city: String!  id: UUID!  people: Int!  asOf: WriteTime }
`;

interface Prepared extends ExecutionArgs {
  readonly rootValue: Record<"execute" | "subscribe", (args: ExecutionArgs) => never>;
}

/**
 * Serves the subscription as described in Yoga's documentation: `createPubSub`, Yoga's own Server-Sent Events, and
 * `useServer` of graphql-ws with Yoga's enveloped functions.
 */
export function serveRecipe(ground: Ground): Promise<string> {
  const pubSub = createPubSub<{ people: [key: string, timed: Timed] }>();
  const yoga = createYoga({
    logging: false,
    schema: createSchema({
      typeDefs,
      resolvers: {
        Mutation: {
          addPeople: (_: unknown, addition: Addition) =>
            makeEvent(ground, addition, (timed) =>
              pubSub.publish("people", keyOf(addition), timed),
            ),
        },
        Subscription: {
          peopleChanged: {
            subscribe: (_: unknown, key: Addition) => pubSub.subscribe("people", keyOf(key)),
            resolve: (timed: Timed) => timed,
          },
        },
      },
    }),
  });
  const server = createServer(yoga);
  useServer(
    {
      execute: (args) => (args as Prepared).rootValue.execute(args),
      subscribe: (args) => (args as Prepared).rootValue.subscribe(args),
      async onSubscribe(ctx, _id, params) {
        const { schema, execute, subscribe, contextFactory, parse, validate } = yoga.getEnveloped({
          ...ctx,
          req: ctx.extra.request,
          socket: ctx.extra.socket,
          params,
        });
        const args = {
          schema,
          operationName: params.operationName,
          document: parse(params.query),
          variableValues: params.variables,
          contextValue: await contextFactory(),
          rootValue: { execute, subscribe },
        };
        const errors = validate(args.schema, args.document);
        return errors.length > 0 ? errors : args;
      },
    },
    new WebSocketServer({ server, path: yoga.graphqlEndpoint }),
  );
  return serveOn(server);
}

function keyOf({ city, id }: Pick<Addition, "city" | "id">): string {
  return `${city}/${id}`;
}
