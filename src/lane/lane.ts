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
import { answerEach, type Caller, createCallers } from "./caller.ts";
import { type Cell, isUnknown } from "./cell.ts";
import { contention } from "./error.ts";
import { createKnownRows, rowText } from "./known.ts";
import { laneLimits } from "./limits.ts";
import { columnsToRead, type PlannedRow, planRound, type RoundPlan } from "./plan.ts";
import type { LaneAnswer, Request } from "./request.ts";

/** A process' queue of requests to one partition, which it sends in rounds, one at a time. */
export interface Lane<T extends Table> {
  /** Adds a request about a row. Its answer rests on a statement that was sent after the request arrived. */
  submit(row: ClusteringKey<T>, request: Request<T>): Promise<LaneAnswer<T>>;
}

export interface LaneOptions<T extends Table> {
  readonly session: Session;
  readonly table: T;
  readonly partition: PartitionKey<T>;
  readonly cell: Cell<T>;
  /** Called after a row was changed, or may have been. */
  readonly onChange: (row: ClusteringKey<T>, change: RowChange) => void;
  /** Called when no caller waits any more and no round is in flight. */
  readonly onIdle: () => void;
}

/**
 * Creates a lane. A round has these steps: plan the waiting requests; read the rows of which too little is known, and plan
 * again; answer the callers who need no write; send the writes of the others as one batch; then answer its callers, or let
 * them wait for another round. A plan covers all rows of the round together, because they share static columns. So it is
 * made again when a row leaves the round, or when more becomes known.
 */
