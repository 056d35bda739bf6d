import { setTimeout as sleep } from "node:timers/promises";
import type { DocumentNode } from "graphql";
import { timedOut } from "../pothos/index.ts";
import { sortedJson } from "../support/sorted-json.ts";
import { within } from "../support/within.ts";
import type { Admission } from "./admission.ts";
import { type CallerCounts, createCallerCounts } from "./caller-counts.ts";
import type { Visitor } from "../live/index.ts";
import type { IsByViewer } from "./by-viewer.ts";
import type { Identity } from "./context.ts";
import { IteratedEvent } from "./iterable-source.ts";
import type { Mask } from "./mask.ts";
import type { Params } from "./params.ts";
import { createPayload, type Payload, type Serialize } from "./payload.ts";
import { viewerFingerprint } from "./sign-in/fingerprint.ts";
import type { Yoga } from "./yoga.ts";

/**
 * The execution that equal subscriptions share: same document, operation name and variables, callers of one audience with
 * the same scopes.
 *
 * Each subscriber subscribes for itself, in its own context, so what it may subscribe to is decided for it alone. The
 * hubs then hand one event object to all subscribers of a row or partition. The first of them to ask executes the
 * selection set on that event and serialises the result; all others get the same text. This is sound because nothing
 * that differs between them takes part: the arguments are equal, and the contexts see the same by the audience's
 * definition. Where it is known that a field depends on who asks, that definition is not relied on: then only callers
 * share whose tokens have the same claims, times and ids included.
 *
 * Each event is executed in a fresh copy of the first subscriber's context, so that loaders cache nothing from one event to
 * the next.
 */
export interface SharedExecution {
  /**
   * Returns the payload of an event; undefined while it is being executed, after which subscribers are visited.
   *
   * @param event the same object for all subscribers
   */
  payloadOf(event: object, subscriber: Subscriber): Payload | undefined;
  /** Called once by each subscriber that leaves. */
  leave(): void;
}

/** Who waits for the payload of an event. */
export interface Subscriber extends Visitor {
  /** Visits all subscribers of the event's source: the same function for all of them. */
  readonly visitAll: () => void;
}

/** A valid subscription, and who subscribes. */
export interface Subscription {
  readonly params: Params;
  readonly document: DocumentNode;
  readonly identity: Identity;
  /** How many points each event costs. */
  readonly points: number;
  /** How many partitions each event reads. */
  readonly weight: number;
}

/** The executions of all subscriptions of a server. */
export interface SharedExecutions {
  /** Returns the execution of a subscription, for a new subscriber, which must leave it once. */
  join(subscription: Subscription): SharedExecution;
}

export interface SharedExecutionsOptions {
  /** Executes with its plugins. */
  readonly yoga: Yoga;
  readonly isByViewer: IsByViewer;
  /** Converts an error outside of fields into the one that clients get. */
  readonly mask: Mask;
  readonly serialize: Serialize;
  readonly admission: Admission;
}

