import { type DocumentNode, type ExecutionArgs, GraphQLError } from "graphql";
import type { SubscribePayload } from "graphql-ws";
import { isSubscription, type Outlet, subscribeTo } from "./delivery.ts";
import type { Operations } from "./operation.ts";
import type { Yoga } from "./yoga.ts";

/** What graphql-ws executes, or subscribes to. */
export interface Prepared extends Pick<ExecutionArgs, "schema" | "document" | "operationName"> {
  /** Runs it, once. */
  run: (() => unknown) | undefined;
}

/** Runs it. graphql-ws holds what it executes as long as a subscription lives: what it was run with is let go. */
export function run(prepared: Prepared): unknown {
  const { run } = prepared;
  prepared.run = undefined;
  return run?.();
}

/** Makes what is executed of what a client of a socket asks for, or the errors of it. */
export async function prepare(
  yoga: Yoga,
  operations: Operations,
  params: SubscribePayload,
  outlet: Outlet,
): Promise<Prepared | readonly GraphQLError[]> {
  const enveloped = yoga.getEnveloped({ params } as never);
  const { schema, execute, subscribe, contextFactory, parse, validate } = enveloped;
  const document = parsed(parse, params.query);
  if (document instanceof GraphQLError) return [document];
  const errors: readonly GraphQLError[] = validate(schema, document);
  if (errors.length > 0) return errors.map(withoutHttp);
  const { operationName, variables: variableValues } = params;
  const contextValue = await contextFactory();
  const args = { schema, document, operationName, variableValues, contextValue };
  return {
    schema,
    document,
    operationName,
    run: () =>
      isSubscription(args)
        ? subscribeTo(subscribe, args, () => operations.join(params, document), outlet)
        : execute(args),
  };
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
