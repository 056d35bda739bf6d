import type { IncomingMessage } from "node:http";
import { type DocumentNode, type ExecutionArgs, GraphQLError } from "graphql";
import type { SubscribePayload } from "graphql-ws";
import type { WebSocket } from "ws";
import type { Source } from "../live/index.ts";
import type { Delivered } from "./delivery.ts";
import type { Yoga } from "./yoga.ts";

/** The execution arguments of an operation, with what yoga's plugins made of execute and subscribe. */
export interface Prepared extends ExecutionArgs {
  readonly rootValue: Delivered & {
    // oxlint-disable-next-line typescript/no-explicit-any -- as yoga has them
    readonly execute: (args: ExecutionArgs) => any;
    // oxlint-disable-next-line typescript/no-explicit-any
    readonly subscribe: (args: ExecutionArgs) => any;
  };
}

/**
 * Makes what is executed of what a client of a socket asks for, or the errors of it.
 *
 * @param deliver called with what a subscription is subscribed to
 */
export async function executionArgs(
  yoga: Yoga,
  { request, client: socket }: { readonly request: IncomingMessage; readonly client: WebSocket },
  params: SubscribePayload,
  deliver: (source: Source<object>, document: DocumentNode) => AsyncIterator<never>,
): Promise<Prepared | readonly GraphQLError[]> {
  const enveloped = yoga.getEnveloped({ req: request, socket, params });
  const { schema, execute, subscribe, contextFactory, parse, validate } = enveloped;
  const document = parsed(parse, params.query);
  if (document instanceof GraphQLError) return [document];
  const errors: readonly GraphQLError[] = validate(schema, document);
  if (errors.length > 0) return errors.map(withoutHttp);
  const contextValue = await contextFactory();
  const { operationName, variables: variableValues } = params;
  const rootValue: Prepared["rootValue"] = {
    execute,
    subscribe,
    deliver: (source) => deliver(source, document),
  };
  return { schema, document, operationName, variableValues, contextValue, rootValue };
}

/** A syntax error that was thrown on would close the socket, and all its other subscriptions with it. */
function parsed(
  parse: (query: string) => DocumentNode,
  query: string,
): DocumentNode | GraphQLError {
  try {
    return parse(query);
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    const { message, source, positions } = error;
    const extensions = { code: "GRAPHQL_PARSE_FAILED" };
    return new GraphQLError(message, { source, positions, extensions });
  }
}

/** Without what yoga notes on an error for its HTTP side, and takes away before it sends it there. */
function withoutHttp(error: GraphQLError): GraphQLError {
  const { http: _, ...extensions } = error.extensions;
  return new GraphQLError(error.message, { nodes: error.nodes ?? null, extensions });
}
