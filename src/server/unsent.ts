import type { ExecutionResult, OperationTypeNode } from "graphql";
import type { JsonText } from "../pothos/index.ts";
import { limits } from "./limits.ts";
import type { Serialize } from "./payload.ts";
import { outOfQuota } from "./quota-error.ts";
import { createCallerCounts } from "./caller-counts.ts";

/** The answers that wait in this process until their clients read them. */
export interface Unsent {
  /**
   * Serialises a result. If too much waits for its receiver already, returns an error instead, except of a mutation, which
   * was executed.
   */
  serialize(result: ExecutionResult, options: UnsentOptions): Serialized;
}

export interface UnsentOptions {
  /** The caller or address that it is sent to. */
  readonly to: string;
  readonly kind?: OperationTypeNode | undefined;
}

/** A serialised result. */
export interface Serialized {
  readonly result: ExecutionResult;
  readonly json: JsonText;
  /** Called once when it is sent, or its client has gone. */
  readonly sent: () => void;
}

/** How long a client should wait until it asks again, in milliseconds: until it has read what it has asked for. */
const READ_RETRY = 1000;

export function createUnsent(serialize: Serialize): Unsent {
  const counts = createCallerCounts();

  function hold(executed: ExecutionResult, address: string): Serialized {
    const { result, json } = serialize(executed);
    const { length } = json;
    counts.add(address, length);
    return { result, json, sent: () => counts.subtract(address, length) };
  }

  return {
    serialize(result, { to: address, kind }) {
      const held = hold(result, address);
      // A single answer is always sent.
      const others = counts.of(address) - held.json.length;
      if (kind === "mutation" || others === 0 || others + held.json.length <= limits.unsentAnswers)
        return held;
      held.sent();
      const most = `${limits.unsentAnswers} bytes of answers that it has not read`;
      const error = outOfQuota("unsentAnswers", { most, wait: READ_RETRY });
      return hold({ errors: [error] }, address);
    },
  };
}
