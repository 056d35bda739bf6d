import { type exitCodes, exitOf } from "../exit.ts";

/** Why the command ends as it does, if not well. */
export type Reason = keyof typeof exitCodes;

/** What a look at one thing has found. */
export type Finding =
  | { readonly state: "ok" | "warning"; readonly what: string; readonly found: string }
  | {
      readonly state: "failure";
      readonly what: string;
      readonly found: string;
      readonly reason: Reason;
    };

/** Findings that belong together. */
export interface Group {
  readonly title: string;
  readonly findings: readonly Finding[];
}

/** All is well with it. */
export function ok(what: string, found: string): Finding {
  return { state: "ok", what, found };
}

/** The service runs, but somebody should know. What to do about it is in brackets. */
export function warning(what: string, found: string): Finding {
  return { state: "warning", what, found };
}

/** The service does not run, or not for all. What to do about it is in brackets. */
export function failure(reason: Reason, what: string, found: string): Finding {
  return { state: "failure", what, found, reason };
}

/** A failure in the words, and with the exit status, that every command has for it. */
export function failureOf(what: string, error: unknown): Finding {
  const exit = exitOf(error);
  if (!exit) throw error;
  return failure(exit.reason, what, exit.message);
}
