import type { Writable } from "node:stream";
import {
  createSourceEventStream,
  execute,
  type ExecutionArgs,
  type ExecutionResult,
  getOperationAST,
} from "graphql";
import type { Plugin } from "graphql-yoga";
import type { Source } from "../live/index.ts";
import type { Operation } from "./operation.ts";
import type { Payload } from "./payload.ts";

/** Where the payloads of one subscriber go. */
export interface Outlet {
  /** Whether it should be given nothing more just now. */
  readonly isFull: boolean;
  send(payload: Payload): void;
  /** Has a function called once when it is no longer full. */
  onDrain(visit: () => void): void;
}

/** The root value of an operation whose events, should it be a subscription, are to be sent to an outlet. */
export interface Delivered {
  /** Called with what the operation is subscribed to. */
  readonly deliver: (source: Source<object>) => AsyncIterator<never>;
}

/**
 * Has the events of subscriptions delivered, instead of given to each subscriber's own iterator: what `subscribe`
 * returns then yields nothing, and ends with the subscription. Other plugins still refuse what they refuse.
 */
export function useDelivery(): Plugin {
  return {
    onSubscribe({ args: { rootValue }, setSubscribeFn }) {
      if (!isDelivered(rootValue)) return;
      setSubscribeFn(
        async (args: ExecutionArgs): Promise<AsyncIterator<never> | ExecutionResult> => {
          const source = await createSourceEventStream(args);
          return isSource(source) ? rootValue.deliver(source) : (source as ExecutionResult);
        },
      );
    },
    onExecute({ args, setExecuteFn }) {
      // Yoga's own would subscribe: here the root value is an event.
      if (isSubscription(args)) setExecuteFn(execute);
    },
  };
}

function isSubscription({ document, operationName }: ExecutionArgs): boolean {
  return getOperationAST(document, operationName)?.operation === "subscription";
}

function isDelivered(rootValue: unknown): rootValue is Delivered {
  return typeof rootValue === "object" && rootValue !== null && "deliver" in rootValue;
}

/** What a subscription's field returns comes from a hub or feed, so it is one. */
function isSource(value: object): value is Source<object> {
  return "onNews" in value;
}

/**
 * Sends what a source has to an outlet, each time that there is news and room: what waits for room waits in the
 * source, which is bounded.
 *
 * @returns an iterator that yields nothing: asked for the first value it begins, it is done when the source is over,
 * and `return` leaves
 */
export function deliver(
  source: Source<object>,
  operation: Operation,
  outlet: Outlet,
): AsyncIterableIterator<never> {
  const over = Promise.withResolvers<void>();
  let event: object | undefined;
  let isOver = false;

  function visit() {
    if (isOver) return;
    while (!outlet.isFull) {
      event ??= source.take();
      if (!event) {
        if (source.isOver) end();
        return;
      }
      const payload = operation.payloadOf(event, source.visitAll);
      if (!payload) return;
      event = undefined;
      outlet.send(payload);
    }
    outlet.onDrain(visit);
  }

  function end() {
    if (isOver) return;
    isOver = true;
    operation.leave();
    over.resolve();
  }

  const done = { done: true, value: undefined } as const;
  const leave = async () => {
    end();
    await source.return();
    return done;
  };
  const nothing: AsyncIterableIterator<never> = {
    async next() {
      source.onNews(visit);
      visit();
      await over.promise;
      return done;
    },
    return: leave,
    throw: leave,
    [Symbol.asyncIterator]: () => nothing,
  };
  return nothing;
}

/** Tells those who wait for room in a stream when there is some. */
export function createDrained(stream: Writable): (visit: () => void) => void {
  const waiting = new Set<() => void>();
  stream.on("drain", () => {
    const visits = [...waiting];
    waiting.clear();
    for (const visit of visits) visit();
  });
  return (visit) => waiting.add(visit);
}
