import { setImmediate } from "node:timers/promises";
import {
  CassandraError,
  type ClusteringKey,
  type PartitionKey,
  selectStored,
  type Session,
  type Table,
  type RowChange,
} from "../cassandra/index.ts";
import { type Caller, createCallers, tellEach } from "./caller.ts";
import { type Cell, isUnknown } from "./cell.ts";
import { contention } from "./error.ts";
import { createKnownRows, rowText } from "./known.ts";
import { laneLimits } from "./limits.ts";
import { columnsOf, type PlannedRow, planRound, type RoundPlan } from "./plan.ts";
import type { Answer, Request } from "./request.ts";

/** A partition's queue in one process: what waits goes together, in rounds, one in flight. */
export interface Lane<T extends Table> {
  /** Asks for something about a row. The answer rests on what Cassandra said after it was asked for. */
  ask(row: ClusteringKey<T>, request: Request<T>): Promise<Answer<T>>;
}

export interface LaneOptions<T extends Table> {
  readonly session: Session;
  readonly table: T;
  readonly partition: PartitionKey<T>;
  readonly cell: Cell<T>;
  /** A row was changed, or may have been. */
  readonly onChange: (row: ClusteringKey<T>, change: RowChange) => void;
  /** Nobody waits any more, and nothing is in flight. */
  readonly onIdle: () => void;
}

/**
 * Makes a lane. A round has these steps: plan what is asked for; look at the rows of which too little is known, and plan
 * again; answer those who need no write; send the writes of the others as one batch; then answer its callers, or let them
 * wait for another round. A plan holds for all of its rows together, which share static columns: where one of them leaves
 * the round, or more becomes known, it is made anew.
 */
export function createLane<T extends Table>(options: LaneOptions<T>): Lane<T> {
  const { session, table, partition, cell, onChange, onIdle } = options;
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
      // Nor is the process to stand still if a round comes to nothing.
      if (callers.waiting().length >= taken.length) await setImmediate();
    }
    isRunning = false;
    onIdle();
  }

  /** Those who come while it runs wait for the next one. */
  async function round(taken: readonly Caller<T>[]): Promise<void> {
    let planned = plan(taken);
    if (planned.unclear.length > 0) {
      await look(planned.unclear);
      planned = plan(taken);
    }
    for (const { callers: group, plan } of planned.known) tellEach(group, plan.answers);
    if (planned.written.length === 0) return;
    if (cell.isOpen()) await send(planned);
    else await open(planned.written);
  }

  /** Plans a round of those callers who still wait. */
  function plan(taken: readonly Caller<T>[]): RoundPlan<T> {
    const waiting = taken.filter(callers.has);
    return planRound({ table, partition, known, callers: waiting, hasCell: cell.isOpen() });
  }

  /** Reads rows. */
  async function look(rows: readonly Row[]): Promise<void> {
    const keys = rows.map(({ callers: [caller] }) => caller!.key);
    const asOf = callers.now();
    try {
      const read = selectStored(table, partition, keys, columnsOf(table, rows));
      known.observe(textsOf(rows), await silence.during(session.run(read)), asOf);
      again(callersOf(rows));
    } catch (error) {
      if (rows.length > 1 && isOfOneRow(error)) for (const row of rows) await look([row]);
      else fail(rows, error);
    }
  }

  /** Opens the cell for the next round; rows that were planned for this one fail if it cannot be opened. */
  async function open(rows: readonly Row[]): Promise<void> {
    try {
      await silence.during(cell.open());
    } catch (error) {
      fail(rows, error);
    }
  }

  async function send({ written: rows, shared }: RoundPlan<T>): Promise<void> {
    const writes = rows.map(({ plan }) => plan.write!);
    const asOf = callers.now();
    setSent(rows, true);
    try {
      const all = shared.write ? [...writes, shared.write] : writes;
      const sent = await silence.during(cell.send(all, shared.condition));
      if (sent.applied === true) return apply(rows, shared.after);
      if (sent.applied === "never") forget(rows);
      else known.observe(textsOf(rows), sent.rows, asOf);
      setSent(rows, false);
      again(callersOf(rows));
    } catch (error) {
      if (isUnknown(error)) {
        // The rows may have been changed, or be changed later.
        forget(rows);
        for (const row of rows) announce(row);
      }
      if (rows.length === 1 || !isOfOneRow(error)) return fail(rows, error);
      setSent(rows, false);
      for (const { callers: group } of rows) await sendAlone(group);
    }
  }

  /** Sends what the callers of one row have asked for, without the others of its round. */
  async function sendAlone(group: readonly Caller<T>[]): Promise<void> {
    const planned = plan(group);
    if (planned.written.length > 0) await send(planned);
  }

  function apply(rows: readonly Row[], shared: RoundPlan<T>["shared"]["after"]): void {
    setSent(rows, false);
    known.expectShared(shared);
    for (const { row, plan, callers: group } of rows) {
      // Whoever goes on waiting was told that nothing was sent for it; whoever has gone, that nobody knows.
      if (group.every(callers.has)) known.expect(row, plan.after);
      else known.forget(row);
      tellEach(group, plan.answers);
    }
    for (const row of rows) announce(row);
  }

  function forget(rows: readonly Row[]): void {
    for (const { row } of rows) known.forget(row);
    known.forgetShared();
  }

  function announce({ callers: [caller], plan: { change } }: Row): void {
    if (change.length > 0) onChange(caller!.key, change);
  }

  /** They go on waiting for another round. */
  function again(group: readonly Caller<T>[]): void {
    for (const caller of group.filter(callers.has)) {
      caller.rounds += 1;
      if (caller.rounds > laneLimits.rounds) caller.tell(contention());
    }
  }

  return {
    ask(row, request) {
      // A lane's own answers, which the queue hands through.
      const answer = callers.add({ request, key: row, row: rowText(table, row) });
      if (!isRunning) void run();
      return answer as Promise<Answer<T>>;
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
