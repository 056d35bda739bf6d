import {
  keyNames,
  keyText,
  laneColumns,
  type RawRow,
  type Session,
  type Table,
} from "../cassandra/index.ts";
import { type Lanes, LaneError, changesRemembered, type Once } from "../lane/index.ts";
import type { Live } from "../live/index.ts";
import type { Viewer } from "../pothos/index.ts";
import type { Followed } from "./followed.ts";
import type { Quotas } from "./quotas.ts";

/** What a server opens for the resolvers of its schema. */
export interface OpenedServices {
  readonly session: Session;
  readonly lanes: Lanes;
  readonly live: Live;
}

/** What the context of every operation has. */
export interface Services extends OpenedServices {
  /** Who sends the operation. */
  readonly viewer: Viewer;
}

/** The services of a server, and what counts their use. */
export interface CountedServices extends OpenedServices {
  readonly quotas: Quotas;
  readonly followed: Followed;
}

/** Names the caller who uses the services. It may change once: the function `context` gets them before it is known. */
export interface CallerName {
  caller: string;
}

/**
 * Returns the services for one caller: the same ones, but what the caller creates, remembers and follows is counted.
 *
 * Errors: `QUOTA_EXCEEDED`, and of a change with an id `TOO_MANY_OPERATIONS`.
 */
export function callerServices(services: CountedServices, name: CallerName): OpenedServices {
  return {
    session: services.session,
    lanes: callerLanes(services, name),
    live: callerLive(services, name),
  };
}

function callerLanes({ lanes, quotas }: CountedServices, name: CallerName): Lanes {
  const create = async (table: Table, values: RawRow) => {
    const partition = countedPartition(table, values);
    const undo = partition === undefined ? undefined : await quotas.create(name.caller, partition);
    try {
      // The same object: `ordered` recognises its values by identity.
      const created = await lanes.create(table as never, values as never);
      if (created.outcome !== "created") undo?.();
      return created;
    } catch (error) {
      undo?.();
      throw error;
    }
  };
  const change = async (
    table: Table,
    key: RawRow,
    ...rest: readonly [never, IdentifiedOptions?]
  ) => {
    const [, { once } = {}] = rest;
    if (once) requireMemory({ table, key, once });
    return lanes.change(table as never, key as never, ...(rest as [never, never]));
  };

  function requireMemory({ table, key, once }: IdentifiedChange): void {
    const seconds = laneColumns(table)?.remembers;
    const row = textOrUndefined(() => keyText(table, key, { columns: keyNames(table) }));
    // The lane itself refuses it.
    if (seconds === undefined || row === undefined) return;
    const most = changesRemembered(once.answer);
    const use = { id: once.id.toLowerCase(), row: `${table.name} ${row}`, most, seconds };
    if (quotas.useOperationId(name.caller, use)) return;
    const message = "The caller has used up its share of what the row remembers.";
    throw new LaneError("TOO_MANY_OPERATIONS", message);
  }

  return {
    create: create as Lanes["create"],
    change: change as Lanes["change"],
    remove: (table, key, options) => lanes.remove(table, key, options),
    get size() {
      return lanes.size;
    },
    close: () => lanes.close(),
  };
}

interface IdentifiedOptions {
  readonly once?: Once<unknown> | undefined;
}

interface IdentifiedChange {
  readonly table: Table;
  readonly key: RawRow;
  readonly once: Once<unknown>;
}

function callerLive({ live, followed }: CountedServices, name: CallerName): Live {
  return {
    hint: (table, key, change) => live.hint(table, key, change),
    watch: (table, key, options) => live.watch(table, key, { ...options, caller: name.caller }),
    async follow(table, partition, options) {
      const { caller } = name;
      const text = countedPartition(table, partition as RawRow) ?? "";
      const leave = followed.add(caller, text);
      try {
        const source = await live.follow(table, partition, { ...options, caller });
        return onReturn(source, leave);
      } catch (error) {
        leave();
        throw error;
      }
    },
    get size() {
      return live.size;
    },
    close: () => live.close(),
    leave: () => live.leave(),
  };
}

/** Calls a function once when the subscriber of a source leaves it. */
function onReturn<S extends { return(): Promise<unknown> }>(source: S, leave: () => void): S {
  const before = source.return.bind(source);
  let isLeft = false;
  source.return = () => {
    if (!isLeft) leave();
    isLeft = true;
    return before();
  };
  return source;
}

/** Returns a text of a partition; undefined if a value of its key is missing or invalid, which the table itself refuses. */
function countedPartition(table: Table, values: RawRow): string | undefined {
  return textOrUndefined(
    () => `${table.name} ${keyText(table, values, { columns: table.partition })}`,
  );
}

function textOrUndefined(text: () => string): string | undefined {
  try {
    return text();
  } catch {
    return undefined;
  }
}