export function createLane<T extends Table>(options: LaneOptions<T>): Lane<T> {
  const { session, table, partition, cell, onChange, onIdle } = options;
  type Row = PlannedRow<T>;
  const responseTimer = createResponseTimer();
  const callers = createCallers<T>(responseTimer.isOverdue);
  const known = createKnownRows(table);
  let isRunning = false;

  async function run(): Promise<void> {
    isRunning = true;
    // Requests of the same turn of the event loop go into one round.
    await Promise.resolve();
    for (let taken = callers.waiting(); taken.length > 0; taken = callers.waiting()) {
      // An error here is a defect. It must not leave callers waiting for ever.
      await round(taken).catch((error: Error) => taken.forEach((caller) => caller.answer(error)));
      // Nor may a round without a result block the event loop.
      if (callers.waiting().length >= taken.length) await setImmediate();
    }
    isRunning = false;
    onIdle();
  }

  /** Runs one round. Callers who arrive meanwhile wait for the next one. */
  async function round(taken: readonly Caller<T>[]): Promise<void> {
    let planned = plan(taken);
    if (planned.unclear.length > 0) {
      await readUnclear(planned.unclear);
      planned = plan(taken);
    }
    for (const { callers: group, plan } of planned.answered) answerEach(group, plan.answers);
    if (planned.written.length === 0) return;
    if (cell.isOpen()) await send(planned);
    else await open(planned.written);
  }

  /** Plans a round for those of the callers who still wait. */
  function plan(taken: readonly Caller<T>[]): RoundPlan<T> {
    const waiting = taken.filter(callers.has);
    return planRound({ table, partition, known, callers: waiting, hasCell: cell.isOpen() });
  }

  async function readUnclear(rows: readonly Row[]): Promise<void> {
    const keys = rows.map(({ callers: [caller] }) => caller!.key);
    const asOf = callers.now();
    try {
      const read = selectStored(table, partition, keys, columnsToRead(table, rows));
      known.observe(rowTexts(rows), await responseTimer.time(session.run(read)), { asOf });
      retry(callersOf(rows));
    } catch (error) {
      if (rows.length > 1 && mayBeOneRow(error)) for (const row of rows) await readUnclear([row]);
      else failCallers(rows, error);
    }
  }

  /** Opens the cell for the next round. If that fails, the callers of these rows fail. */
  async function open(rows: readonly Row[]): Promise<void> {
    try {
      await responseTimer.time(cell.open());
    } catch (error) {
      failCallers(rows, error);
    }
  }

  async function send({ written: rows, statics }: RoundPlan<T>): Promise<void> {
    const writes = rows.map(({ plan }) => plan.write!);
    const asOf = callers.now();
    setSent(rows, true);
    try {
      const all = statics.write ? [...writes, statics.write] : writes;
      const sent = await responseTimer.time(cell.send(all, statics.condition));
      if (sent.applied === true) return apply(rows, statics.after);
      if (sent.applied === "never") forget(rows);
      else known.observe(rowTexts(rows), sent.rows, { asOf });
      setSent(rows, false);
      retry(callersOf(rows));
    } catch (error) {
      if (isUnknown(error)) {
        // The round may have been applied, or may be applied later.
        forget(rows);
        for (const row of rows) reportChange(row);
      }
      if (rows.length === 1 || !mayBeOneRow(error)) return failCallers(rows, error);
      setSent(rows, false);
      for (const { callers: group } of rows) await sendAlone(group);
    }
  }

  /** Sends the requests about one row without the other rows of its round. */
  async function sendAlone(group: readonly Caller<T>[]): Promise<void> {
    const planned = plan(group);
    if (planned.written.length > 0) await send(planned);
  }

  function apply(rows: readonly Row[], statics: RoundPlan<T>["statics"]["after"]): void {
    setSent(rows, false);
    known.expectStatics(statics);
    for (const { row, plan, callers: group } of rows) {
      // If a caller has timed out meanwhile, the round took long: the lane reads the row again before it relies on it.
      if (group.every(callers.has)) known.expect(row, plan.after);
      else known.forget(row);
      answerEach(group, plan.answers);
    }
    for (const row of rows) reportChange(row);
  }

  function forget(rows: readonly Row[]): void {
    for (const { row } of rows) known.forget(row);
    known.forgetStatics();
  }

  function reportChange({ callers: [caller], plan: { change } }: Row): void {
    if (change.length > 0) onChange(caller!.key, change);
  }

  /** Lets callers wait for another round, or fails them after too many. */
  function retry(group: readonly Caller<T>[]): void {
    for (const caller of group.filter(callers.has)) {
      caller.rounds += 1;
      if (caller.rounds > laneLimits.rounds) caller.answer(contention());
    }
  }

  return {
    submit(row, request) {
      // The queue passes the lane's own answers through.
      const answer = callers.add({ request, key: row, row: rowText(table, row) });
      if (!isRunning) void run();
      return answer as Promise<LaneAnswer<T>>;
    },
  };
}

/** Measures how long Cassandra has not responded to the statement in flight. */
function createResponseTimer() {
  let since: number | undefined;
  return {
    isOverdue: () => since !== undefined && performance.now() - since > laneLimits.silence,
    /** Awaits a response of Cassandra. */
    async time<Response>(response: Promise<Response>): Promise<Response> {
      since = performance.now();
      try {
        return await response;
      } finally {
        since = undefined;
      }
    },
  };
}

/**
 * Whether a statement for several rows may have failed because of one of them: Cassandra refuses it, or a stored value
 * cannot be decoded. Nothing was written then.
 */
function mayBeOneRow(error: unknown): boolean {
  return !(error instanceof CassandraError) || error.code === "REFUSED";
}

/** Rejects the callers of rows with the error of their statement. */
function failCallers<T extends Table>(rows: readonly PlannedRow<T>[], error: unknown): void {
  for (const caller of callersOf(rows)) caller.answer(error);
}

function callersOf<T extends Table>(rows: readonly PlannedRow<T>[]): readonly Caller<T>[] {
  return rows.flatMap(({ callers }) => callers);
}

function rowTexts<T extends Table>(rows: readonly PlannedRow<T>[]): readonly string[] {
  return rows.map(({ row }) => row);
}

function setSent<T extends Table>(rows: readonly PlannedRow<T>[], isSent: boolean): void {
  for (const caller of callersOf(rows)) caller.isSent = isSent;
}
