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
import type { Operation } from "./operation.ts";
import type { Payload } from "./payload.ts";

/** Where the payloads of one subscriber go. */
export interface Outlet {
  /** Whether it should be given nothing more just now. */
  readonly isFull: boolean;
  send(payload: Payload): void;
  /** Has somebody visited once when it is no longer full. */
  onDrain(visitor: Visitor): void;
  /** Tells the subscriber that nothing more comes. */
  end(): void;
}

/** The root value of a subscription whose events are delivered, instead of given to an iterator. */
class Delivered {
  /** What it is subscribed to. */
  source: Source<object> | undefined;
}

/** Subscribes, with the plugins that are in it. */
// oxlint-disable-next-line typescript/no-explicit-any -- as yoga has it
export type Subscribe = (args: ExecutionArgs) => any;

/**
 * Subscribes through all plugins, one of which is {@link useDelivery}. Whatever is thrown or refused, before the
 * source was made or after, the source is left.
 *
 * @returns what delivers the events to the outlet; or the result, if the subscription is refused
 */
export async function subscribeTo(
  subscribe: Subscribe,
  args: ExecutionArgs,
  join: () => Operation,
  outlet: Outlet,
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

/**
 * Executes by graphql-js, and lets subscriptions be subscribed to through all plugins, which may refuse them, without their events running through
 * each one's own iterators.
 */
export function useDelivery(): Plugin {
  return {
    onSubscribe({ args: { rootValue }, setSubscribeFn }) {
      if (!(rootValue instanceof Delivered)) return;
      setSubscribeFn(async (args: ExecutionArgs): Promise<ExecutionResult> => {
        const source = await openSource({ ...args, options });
        if (!(Symbol.asyncIterator in source)) return source;
        if (isSource(source)) {
          rootValue.source = source;
          return {};
        }
        await source[Symbol.asyncIterator]().return?.();
        throw new TypeError("A subscription's field must return a source of live values.");
      });
    },
    // Yoga's own would subscribe where the root value is an event; and here what is executed is executed by one.
    onExecute: ({ setExecuteFn }) => setExecuteFn((args) => execute({ ...args, options })),
  };
}

const options = { maxCoercionErrors: limits.variableErrors };

/** Opens the source of a subscription. graphql 16 validates the arguments itself; graphql 17 needs them validated. */
async function openSource(args: ExecutionArgs): Promise<AsyncIterable<unknown> | ExecutionResult> {
  if (!("validateSubscriptionArgs" in graphql)) return createSourceEventStream(args);
  // The types are those of graphql 16.
  const validate = graphql.validateSubscriptionArgs as Validate;
  const validated = validate(args);
  return "schema" in validated ? createSourceEventStream(validated) : { errors: validated };
}

type Validate = (args: ExecutionArgs) => ExecutionArgs | readonly GraphQLError[];

/** What a subscription's field returns comes from a hub or feed, so it is one. */
function isSource(value: object): value is Source<object> {
  return "visitAll" in value;
}

/**
 * Sends what a source has to an outlet, each time that there is news and room: what waits for room waits in the
 * source, which is bounded.
 *
 * To whoever wants results it is an iterator without any: asked for the first it begins, and `return` leaves.
 */
export class Delivery implements AsyncIterableIterator<never>, Visitor {
  readonly #source: Source<object>;
  readonly #operation: Operation;
  readonly #outlet: Outlet;
  /** Taken, and not yet known as text. */
  #event: object | undefined;
  #isOver = false;

  constructor(source: Source<object>, operation: Operation, outlet: Outlet) {
    this.#source = source;
    this.#operation = operation;
    this.#outlet = outlet;
  }

  /** Never settles, and is held by nobody: so who waits for it is forgotten, with all that it holds. */
  next(): Promise<never> {
    this.#source.visitor = this;
    this.visit();
    return new Promise(() => {});
  }

  visit() {
    if (this.#isOver) return;
    while (!this.#outlet.isFull) {
      this.#event ??= this.#source.take();
      if (!this.#event) {
        if (this.#source.isOver) {
          void this.return();
          this.#outlet.end();
        }
        return;
      }
      const payload = this.#operation.payloadOf(this.#event, this.#source.visitAll);
      if (!payload) return;
      this.#event = undefined;
      this.#outlet.send(payload);
    }
    this.#outlet.onDrain(this);
  }

  return() {
    if (!this.#isOver) this.#operation.leave();
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

/** Who waits for room in a stream. */
const waiting = new WeakMap<Writable, Set<Visitor>>();

/** Has somebody visited once when there is room in a stream again. */
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
