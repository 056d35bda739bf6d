import {
  CassandraError,
  type ClusteringKey,
  MAX_ROWS_A_QUERY,
  type PartitionKey,
  selectStored,
  type Session,
  type Table,
} from "../cassandra/index.ts";
import { contention } from "../error.ts";
import { type Caller, createCallers, tellEach } from "./caller.ts";
import { type Cell, isUnknown } from "./cell.ts";
import { createKnownRows, rowText } from "./known.ts";
import { laneLimits } from "./limits.ts";
import { bounded, columnsOf, type PlannedRow, workOut } from "./plan.ts";
import type { Rule } from "./rule.ts";

/** A partition's queue in one process: what waits goes together, in rounds, one in flight. */
export interface Lane<T extends Table> {
  /**
   * Asks for something, by whatever rule: a partition has one lane for all of them, since two lanes on one cell would
   * settle each other's rounds. The answer rests on what Cassandra said after it was asked for.
   */
  ask<Request, Answer>(rule: Rule<T, Request, Answer>, request: Request): Promise<Answer>;
}

export interface LaneOptions<T extends Table> {
  readonly session: Session;
  readonly table: T;
  readonly partition: PartitionKey<T>;
  readonly cell: Cell<T>;
  /** A row was changed, or may have been, for somebody who no longer waits. */
  readonly onLate: (row: ClusteringKey<T>) => void;
  /** Nobody waits any more, and nothing is in flight. */
  readonly onIdle: () => void;
}

/**
 * Makes a lane. A round has these steps: work out what is asked for; look at the rows of which too little is known;
 * answer those who need no write; send the writes of the others as one batch; then answer its callers, or work out
 * again what did not go through.
 */
export function createLane<T extends Table>(options: LaneOptions<T>): Lane<T> {
  const { session, table, partition, cell, onLate, onIdle } = options;
  type Row = PlannedRow<T>;
  const silence = createSilence();
  const callers = createCallers<T>(silence.isLong);
  const known = createKnownRows(table);
  let isRunning = false;

  async function run(): Promise<void> {
    isRunning = true;
    // Those who ask in the same turn of the event loop go together.
    await Promise.resolve();
    for (let taken = callers.waiting(); taken.length > 0; taken = callers.waiting()) {
      // What is thrown here is a defect: nobody is to wait for ever because of it.
      await round(taken).catch((error: Error) => taken.forEach((caller) => caller.tell(error)));
    }
    isRunning = false;
    onIdle();
  }

  /** Those who come while it runs wait for the next one. */
  async function round(taken: readonly Caller<T>[]): Promise<void> {
    const first = workOut(partition, known, taken);
    const unclear = first.filter((row) => !isClear(row)).slice(0, MAX_ROWS_A_QUERY);
    const clear = first.filter(isClear);
    const rows = unclear.length === 0 ? clear : [...clear, ...(await look(unclear))];
    for (const { plan, callers: group } of rows) if (!plan.write) tellEach(group, plan.answers);
    const writes = bounded(rows.filter(({ plan }) => plan.write));
    if (writes.length > 0) await send(writes);
  }

  /** Whether a row is to be written, or its callers can be answered by what is known. */
  function isClear({ row, callers: group, plan }: Row): boolean {
    // The first round of a process leaves something in the partition: not for a row that may not even exist.
    if (plan.write) return plan.creates === true || cell.isOpen() || Boolean(known.seen(row));
    return plan.answers.length > 0 && known.isFresh(row, group);
  }

  /** Reads rows, and works out again what was asked of them. */
  async function look(rows: readonly Row[]): Promise<readonly Row[]> {
    const group = callersOf(rows);
    const keys = rows.map(({ callers: [caller] }) => caller!.key);
    const asOf = callers.now();
    try {
      const read = selectStored(table, partition, keys, columnsOf(group));
      known.observe(textsOf(rows), await silence.during(session.run(read)), asOf);
    } catch (error) {
      if (rows.length > 1 && isOfOneRow(error)) return (await eachAlone(rows, look)).flat();
      fail(rows, error);
      return [];
    }
    // Some may have stopped waiting.
    return workOut(partition, known, again(group));
  }

  async function send(planned: readonly Row[]): Promise<void> {
    try {
      if (!cell.isOpen()) await silence.during(cell.open());
    } catch (error) {
      return fail(planned, error);
    }
    // Those who have gone were told that nothing was sent.
    const rows = planned.filter(({ callers: group }) => group.every(callers.has));
    const writes = rows.flatMap(({ plan }) => plan.write ?? []);
    if (writes.length === 0) return;
    const asOf = callers.now();
    setSent(rows, true);
    try {
      const sent = await silence.during(cell.send(writes));
      if (sent.applied === true) return apply(rows);
      if (sent.applied === "never") for (const { row } of rows) known.forget(row);
      else known.observe(textsOf(rows), sent.rows, asOf);
      setSent(rows, false);
      again(callersOf(rows));
    } catch (error) {
      // It is given up: the rows may have been changed, or be changed later.
      if (isUnknown(error)) for (const row of rows) tellLate(row);
      if (rows.length === 1 || !isOfOneRow(error)) return fail(rows, error);
      setSent(rows, false);
      await eachAlone(rows, send);
    }
  }

  function apply(rows: readonly Row[]): void {
    setSent(rows, false);
    for (const planned of rows) {
      tellLate(planned);
      known.expect(planned.row, planned.plan.after);
      tellEach(planned.callers, planned.plan.answers);
    }
  }

  /** Tells of a row of which a caller can no longer be told. */
  function tellLate({ row, callers: group }: Row): void {
    known.forget(row);
    if (!group.every(callers.has)) onLate(group[0]!.key);
  }

  /** Those who go on waiting for another round. */
  function again(group: readonly Caller<T>[]): readonly Caller<T>[] {
    for (const caller of group.filter(callers.has)) {
      caller.rounds += 1;
      if (caller.rounds > laneLimits.rounds) caller.tell(contention());
    }
    return group.filter(callers.has);
  }

  return {
    ask<Request, Answer>(rule: Rule<T, Request, Answer>, request: Request) {
      const key = rule.rowOf(request);
      const answer = callers.add({ rule: rule as never, request, key, row: rowText(table, key) });
      if (!isRunning) void run();
      // A rule's own answer, which the queue hands through.
      return answer as Promise<Answer>;
    },
  };
}

