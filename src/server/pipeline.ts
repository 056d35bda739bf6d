import {
  type DocumentNode,
  execute as executeByGraphQL,
  type ExecutionResult,
  getOperationAST,
  GraphQLError,
  type GraphQLSchema,
  type OperationTypeNode,
} from "graphql";
import { createYoga, type Plugin } from "graphql-yoga";
import {
  createExecute,
  createOperationCost,
  hasSkipped,
  type OperationCost,
  PlannedResult,
  setDeadline,
  type Viewer,
} from "../pothos/index.ts";
import type { Limits } from "./adjustable-limits.ts";
import type { Admission, Entrant } from "./admission.ts";
import { createResolveDocument, requireRunnable } from "./allowed-documents.ts";
import { useArgumentErrors } from "./argument-error.ts";
import { createIsByViewer } from "./by-viewer.ts";
import type { Identity } from "./context.ts";
import {
  type DeliveredArgs,
  Delivery,
  executionOptions,
  type Outlet,
  subscribeTo,
  useDelivery,
} from "./delivery.ts";
import type { Disclosure } from "./disclosure.ts";
import { documentOf, useDocuments } from "./document.ts";
import { pointsOfDocument } from "./document-points.ts";
import { codedError } from "./error.ts";
import { introspectedFields } from "./introspection.ts";
import { IterableSource } from "./iterable-source.ts";
import { limits as fixed } from "./limits.ts";
import type { Mask } from "./mask.ts";
import { type Params, type SentParams, tooDeepVariables } from "./params.ts";
import { answerTooLarge, type Serialize } from "./payload.ts";
import { requestError } from "./request-error.ts";
import type { Admitted, Requester, Run } from "./run.ts";
import { createSharedExecutions } from "./shared-execution.ts";
import { useSkipped } from "./skipped.ts";
import { useNoSuggestions } from "./suggestions.ts";
import { createUsableSchema, type UsableSchema } from "./usable-schema.ts";
import type { Yoga } from "./yoga.ts";

/** A valid operation, to be run once. */
export interface Prepared {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operationName: string | null | undefined;
  readonly kind: OperationTypeNode;
  /** Executes a query or mutation. Never rejects: the result has the errors. */
  execute(by: Requester): Promise<ExecutionResult>;
  /**
   * Subscribes. Never rejects.
   *
   * @returns what delivers events to the outlet, from `next` until `return`; or the result, if the subscription is
   * refused: nothing is left open then
   */
  subscribe(by: Requester, outlet: Outlet): Promise<Delivery | ExecutionResult>;
}

/** Why an operation cannot be run. Each error has a code. */
export interface Invalid {
  readonly errors: readonly GraphQLError[];
}

/** Who pays for the preparation of an operation. */
export type Payer = Pick<Entrant, "caller" | "isGone">;

/** Parses, validates and runs operations, the same way for all transports. */
export interface Pipeline {
  /**
   * Parses and validates, and checks that the operation is within the limits. If it was not prepared lately or is refused,
   * that costs points, for which it waits. Never throws or rejects.
   */
  prepare(sent: SentParams, payer: Payer): Prepared | Invalid | Promise<Prepared | Invalid>;
  /** Refuses new subscriptions, and ends those whose events are not live values. */
  close(): void;
}

export interface PipelineOptions {
  readonly schema: GraphQLSchema;
  /** The only documents that may be run, by their ids. Undefined: all may. */
  readonly listed: ReadonlyMap<string, string> | undefined;
  /** Converts an error into the one that the client gets. */
  readonly mask: Mask;
  readonly limits: Limits;
  /** Runs operations within the limits of their callers. */
  readonly run: Run;
  readonly admission: Admission;
  readonly serialize: Serialize;
  readonly disclosure: Disclosure;
}

/**
 * Creates the pipeline of a schema. Of Yoga only the enveloped steps are used, with their plugins: Yoga itself answers no
 * HTTP request here, and builds no context.
 *
 * @throws DocumentListError if a listed document could never be run
 */
