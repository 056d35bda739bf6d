import { type exitCodes, exitOf } from "../exit.ts";

/** Why the command fails. */
export type Reason = keyof typeof exitCodes;

/** The result of one check. */
export type Finding =
  | {
      readonly state: "ok" | "warning";
      /** The checked thing. */
      readonly what: string;
      readonly found: string;
    }
  | {
      readonly state: "failure";
      readonly what: string;
      readonly found: string;
      readonly reason: Reason;
    };

/** Findings about one subject. */
export interface Group {
  readonly title: string;
  readonly findings: readonly Finding[];
}

/** Creates a finding without a problem. */
export function ok(what: string, found: string): Finding {
  return { state: "ok", what, found };
}

/** Creates a finding about a problem with which the service still runs. How to correct it is in brackets. */
export function warning(what: string, found: string): Finding {
  return { state: "warning", what, found };
}

/** Creates a finding about a problem with which the service cannot run, or only partly. How to correct it is in brackets. */
export function failure(
  what: string,
  found: string,
  { reason }: { readonly reason: Reason },
): Finding {
  return { state: "failure", what, found, reason };
}

/** Creates a failure with the message and the exit status that other commands have for an error. Rethrows a bug. */
export function failureOf(what: string, error: unknown): Finding {
  const exit = exitOf(error);
  if (!exit) throw error;
  return failure(what, exit.message, { reason: exit.reason });
}
