import { type exitCodes, exitOf } from "../exit.ts";

/** Why the command fails. */
export type Reason = keyof typeof exitCodes;

/** The result of one check. */
export type Finding =
  | {
      readonly state: "ok" | "warning";
      /** The name of what was checked, e.g. a setting or a node. */
      readonly subject: string;
      readonly message: string;
    }
  | {
      readonly state: "failure";
      readonly subject: string;
      readonly message: string;
      readonly reason: Reason;
    };

/** Related findings under one title. */
export interface Group {
  readonly title: string;
  readonly findings: readonly Finding[];
}

/** Creates a finding without a problem. */
export function ok(subject: string, message: string): Finding {
  return { state: "ok", subject, message };
}

/** Creates a finding about a problem with which the service still runs. How to correct it is in brackets. */
export function warning(subject: string, message: string): Finding {
  return { state: "warning", subject, message };
}

/** Creates a finding about a problem with which the service cannot run, or only partly. How to correct it is in brackets. */
export function failure(
  subject: string,
  message: string,
  { reason }: { readonly reason: Reason },
): Finding {
  return { state: "failure", subject, message, reason };
}

/** Creates a failure with the message and the exit status that other commands have for an error. Rethrows a bug. */
export function failureOf(subject: string, error: unknown): Finding {
  const exit = exitOf(error);
  if (!exit) throw error;
  return failure(subject, exit.message, { reason: exit.reason });
}
