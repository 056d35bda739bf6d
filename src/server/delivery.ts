import type { Writable } from "node:stream";
import * as graphql from "graphql";
import {
  createSourceEventStream,
  execute,
  type ExecutionArgs,
  type ExecutionResult,
  type GraphQLError,
} from "graphql";
import type { Plugin } from "graphql-yoga";
import type { Source, Visitor } from "../live/index.ts";
import { limits } from "./limits.ts";
import type { SharedExecution, Subscriber } from "./shared-execution.ts";
import type { Payload } from "./payload.ts";
import { type Expiring, isPast } from "./sign-in/expiry.ts";

/** Sends the payloads of one subscription to its client. */
export interface Outlet {
  /** Whether nothing should be sent until it has drained. */
  readonly isFull: boolean;
  send(payload: Payload): void;
  /** Visits once when it is no longer full. */
  onDrain(visitor: Visitor): void;
  /** Tells the client that the subscription is complete. */
  end(): void;
  /** Until when its client is signed in, in milliseconds since 1970. Undefined: that never ends. */
  readonly expires: number | undefined;
  /** Tells the client that its token has expired. */
  expire(): void;
}

/** The root value by which {@link useDelivery} recognises a subscription whose events are delivered. */
class Delivered {
  /** What the subscription's field has returned. */
  source: Source<object> | undefined;
}

/** Subscribes through all plugins. */
// oxlint-disable-next-line typescript/no-explicit-any -- as yoga has it
export type Subscribe = (args: ExecutionArgs) => any;

/**
 * Subscribes through all plugins, one of which is {@link useDelivery}. If the subscription fails or is refused, before or
 * after its source was created, the source is left.
 *
 * @returns what delivers the events to the outlet; or the result, if the subscription is refused
 */
export async function subscribeTo(
  subscribe: Subscribe,
  args: ExecutionArgs,
  { join, outlet }: { readonly join: () => SharedExecution; readonly outlet: Outlet },
): Promise<Delivery | ExecutionResult> {
  const root = new Delivered();
  try {
    const result: ExecutionResult = await subscribe({ ...args, rootValue: root });
    if (!root.source || result.errors) {
      await root.source?.return();
      return result;
    }
    return new Delivery(root.source, join(), outlet);
  } catch (error) {
    await root.source?.return();
    throw error;
  }
}

/** What {@link useDelivery} executes. */
export interface DeliveredArgs extends ExecutionArgs {
  /** The result, if the operation has been executed, and plugins have to look at it. */
  readonly executed?: ExecutionResult | undefined;
}

/**
 * Lets every plugin see subscriptions, and refuse them, without running their events through iterators of each plugin.
 * Executes by graphql-js what has not been executed.
 *
 * @param iterated adapts what a field returns that is no source of live values
 */
export function useDelivery(iterated: (events: AsyncIterable<unknown>) => Source<object>): Plugin {
  return {
    onSubscribe({ args: { rootValue }, setSubscribeFn }) {
      if (!(rootValue instanceof Delivered)) return;
      setSubscribeFn(async (args: ExecutionArgs): Promise<ExecutionResult> => {
        const events = await subscribeSource({ ...args, options: executionOptions });
        if (!(Symbol.asyncIterator in events)) return events;
        rootValue.source = isSource(events) ? events : iterated(events);
        return {};
      });
    },
    // Yoga's own execute function would subscribe if the root value is an event.
    onExecute: ({ setExecuteFn }) =>
      setExecuteFn(
        ({ executed, ...args }: DeliveredArgs) =>
          executed ?? execute({ ...args, options: executionOptions }),
      ),
  };
}

export const executionOptions = { maxCoercionErrors: limits.variableErrors };

/** Calls the source of a subscription. graphql 16 validates the arguments itself; graphql 17 has a function for that. */
async function subscribeSource(
  args: ExecutionArgs,
): Promise<AsyncIterable<unknown> | ExecutionResult> {
  // The types are those of graphql 16.
  const { validateSubscriptionArgs: validate } = graphql as OfGraphQL17;
  const validated = validate ? validate(args) : args;
  return "schema" in validated ? createSourceEventStream(validated) : { errors: validated };
}

interface OfGraphQL17 {
  readonly validateSubscriptionArgs?: (
    args: ExecutionArgs,
  ) => ExecutionArgs | readonly GraphQLError[];
}

/** Whether a field has returned a source of live values, from a hub or a feed. */
function isSource(value: object): value is Source<object> {
  return "visitAll" in value;
}

/**
 * Sends the events of a source to an outlet whenever there are some and there is room. Until then they wait in the source,
 * which is bounded.
 *
 * graphql-ws and others see an iterator without results: `next` starts it, and `return` leaves the source.
 */
export class Delivery implements AsyncIterableIterator<never>, Subscriber, Expiring {
  readonly #source: Source<object>;
  readonly #execution: SharedExecution;
  readonly #outlet: Outlet;
  /** Taken from the source, and not yet sent. */
  #event: object | undefined;
  #isOver = false;

  constructor(source: Source<object>, execution: SharedExecution, outlet: Outlet) {
    this.#source = source;
    this.#execution = execution;
    this.#outlet = outlet;
  }

  /** Never settles, so that the caller and all that it holds become garbage while it waits. */
  next(): Promise<never> {
    this.#source.visitor = this;
    this.visit();
    return new Promise(() => {});
  }

  get visitAll() {
    return this.#source.visitAll;
  }

  visit() {
    if (this.#isOver) return;
    if (isPast(this.expires)) return this.expire();
    while (!this.#outlet.isFull) {
      this.#event ??= this.#source.take();
      if (!this.#event) {
        if (this.#source.isOver) {
          void this.return();
          this.#outlet.end();
        }
        return;
      }
      const payload = this.#execution.payloadOf(this.#event, this);
      if (!payload) return;
      this.#event = undefined;
      this.#outlet.send(payload);
    }
    this.#outlet.onDrain(this);
  }

  get expires() {
    return this.#outlet.expires;
  }

  /** Leaves the source: a client whose token has expired gets no event any more. */
  expire() {
    if (this.#isOver) return;
    void this.return();
    this.#outlet.expire();
  }

  return() {
    if (!this.#isOver) this.#execution.leave();
    this.#isOver = true;
    return this.#source.return();
  }

  throw() {
    return this.return();
  }

  [Symbol.asyncIterator]() {
    return this;
  }
}

/** The visitors that wait for room in a stream. */
const waiting = new WeakMap<Writable, Set<Visitor>>();

/** Visits once when a stream has room again. */
export function onceDrained(stream: Writable, visitor: Visitor): void {
  const others = waiting.get(stream);
  if (others) return void others.add(visitor);
  waiting.set(stream, new Set([visitor]));
  stream.once("drain", () => {
    const visitors = waiting.get(stream)!;
    waiting.delete(stream);
    for (const each of visitors) each.visit();
  });
}
