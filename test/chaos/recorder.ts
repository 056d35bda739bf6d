import type { Attempt, Final, History, Mark, Operation, Sighting, TableName } from "./history.ts";

/** A history that is being recorded. */
export interface Recorder extends History {
  /** Returns the time since the run began, in milliseconds. */
  now(): number;
  /** Adds an operation. Its attempts are added as they are answered. */
  open(operation: Omit<Operation, "number" | "attempts">): OpenOperation;
  saw(sighting: Sighting): void;
  found(final: Final): void;
  mark(mark: Mark["mark"], name: string): void;
}

/** An operation that has not ended. */
export type OpenOperation = Operation & { readonly attempts: Attempt[] };

/** Starts the history of a run. */
export function startRecorder(table: TableName): Recorder {
  const began = performance.now();
  const now = () => performance.now() - began;
  const operations: Operation[] = [];
  const sightings: Sighting[] = [];
  const finals: Final[] = [];
  const marks: Mark[] = [];
  return {
    table,
    operations,
    sightings,
    finals,
    marks,
    now,
    open(operation) {
      const opened = { number: operations.length + 1, ...operation, attempts: [] };
      operations.push(opened);
      return opened;
    },
    saw: (sighting) => void sightings.push(sighting),
    found: (final) => void finals.push(final),
    mark: (mark, name) => void marks.push({ mark, name, at: now() }),
  };
}