/** Knows for how long Cassandra has not answered. */
function createSilence() {
  let since: number | undefined;
  return {
    isLong: () => since !== undefined && performance.now() - since > laneLimits.silence,
    /** Awaits an answer of Cassandra's. */
    async during<Answer>(asking: Promise<Answer>): Promise<Answer> {
      since = performance.now();
      try {
        return await asking;
      } finally {
        since = undefined;
      }
    },
  };
}

/**
 * Whether a statement for several rows may have failed because of one of them: Cassandra refuses it, or what is stored in
 * it is no value of its column. Nothing was written then.
 */
function isOfOneRow(error: unknown): boolean {
  return !(error instanceof CassandraError) || error.code === "REFUSED";
}

/** Does for one row after the other what failed for all of them together. */
async function eachAlone<Row, Done>(
  rows: readonly Row[],
  act: (row: readonly [Row]) => Promise<Done>,
): Promise<readonly Done[]> {
  const done: Done[] = [];
  for (const row of rows) done.push(await act([row]));
  return done;
}

/** Tells those whose statement was not run why. */
function fail<T extends Table>(rows: readonly PlannedRow<T>[], error: unknown): void {
  for (const caller of callersOf(rows)) caller.tell(error);
}

function callersOf<T extends Table>(rows: readonly PlannedRow<T>[]): readonly Caller<T>[] {
  return rows.flatMap(({ callers }) => callers);
}

function textsOf<T extends Table>(rows: readonly PlannedRow<T>[]): readonly string[] {
  return rows.map(({ row }) => row);
}

function setSent<T extends Table>(rows: readonly PlannedRow<T>[], isSent: boolean): void {
  for (const caller of callersOf(rows)) caller.isSent = isSent;
}
