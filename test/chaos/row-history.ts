import type { Final, History, Key, Operation, Sighting } from "./history.ts";
import { vocabulary, type Words } from "./words.ts";

/** The part of a history that concerns one row. */
export interface RowHistory {
  /** See {@link nameOf}. */
  readonly name: string;
  readonly words: Words;
  readonly operations: readonly Operation[];
  readonly sightings: readonly Sighting[];
  readonly finals: readonly Final[];
}

/** Splits a history into those of its rows. */
export function rowsOf(history: History): readonly RowHistory[] {
  const { table, operations, sightings, finals } = history;
  const words = vocabulary[table];
  const seen = Map.groupBy(sightings, nameOf);
  const last = Map.groupBy(finals, nameOf);
  return [...Map.groupBy(operations, nameOf)].map(([name, all]) => ({
    name,
    words,
    operations: all,
    sightings: seen.get(name) ?? [],
    finals: last.get(name) ?? [],
  }));
}

/** Returns the key of a row, for messages. */
export function nameOf({ partition, id }: Key): string {
  return partition === id ? id : `${partition}/${id}`;
}
