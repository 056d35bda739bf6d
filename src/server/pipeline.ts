import {
  type DocumentNode,
  type ExecutionResult,
  getOperationAST,
  type GraphQLError,
  type GraphQLSchema,
  type OperationTypeNode,
} from "graphql";
import { createYoga, type Plugin } from "graphql-yoga";
import type { Context } from "./context.ts";
import { codedError } from "./error.ts";
import { schema } from "../party/schema.ts";
import { useArgumentErrors } from "./argument-error.ts";
import { type Delivery, type Outlet, subscribeTo, useDelivery } from "./delivery.ts";
import { documentOf, useDocuments } from "./document.ts";
import type { Mask } from "./mask.ts";
import { createOperations } from "./operation.ts";
import { type Params, tooDeepVariables } from "./params.ts";
import { requestError } from "./request-error.ts";
import { useSkipped } from "./skipped.ts";
import type { Yoga } from "./yoga.ts";

/** An operation that is in order, to be run once. */
export interface Prepared {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operationName: string | null | undefined;
  readonly kind: OperationTypeNode;
  /** Executes a query or mutation. Never rejects: what fails is in the result. */
  execute(): Promise<ExecutionResult>;
  /**
   * Subscribes. Never rejects.
   *
   * @returns what delivers events to the outlet, once it is begun, until it is left; or the result, if the subscription
   * is refused: nothing is left behind then
   */
  subscribe(outlet: Outlet): Promise<Delivery | ExecutionResult>;
}

/** What was asked for and is not in order. Each error has a code. */
export interface Refused {
  readonly errors: readonly GraphQLError[];
}

/** The way of an operation, the same for all transports: parsed, validated, and then run. */
export interface Pipeline {
  /** Parses and validates, once. Never throws. */
  prepare(params: Params): Prepared | Refused;
}

export interface PipelineOptions {
  readonly context: Context;
  /** Decides what a client is told of an error. */
  readonly mask: Mask;
  /** Whether subscriptions are to be refused. */
  readonly isClosing: () => boolean;
  /** Most tokens of a document. */
  readonly maxTokens: number;
}

/**
 * Makes the pipeline of a server. Nothing in it knows of a request but its parameters, so a context holds nothing of
 * who asks. Yoga answers no HTTP: only its pipeline is used, of which each transport calls the steps by itself.
 */
export function createPipeline({ context, mask, isClosing, maxTokens }: PipelineOptions): Pipeline {
  const yoga: Yoga = createYoga<Record<string, unknown>, Context>({
    schema,
    context,
    maskedErrors: { maskError: mask, errorMessage: "Unexpected error." },
    plugins: [
      refuseSubscriptions(isClosing),
      useArgumentErrors(),
      useDocuments(maxTokens),
      useDelivery(),
      useSkipped(),
    ],
    parserAndValidationCache: false,
    graphiql: false,
    landingPage: false,
    logging: false,
  });
  const operations = createOperations(yoga, mask);

  function prepared(params: Params): Prepared | Refused {
    const deep = tooDeepVariables(params);
    if (deep) return { errors: [deep] };
    const enveloped = yoga.getEnveloped({ params } as never);
    const document = documentOf(enveloped, params.query);
    if (!("kind" in document)) return { errors: document };
    const { operationName, variables: variableValues } = params;
    const operation = getOperationAST(document, operationName);
    if (!operation) return { errors: [unresolved(operationName)] };
    const { execute, subscribe, contextFactory } = enveloped;
    const args = async () => {
      const contextValue = await contextFactory();
      return { schema, document, operationName, variableValues, contextValue };
    };
    return {
      schema,
      document,
      operationName,
      kind: operation.operation,
      execute: () => told(async () => execute(await args())),
      subscribe: (outlet) =>
        told(async () =>
          subscribeTo(subscribe, await args(), () => operations.join(params, document), outlet),
        ),
    };
  }

  /** What comes of it, or why nothing does. */
  async function told<Told>(run: () => Promise<Told>): Promise<Told | ExecutionResult> {
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
  };
}

function unresolved(operationName: string | null | undefined): GraphQLError {
  const message =
    operationName == null
      ? "The document must have one operation, or `operationName` name one of it."
      : "The document has no operation of the name that `operationName` gives.";
  return requestError("OPERATION_RESOLUTION_FAILURE", message);
}

/** Refuses those that come when the others have been completed: nothing would ever end them. */
function refuseSubscriptions(isClosing: () => boolean): Plugin {
  return {
    onSubscribe({ setResultAndStopExecution }) {
      if (!isClosing()) return;
      const error = codedError("UNAVAILABLE", "The service stops: subscribe to the next.");
      // Thrown, it would be taken for a defect.
      setResultAndStopExecution({ errors: [error] });
    },
  };
}