/** Creates the executions of a server's subscriptions. */
export function createSharedExecutions(options: SharedExecutionsOptions): SharedExecutions {
  const { yoga, isByViewer, mask, serialize, admission } = options;
  const shared = new Map<string, Shared & { readonly callers: CallerCounts }>();

  function createExecute(subscription: Subscription): Execute {
    const { params, document, identity } = subscription;
    const { context } = identity;
    const { schema, execute } = yoga.getEnveloped({ params } as never);
    const { operationName, variables: variableValues } = params;
    const args = { schema, document, operationName, variableValues };
    return async (event) => {
      try {
        const { value: rootValue, failure } =
          event instanceof IteratedEvent ? event : new IteratedEvent(event);
        if (failure) throw failure.error;
        const result = await execute({ ...args, rootValue, contextValue: { ...context } });
        return createPayload(result, serialize);
      } catch (error) {
        return createPayload({ errors: [mask(error)] }, serialize);
      }
    };
  }

  /** Lets an event wait for the points of one of its subscribers, if it costs any. */
  function createPaid(subscription: Subscription, callers: CallerCounts): Execute {
    const { points, weight } = subscription;
    const execute = createExecute(subscription);
    const late = () => createPayload({ errors: [mask(timedOut())] }, serialize);
    return async (event) => {
      const isGone = () => callers.size === 0;
      while (!isGone() && !admission.isClosed) {
        const caller =
          callers.find((each) => admission.hasPoints(each)) ?? callers.find(() => true)!;
        const entrant = { caller, points, weight, isGone };
        try {
          await admission.enter(entrant);
        } catch {
          // Newer values replace this one meanwhile, so that an error would help nobody.
          await sleep(EVENT_RETRY, undefined, { ref: false });
          continue;
        }
        try {
          return await within(EVENT_TIME, execute(event), late);
        } finally {
          admission.leave(entrant);
        }
      }
      return late();
    };
  }

  /** Returns the same text for subscriptions that may share, in whatever order their variables are given. */
  function keyOf({ params, document, identity }: Subscription): string {
    const { query, operationName, variables } = params;
    const { audience, context } = identity;
    const { viewer } = context;
    const isOwn = viewer.isSignedIn && isByViewer(document, operationName);
    const who = [audience, viewer.isSignedIn, viewer.scopes, isOwn && viewerFingerprint(viewer)];
    return sortedJson([who, query, operationName, variables]);
  }

  return {
    join(subscription) {
      const { identity, points } = subscription;
      const { audience, caller } = identity;
      if (audience === undefined) {
        if (points === 0) return createOwn(createExecute(subscription));
        const callers = createCallerCounts();
        callers.add(caller, 1);
        return paidBy(createOwn(createPaid(subscription, callers)), { caller, callers });
      }
      const key = keyOf(subscription);
      let execution = shared.get(key);
      if (!execution) {
        const callers = createCallerCounts();
        const execute =
          points === 0 ? createExecute(subscription) : createPaid(subscription, callers);
        execution = { ...createShared(execute, () => shared.delete(key)), callers };
        shared.set(key, execution);
      }
      execution.join();
      if (points === 0) return execution;
      execution.callers.add(caller, 1);
      return paidBy(execution, { caller, callers: execution.callers });
    },
  };
}

interface EventPayer {
  readonly caller: string;
  readonly callers: CallerCounts;
}

/** Returns an execution for one of those who pay for it. */
function paidBy(execution: SharedExecution, { caller, callers }: EventPayer): SharedExecution {
  return {
    payloadOf: (event, subscriber) => execution.payloadOf(event, subscriber),
    leave() {
      callers.subtract(caller, 1);
      execution.leave();
    },
  };
}

/** How long an event waits before it tries again to be executed, in milliseconds. */
const EVENT_RETRY = 1000;

/** How long an event that costs points may take, in milliseconds. After that its points are free for others. */
const EVENT_TIME = 10_000;

/** Executes a subscription's selection set on an event. Never rejects. */
type Execute = (event: object) => Promise<Payload>;

interface Shared extends SharedExecution {
  /** Called once by each subscriber that joins. */
  join(): void;
}

/** Creates the execution of several subscribers. @param onEmpty called when the last one has left */
function createShared(execute: Execute, onEmpty: () => void): Shared {
  // Weak: an event is garbage once the last subscriber has taken it.
  const payloads = new WeakMap<object, Payload | Set<() => void>>();
  let subscribers = 0;

  async function begin(event: object, waiting: Set<() => void>) {
    payloads.set(event, await execute(event));
    for (const visitAll of waiting) visitAll();
  }

  return {
    join() {
      subscribers += 1;
    },
    leave() {
      subscribers -= 1;
      if (subscribers === 0) onEmpty();
    },
    payloadOf(event, { visitAll }) {
      const found = payloads.get(event);
      if (found instanceof Set) found.add(visitAll);
      else if (found) return found;
      else {
        const waiting = new Set([visitAll]);
        payloads.set(event, waiting);
        void begin(event, waiting);
      }
      return undefined;
    },
  };
}

/** Creates the execution of one subscriber, which alone is visited: visiting all for each costs the square of them. */
function createOwn(execute: Execute): SharedExecution {
  let payload: Payload | undefined;
  let executed: object | undefined;
  return {
    leave() {},
    payloadOf(event, subscriber) {
      if (executed !== event) {
        executed = event;
        payload = undefined;
        void execute(event).then((done) => {
          payload = done;
          subscriber.visit();
        });
      }
      const known = payload;
      // It is taken once, and would be held until the next event.
      if (known) executed = payload = undefined;
      return known;
    },
  };
}
