import type { DocumentNode, ExecutionResult } from "graphql";
import type { Mask } from "./mask.ts";
import type { Params } from "./params.ts";
import { createPayload, type Payload } from "./payload.ts";
import type { Yoga } from "./yoga.ts";

/**
 * What subscribers who ask for the same have in common: each event is executed once for all of them, and written as
 * text once. What they get can differ by nothing else, for their requests are not in its context.
 */
export interface Operation {
  /**
   * What an event is to those who get it. Undefined: not known yet.
   *
   * @param event one object for all of them
   * @param again called when it is known; the same one for all of them costs one call
   */
  payloadOf(event: object, again: () => void): Payload | undefined;
  /** One of them has left. */
  leave(): void;
}

/** The operations that somebody is subscribed to. */
export interface Operations {
  /** That with the same document and variables; whoever gets it leaves it. */
  join(params: Params, document: DocumentNode): Operation;
}

/**
 * @param yoga executes, with its plugins
 * @param mask decides what is told of an error that is none of a field
 */
export function createOperations(yoga: Yoga, mask: Mask): Operations {
  const shared = new Map<string, Shared>();
  return {
    join(params, document) {
      const key = keyOf(params);
      let operation = shared.get(key);
      if (!operation) {
        const execute = createExecute(yoga, mask, params, document);
        operation = createShared(execute, mask, () => shared.delete(key));
        shared.set(key, operation);
      }
      operation.join();
      return operation;
    },
  };
}

interface Shared extends Operation {
  /** One more has come. */
  join(): void;
}

/** @param onEmpty called when the last has left */
function createShared(
  execute: (event: object) => Promise<ExecutionResult>,
  mask: Mask,
  onEmpty: () => void,
): Shared {
  // An event is forgotten with the last who holds it.
  const payloads = new WeakMap<object, Payload | Set<() => void>>();
  let members = 0;

  async function begin(event: object, waiting: Set<() => void>) {
    payloads.set(event, createPayload(await execute(event), mask));
    for (const again of waiting) again();
  }

  return {
    join() {
      members += 1;
    },
    leave() {
      members -= 1;
      if (members === 0) onEmpty();
    },
    payloadOf(event, again) {
      const found = payloads.get(event);
      if (found instanceof Set) found.add(again);
      else if (found) return found;
      else {
        const waiting = new Set([again]);
        payloads.set(event, waiting);
        void begin(event, waiting);
      }
      return undefined;
    },
  };
}

/** Makes what executes an event, in a context of its own: it holds nothing of who subscribed, nor of other events. */
function createExecute(yoga: Yoga, mask: Mask, params: Params, document: DocumentNode) {
  const { schema, contextFactory, execute } = yoga.getEnveloped({ params } as never);
  const { operationName, variables: variableValues } = params;
  const operation = { schema, document, operationName, variableValues };
  return async (rootValue: object): Promise<ExecutionResult> => {
    try {
      return await execute({ ...operation, rootValue, contextValue: await contextFactory() });
    } catch (error) {
      return { errors: [mask(error)] };
    }
  };
}

/** The same text for the same operation, in whatever order its variables are named. */
function keyOf({ query, operationName, variables }: Params): string {
  return JSON.stringify([query, operationName, variables], (_, value: unknown) =>
    isRecord(value) ? Object.fromEntries(Object.entries(value).toSorted(byName)) : value,
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function byName([one]: [string, unknown], [other]: [string, unknown]): number {
  return one < other ? -1 : 1;
}
