import type { IncomingMessage } from "node:http";
import { LRUCache } from "lru-cache";
import { createStranger, signInFirst, type Viewer } from "../../pothos/index.ts";
import type { Admission } from "../admission.ts";
import type { RequestOrigin } from "../context.ts";
import type { Log } from "../mask.ts";
import { tokenOf } from "./bearer.ts";
import { expiryOf, isPast } from "./expiry.ts";
import type { CheckedSignIn } from "./options.ts";
import { createRefusedLog, type ReportRefused } from "./refused-log.ts";
import type { Verify } from "./verify.ts";

/**
 * Returns who sends a request, by its token: at once if the token was verified lately.
 *
 * Rejects with `UNAUTHENTICATED`, `TOKEN_EXPIRED` or `UNAVAILABLE`. That costs the client's address a point, for which it
 * waits, or is refused with `QUOTA_EXCEEDED` or `OVERLOADED`.
 */
export type SignIn = (request: IncomingMessage, origin: RequestOrigin) => Viewer | Promise<Viewer>;

/** A sign-in, and what it keeps open. */
export interface OpenedSignIn extends Disposable {
  readonly signIn: SignIn;
}

interface SignInParts {
  readonly admission: Pick<Admission, "enter" | "refusal">;
  readonly log: Log;
}

/** How long a verified token is remembered, in milliseconds: so long a key that is withdrawn still counts. */
const REMEMBERED_TIME = 60_000;

/** How many characters the remembered tokens have. */
const REMEMBERED_LENGTH = 4 * 2 ** 20;

/** Opens a sign-in. Only then jose is loaded. */
export async function openSignIn(
  checked: CheckedSignIn,
  { admission, log }: SignInParts,
): Promise<OpenedSignIn> {
  const [{ createKeys }, { createVerify }] = await Promise.all([
    import("./keys.ts"),
    import("./verify.ts"),
  ]);
  const keys = createKeys(checked.keys, { log });
  const reportRefused = createRefusedLog(log);
  const verify = createVerify(checked, { findKey: keys.find, reportRefused });
  return {
    signIn: createSignIn(checked, { admission, verify, reportRefused }),
    [Symbol.dispose]: () => keys.close(),
  };
}

interface VerifyingParts extends Pick<SignInParts, "admission"> {
  readonly verify: Verify;
  readonly reportRefused: ReportRefused;
}

function createSignIn(
  { anonymous, clockTolerance }: CheckedSignIn,
  { admission, verify, reportRefused }: VerifyingParts,
): SignIn {
  const stranger = anonymous && createStranger({ scopes: anonymous });
  const verified = new LRUCache<string, Viewer>({
    maxSize: REMEMBERED_LENGTH,
    sizeCalculation: (_, { length }) => length,
    ttl: REMEMBERED_TIME,
  });

  async function verifyUnknown(token: string, address: string): Promise<Viewer> {
    // Before the signature is computed, so that a flood costs next to nothing.
    const refusal = admission.refusal(address);
    if (refusal) await refusal;
    try {
      const viewer = await verify(token);
      verified.set(token, viewer);
      return viewer;
    } catch (error) {
      return refuse(error, address);
    }
  }

  async function refuse(error: unknown, address: string): Promise<never> {
    await admission.enter({ caller: address, points: 1 });
    throw error;
  }

  return (request, { address, connectionParams }) => {
    let token: string | undefined;
    try {
      token = tokenOf(request, { connectionParams });
    } catch (error) {
      reportRefused(() => "authorization is something else than Bearer and one token");
      return refuse(error, address);
    }
    if (token === undefined) return stranger ?? refuse(signInFirst(), address);
    const known = verified.get(token);
    // An expired one is verified again, which tells that it has expired.
    if (known && !isPast(expiryOf(known, clockTolerance))) return known;
    return verifyUnknown(token, address);
  };
}
