/** The tables that a run can be about. */
export const tableNames = ["parties", "accounts"] as const;
export type TableName = (typeof tableNames)[number];

/** What happened in a run, as those saw it who asked. Times are in milliseconds since it began. */
export interface History {
  readonly table: TableName;
  readonly operations: readonly Operation[];
  readonly sightings: readonly Sighting[];
  readonly finals: readonly Final[];
  readonly marks: readonly Mark[];
}

/** The key of a row. Where each row is a partition, both are the same. */
export interface Key {
  readonly partition: string;
  readonly id: string;
}

/** What somebody wants of a row. */
export type Wish =
  | { readonly kind: "create"; readonly amount: number; readonly name: string }
  | { readonly kind: "delete" | "read" }
  | { readonly kind: "update"; readonly name: string }
  | { readonly kind: "change"; readonly expected: number; readonly delta: number }
  | { readonly kind: "add"; readonly delta: number };

/** A wish, and each time that it was sent. */
export interface Operation<Kind extends Wish["kind"] = Wish["kind"]> extends Key {
  /** Unique in a history. */
  readonly number: number;
  /** Only with one it is sent more than once. */
  readonly operationId?: string | undefined;
  readonly wish: Extract<Wish, { readonly kind: Kind }>;
  readonly attempts: readonly Attempt[];
}

export interface Attempt {
  /** The process that it was sent to: a server that is started again is another one. */
  readonly server: string;
  readonly start: number;
  readonly end: number;
  readonly answer: Answer;
}

/** What a server answered. */
export type Answer =
  /** It was done, or what was read is there. */
  | {
      readonly said: "done";
      readonly amount?: number;
      readonly asOf?: string;
      readonly name?: string;
    }
  | { readonly said: "stale"; readonly actual: number }
  | { readonly said: "range" | "missing" }
  | { readonly said: "exists"; readonly amount: number }
  /** A code that says that nothing was changed. */
  | { readonly said: "error"; readonly code: string }
  /** The server told that nobody knows. */
  | { readonly said: "unknown" }
  /** No answer came. */
  | { readonly said: "lost" };

/** A value that a subscription brought. */
export interface Sighting extends Key {
  /** Who saw it, through all their subscriptions. */
  readonly watcher: string;
  /** The process that it subscribed to. */
  readonly server: string;
  /** When the subscription began. */
  readonly subscribed: number;
  /** The ballot that the watcher said to have then. */
  readonly since?: string | undefined;
  readonly at: number;
  readonly amount: number;
  readonly asOf: string;
}

/** A row as it was found when all was over; null: it was not. */
export interface Final extends Key {
  readonly by: string;
  readonly at: number;
  readonly found: { readonly amount: number; readonly name: string } | null;
}

/** When a phase began, and when all nodes were there again. */
export interface Mark {
  readonly mark: "phase" | "whole" | "end";
  readonly name: string;
  readonly at: number;
}

/** Whether an operation certainly was applied. */
export function isDone({ attempts }: Operation): boolean {
  return attempts.some(({ answer }) => answer.said === "done");
}

/** Whether an answer leaves it possible that an operation was applied. */
export function mayBeDone({ said }: Answer): boolean {
  return said === "done" || said === "unknown" || said === "lost";
}
