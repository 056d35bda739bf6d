import type { IncomingMessage } from "node:http";
import { OPERATOR } from "../pothos/index.ts";
import type { AddressOf } from "./address.ts";
import type { Gate } from "./gate.ts";
import type { SignIn } from "./sign-in/sign-in.ts";

/** How operators are told from strangers. */
export interface OperatorOptions {
  readonly gate: Pick<Gate, "isFromThisMachine">;
  /** Whether programs of other machines can reach the server. */
  readonly isPublic: boolean;
  /** Undefined: nobody signs in by token. */
  readonly signIn: SignIn | undefined;
  readonly addressOf: AddressOf;
}

/** Whether an operator sends a request. Never rejects. */
export type IsOperator = (request: IncomingMessage) => Promise<boolean>;

/**
 * Creates the function that recognises operators: programs of this machine, if no other can reach the server, and callers
 * whose token grants the scope `operator`.
 */
export function createIsOperator(options: OperatorOptions): IsOperator {
  const { gate, isPublic, signIn, addressOf } = options;
  return async (request) => {
    if (!isPublic && gate.isFromThisMachine(request)) return true;
    if (!signIn || request.headers.authorization === undefined) return false;
    try {
      const viewer = await signIn(request, { address: addressOf(request) });
      return viewer.may(OPERATOR);
    } catch {
      // Whether the token is wrong or has expired is not told here.
      return false;
    }
  };
}
