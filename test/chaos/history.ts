/** The tables that a run can use. */
export const tableNames = ["parties", "accounts"] as const;
export type TableName = (typeof tableNames)[number];

/** What the clients of a run have sent and seen. Times are in milliseconds since it began. */
export interface History {
  readonly table: TableName;
  readonly operations: readonly Operation[];
  readonly sightings: readonly Sighting[];
  readonly finals: readonly Final[];
  readonly marks: readonly Mark[];
}

/** The key of a row. If each row is a partition, both parts are the same. */
export interface Key {
  readonly partition: string;
  readonly id: string;
}

/** A request about a row. */
export type Wish =
  | { readonly kind: "create"; readonly amount: number; readonly name: string }
  | { readonly kind: "delete" | "read" }
  | { readonly kind: "update"; readonly name: string }
  | { readonly kind: "change"; readonly expected: number; readonly delta: number }
  | { readonly kind: "add"; readonly delta: number };

/** A wish and the attempts to fulfil it. */
export interface Operation<Kind extends Wish["kind"] = Wish["kind"]> extends Key {
  /** Unique in a history. */
  readonly number: number;
  /** Only a wish with an id is sent more than once. */
  readonly operationId?: string | undefined;
  readonly wish: Extract<Wish, { readonly kind: Kind }>;
  readonly attempts: readonly Attempt[];
}

export interface Attempt {
  /** The process that got the request. A restarted server is another process. */
  readonly server: string;
  readonly start: number;
  readonly end: number;
  readonly answer: Answer;
}

/** What a server answered. */
export type Answer =
  /** The change was applied, or the row was found. */
  | {
      readonly said: "done";
      readonly amount?: number;
      readonly asOf?: string;
      readonly name?: string;
    }
  | { readonly said: "stale"; readonly actual: number }
  | { readonly said: "range" | "missing" }
  | { readonly said: "exists"; readonly amount: number }
  /** Nothing was changed. */
  | { readonly said: "error"; readonly code: string }
  /** The server answered that the outcome is unknown. */
  | { readonly said: "unknown" }
  /** No answer arrived. */
  | { readonly said: "lost" };

/** A value that a subscription has sent. */
export interface Sighting extends Key {
  /** The watcher, which subscribes repeatedly. */
  readonly watcher: string;
  /** The process that it has subscribed to. */
  readonly server: string;
  /** When the subscription began. */
  readonly subscribed: number;
  /** The `since` of the subscription. */
  readonly since?: string | undefined;
  readonly at: number;
  readonly amount: number;
  readonly asOf: string;
}

/** A row as it was found at the end of a run; null: it did not exist. */
export interface Final extends Key {
  readonly by: string;
  readonly at: number;
  readonly found: { readonly amount: number; readonly name: string } | null;
}

/** When a phase began (`phase`), when all nodes were back (`whole`), and when the phases ended (`end`). */
export interface Mark {
  readonly mark: "phase" | "whole" | "end";
  readonly name: string;
  readonly at: number;
}

/** Whether an operation certainly was applied. */
export function isDone({ attempts }: Operation): boolean {
  return attempts.some(({ answer }) => answer.said === "done");
}

/** Whether the operation may have been applied, according to an answer. */
export function mayBeDone({ said }: Answer): boolean {
  return said === "done" || said === "unknown" || said === "lost";
}