export function createPipeline(options: PipelineOptions): Pipeline {
  const { schema, listed, mask, limits, run, admission, serialize, disclosure } = options;
  const resolve = createResolveDocument(listed);
  const documents = useDocuments(limits, disclosure);
  const costOf = createOperationCost({ maxValues: limits.values });
  const usableBy = disclosure.introspection === "usable" ? createUsableSchema(schema) : undefined;
  const { answerBytes } = limits;
  const byPlan = createExecute({ answerBytes, tooLarge: () => answerTooLarge(answerBytes) });
  let isClosing = false;
  const iterated = new Set<IterableSource>();
  const yoga: Yoga = createYoga<Record<string, unknown>>({
    schema,
    maskedErrors: { maskError: mask, errorMessage: "Unexpected error." },
    plugins: [
      refuseSubscriptions(() => isClosing),
      ...(disclosure.introspection === "all" ? [] : [useNoSuggestions()]),
      useArgumentErrors(),
      documents.plugin,
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
  requireRunnable(listed ?? new Map(), (query) =>
    documentOf(yoga.getEnveloped({ params: { query } } as never), query),
  );
  const executions = createSharedExecutions({
    yoga,
    isByViewer: createIsByViewer(schema),
    mask,
    serialize,
    admission,
  });

  function prepared(params: Params): Prepared | Invalid {
    const deep = tooDeepVariables(params);
    if (deep) return { errors: [deep] };
    const enveloped = yoga.getEnveloped({ params } as never);
    const document = documents.find(params.query) ?? documentOf(enveloped, params.query);
    if (!("kind" in document)) return { errors: document };
    const { operationName, variables: variableValues } = params;
    const operation = getOperationAST(document, operationName);
    if (!operation) return { errors: [unresolved(operationName)] };
    const { operation: kind } = operation;
    const cost = costOf({ schema, document, operation, variables: variableValues });
    const tooLarge = costProblem(cost, limits);
    if (tooLarge) return { errors: [tooLarge] };
    const introspected = introspectedFields(operation, document);
    const values = cost.values + introspected;
    const weight = Math.max(1, cost.partitions);
    const points = Math.max(1, cost.points, Math.ceil(values / fixed.valuesAPoint));
    // An event has what the subscription's field has read. Small ones cost nothing.
    const eventWeight = cost.partitions - cost.ofRoot;
    const event = {
      weight: eventWeight,
      points: Math.max(eventWeight, Math.floor(values / fixed.valuesAPoint)),
    };
    const { execute, subscribe } = enveloped;
    const argumentsFor = ({ identity: { context }, deadline }: Admitted) => {
      const contextValue = { ...context };
      setDeadline(contextValue, deadline);
      return { schema, document, operationName, variableValues, contextValue };
    };

    /** Executes introspection on the schema of its caller, who pays for that if it must be made. */
    function introspect(by: Requester, usableOf: (viewer: Viewer) => UsableSchema) {
      let usable: UsableSchema | undefined;
      const pointsFor = ({ context: { viewer } }: Identity) => {
        usable = usableOf(viewer);
        return points + usable.points;
      };
      return run({ ...by, kind, points: pointsFor, weight }, async (turn) =>
        execute({ ...argumentsFor(turn), schema: usable!.schema() }),
      );
    }
    return {
      schema,
      document,
      operationName,
      kind,
      execute: (by) =>
        orErrors(() =>
          usableBy && introspected > 0
            ? introspect(by, usableBy)
            : run({ ...by, kind, points, weight }, async (turn) => {
                const args = { ...argumentsFor(turn), options: executionOptions };
                const executed = (await byPlan(args)) ?? (await executeByGraphQL(args));
                if (isComplete(executed, args.contextValue)) return executed;
                const delivered: DeliveredArgs = { ...args, executed };
                return execute(delivered);
              }),
        ),
      subscribe: (by, outlet) =>
        orErrors(() =>
          run({ ...by, kind, points, weight, discard: leaveDelivery }, (turn) =>
            subscribeTo(subscribe, argumentsFor(turn), {
              join: () => executions.join({ params, document, identity: turn.identity, ...event }),
              outlet,
            }),
          ),
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

  function prepareNow(params: Params): Prepared | Invalid {
    try {
      return prepared(params);
    } catch (error) {
      return { errors: [mask(error)] };
    }
  }

  /** Prepares a document that is not known, which takes time. */
  async function prepareUnknown(params: Params, payer: Payer): Promise<Prepared | Invalid> {
    const refusal = admission.refusal(payer.caller);
    if (refusal) await refusal;
    await admission.enter({ ...payer, points: pointsOfDocument(params.query) });
    const result = prepareNow(params);
    return "errors" in result ? refuse(result, payer) : result;
  }

  /** Lets a refused operation be paid, too: a flood of them would otherwise cost its sender nothing. */
  async function refuse(invalid: Invalid, payer: Payer): Promise<Invalid> {
    await admission.enter({ ...payer, points: 1 });
    return invalid;
  }

  return {
    prepare(sent, payer) {
      const orInvalid = (error: unknown) => ({ errors: [mask(error)] });
      const params = resolve(sent);
      if (params instanceof GraphQLError) {
        return refuse({ errors: [params] }, payer).catch(orInvalid);
      }
      if (!documents.find(params.query)) return prepareUnknown(params, payer).catch(orInvalid);
      const result = prepareNow(params);
      return "errors" in result ? refuse(result, payer).catch(orInvalid) : result;
    },
    close() {
      isClosing = true;
      for (const source of iterated) source.end();
    },
  };
}

/** Whether a result is sent as it is: plugins add something only to errors, and to pages that have left out rows. */
function isComplete(result: ExecutionResult, context: object): boolean {
  return result instanceof PlannedResult || (!result.errors && !hasSkipped(context));
}

/** Leaves a subscription that nobody waits for any more. */
function leaveDelivery(begun: Delivery | ExecutionResult): void {
  if (begun instanceof Delivery) void begun.return();
}

/** Returns the error of an operation that costs too much. */
function costProblem(cost: OperationCost, limits: Limits): GraphQLError | undefined {
  if (cost.values > limits.values) {
    const message = `The answer could have more than ${limits.values} fields. Request smaller pages or fewer fields.`;
    return requestError("ANSWER_TOO_LARGE", message);
  }
  if (cost.characters > limits.answerBytes) {
    const message = `The names of the answer's fields alone could have more than ${limits.answerBytes} bytes.`;
    return requestError("ANSWER_TOO_LARGE", message);
  }
  if (cost.partitions <= limits.partitions) return undefined;
  const message = `The operation may read or write ${limits.partitions} partitions, but could need ${cost.partitions}.`;
  return requestError("TOO_MANY_PARTITIONS", message, {
    extensions: { partitions: cost.partitions, limit: limits.partitions },
  });
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
