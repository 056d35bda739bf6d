import {
  type DocumentNode,
  type ExecutionResult,
  getOperationAST,
  type GraphQLError,
  type GraphQLSchema,
  type OperationTypeNode,
} from "graphql";
import { createYoga, type Plugin } from "graphql-yoga";
import type { Identity } from "./context.ts";
import { codedError } from "./error.ts";
import { useArgumentErrors } from "./argument-error.ts";
import { type Delivery, type Outlet, subscribeTo, useDelivery } from "./delivery.ts";
import { documentOf, useDocuments } from "./document.ts";
import { IterableSource } from "./iterable-source.ts";
import type { Mask } from "./mask.ts";
import { createSharedExecutions } from "./shared-execution.ts";
import { type Params, tooDeepVariables } from "./params.ts";
import { requestError } from "./request-error.ts";
import { useSkipped } from "./skipped.ts";
import type { Yoga } from "./yoga.ts";

/** A valid operation, to be run once. */
export interface Prepared {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operationName: string | null | undefined;
  readonly kind: OperationTypeNode;
  /** Executes a query or mutation. Never rejects: the result has the errors. */
  execute(identity: Identity): Promise<ExecutionResult>;
  /**
   * Subscribes. Never rejects.
   *
   * @returns what delivers events to the outlet, from `next` until `return`; or the result, if the subscription is
   * refused: nothing is left open then
   */
  subscribe(identity: Identity, outlet: Outlet): Promise<Delivery | ExecutionResult>;
}

/** Why an operation cannot be run. Each error has a code. */
export interface Invalid {
  readonly errors: readonly GraphQLError[];
}

/** Parses, validates and runs operations, the same way for all transports. */
export interface Pipeline {
  /** Parses and validates. Never throws. */
  prepare(params: Params): Prepared | Invalid;
  /** Refuses new subscriptions, and ends those whose events are not live values. */
  close(): void;
}

export interface PipelineOptions {
  readonly schema: GraphQLSchema;
  /** Converts an error into the one that the client gets. */
  readonly mask: Mask;
  /** The maximum number of tokens of a document. */
  readonly maxTokens: number;
}

/**
 * Creates the pipeline of a schema. Of Yoga only the enveloped steps are used, with their plugins: Yoga itself answers no
 * HTTP request here, and builds no context.
 */
export function createPipeline({ schema, mask, maxTokens }: PipelineOptions): Pipeline {
  if (!(maxTokens >= 1))
    throw new RangeError(`maxTokens must be a number from 1, but is ${maxTokens}.`);
  let isClosing = false;
  const iterated = new Set<IterableSource>();
  const yoga: Yoga = createYoga<Record<string, unknown>>({
    schema,
    maskedErrors: { maskError: mask, errorMessage: "Unexpected error." },
    plugins: [
      refuseSubscriptions(() => isClosing),
      useArgumentErrors(),
      useDocuments(maxTokens),
      useDelivery((events) => {
        const source = new IterableSource(events, (ended) => iterated.delete(ended));
        // The field may have begun before `close`, and returned its iterable after it.
        if (isClosing) source.end();
        else iterated.add(source);
        return source;
      }),
      useSkipped(),
    ],
    parserAndValidationCache: false,
    graphiql: false,
    landingPage: false,
    logging: false,
  });
  const executions = createSharedExecutions(yoga, mask);

  function prepared(params: Params): Prepared | Invalid {
    const deep = tooDeepVariables(params);
    if (deep) return { errors: [deep] };
    const enveloped = yoga.getEnveloped({ params } as never);
    const document = documentOf(enveloped, params.query);
    if (!("kind" in document)) return { errors: document };
    const { operationName, variables: variableValues } = params;
    const operation = getOperationAST(document, operationName);
    if (!operation) return { errors: [unresolved(operationName)] };
    const { execute, subscribe } = enveloped;
    const argumentsFor = ({ context }: Identity) => ({
      schema,
      document,
      operationName,
      variableValues,
      contextValue: { ...context },
    });
    return {
      schema,
      document,
      operationName,
      kind: operation.operation,
      execute: (identity) => orErrors(async () => execute(argumentsFor(identity))),
      subscribe: (identity, outlet) =>
        orErrors(() =>
          subscribeTo(subscribe, argumentsFor(identity), {
            join: () => executions.join({ params, document, identity }),
            outlet,
          }),
        ),
    };
  }

  /** Returns what `run` returns, or the error that it throws as a result. */
  async function orErrors<Value>(run: () => Promise<Value>): Promise<Value | ExecutionResult> {
    try {
      return await run();
    } catch (error) {
      return { errors: [mask(error)] };
    }
  }

  return {
    prepare(params) {
      try {
        return prepared(params);
      } catch (error) {
        return { errors: [mask(error)] };
      }
    },
    close() {
      isClosing = true;
      for (const source of iterated) source.end();
    },
  };
}

function unresolved(operationName: string | null | undefined): GraphQLError {
  const message =
    operationName == null
      ? "The document must have one operation, or `operationName` name one of it."
      : "The document has no operation of the name that `operationName` gives.";
  return requestError("OPERATION_RESOLUTION_FAILURE", message);
}

/** Refuses subscriptions that begin after the others were completed: nothing would ever end them. */
function refuseSubscriptions(isClosing: () => boolean): Plugin {
  return {
    onSubscribe({ setResultAndStopExecution }) {
      if (!isClosing()) return;
      const error = codedError("UNAVAILABLE", "The service is stopping: subscribe again.");
      // If it were thrown, it would be masked as a defect.
      setResultAndStopExecution({ errors: [error] });
    },
  };
}
