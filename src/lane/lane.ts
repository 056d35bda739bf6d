import {
  CassandraError,
  clusteringIdentity,
  type ClusteringKey,
  clusteringNames,
  MAX_ROWS_A_QUERY,
  type PartitionKey,
  type RawRow,
  selectStored,
  type Session,
  type StoredRow,
  type Table,
} from "../cassandra/index.ts";
import { contention } from "../error.ts";
import { type Cell, isUnknown } from "./cell.ts";
import { laneLimits } from "./limits.ts";
import { createRecent } from "../recent.ts";
import type { RowPlan, Rule, Seen } from "./rule.ts";

/** A partition's queue in one process: what waits goes together, in rounds, one in flight. */
export interface Lane<Request, Answer> {
  /** Asks for something, and gives its answer: it rests on what Cassandra said of after it was asked for. */
  ask(request: Request): Promise<Answer>;
}

export interface LaneOptions<T extends Table, Request, Answer> {
  readonly session: Session;
  readonly rule: Rule<T, Request, Answer>;
  readonly partition: PartitionKey<T>;
  readonly cell: Cell<T>;
  /** A row was changed, or may have been, for somebody who no longer waits. */
  readonly onLate: (row: ClusteringKey<T>) => void;
  /** Nobody waits any more, and nothing is in flight. */
  readonly onIdle: () => void;
}

/** Somebody who waits. */
interface Caller<Request, Answer> {
  readonly request: Request;
  readonly row: string;
  /** When the request came, on the lane's own clock. */
  readonly came: number;
  /** How many rounds have found the row otherwise. */
  rounds: number;
  /** Whether the request is in the round in flight. */
  sent: boolean;
  tell(answer: Answer | Error): void;
}

/** What is known of a row, and since when: who came before that may be answered by it. */
interface Known<T extends Table> {
  readonly seen: Seen<T>;
  readonly asOf: number;
}

/** The callers of a row, and what is to become of it. */
interface Planned<T extends Table, Request, Answer> {
  readonly row: string;
  readonly key: ClusteringKey<T>;
  readonly callers: readonly Caller<Request, Answer>[];
  readonly plan: RowPlan<T, Answer>;
}

export function createLane<T extends Table, Request, Answer>({
  session,
  rule,
  partition,
  cell,
  onLate,
  onIdle,
}: LaneOptions<T, Request, Answer>): Lane<Request, Answer> {
  type Asking = Caller<Request, Answer>;
  type Row = Planned<T, Request, Answer>;
  const { table } = rule;
  const waiting = new Set<Asking>();
  const known = createRecent<Known<T>>(laneLimits.known);
  let clock = 0;
  /** Since when Cassandra has been asked without an answer. */
  let asked: number | undefined;
  let running = false;

  function ask(request: Request): Promise<Answer> {
    if (waiting.size >= laneLimits.waiting) return Promise.reject(contention());
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const caller: Asking = {
      request,
      row: rowText(table, rule.rowOf(request)),
      came: ++clock,
      rounds: 0,
      sent: false,
      tell(answer) {
        clearTimeout(timer);
        waiting.delete(caller);
        if (answer instanceof Error) reject(answer);
        else resolve(answer);
      },
    };
    const timer = setTimeout(() => caller.tell(tooLate(caller)), laneLimits.time);
    waiting.add(caller);
    if (!running) void run();
    return promise;
  }

  async function run(): Promise<void> {
    running = true;
    // Who asks in the same turn of the event loop goes together.
    await Promise.resolve();
    while (waiting.size > 0) {
      const taken = [...waiting];
      // What is thrown here is a defect: nobody is to wait for ever because of it.
      await round(taken).catch((error: Error) => taken.forEach((caller) => caller.tell(error)));
    }
    running = false;
    onIdle();
  }

  /** Who comes while it runs waits for the next one. */
  async function round(taken: readonly Asking[]): Promise<void> {
    const first = workOut(taken);
    const unclear = first.filter((row) => !isClear(row)).slice(0, MAX_ROWS_A_QUERY);
    const rows =
      unclear.length === 0 ? first : [...first.filter(isClear), ...(await look(unclear))];
    for (const { plan, callers } of rows) if (!plan.write) tell(callers, plan.answers);
    const writes = bounded(rows.filter(({ plan }) => plan.write));
    if (writes.length > 0) await send(writes);
  }

  function workOut(callers: readonly Asking[]): readonly Row[] {
    return [...Map.groupBy(callers, ({ row }) => row)].flatMap(([row, group]) => {
      const requests = group.map(({ request }) => request);
      try {
        const plan = rule.workOut(partition, known.get(row)?.seen, requests);
        return { row, key: rule.rowOf(requests[0]!), callers: group, plan };
      } catch (error) {
        tell(
          group,
          group.map(() => error as Error),
        );
        return [];
      }
    });
  }

  /** Whether a row is to be written, or its callers can be answered by what is known. */
  function isClear({ row, callers, plan }: Row): boolean {
    // The first round of a process leaves something in the partition: not for a row that may not even exist.
    if (plan.write) return plan.creates === true || cell.isOpen() || Boolean(known.get(row)?.seen);
    const asOf = known.get(row)?.asOf ?? 0;
    return plan.answers.length > 0 && callers.every(({ came }) => came <= asOf);
  }

  /** Reads rows, and works out again what was asked of them. */
  async function look(rows: readonly Row[]): Promise<readonly Row[]> {
    const callers = rows.flatMap((row) => row.callers);
    const columns = rule.columnsOf(callers.map(({ request }) => request));
    const keys = rows.map(({ key }) => key);
    const asOf = clock;
    try {
      const found = await answerOf(session.run(selectStored(table, partition, keys, columns)));
      observe(rows, found, asOf);
    } catch (error) {
      if (rows.length > 1 && isOfOneRow(error)) return (await eachAlone(rows, look)).flat();
      fail(rows, error);
      return [];
    }
    // Some may have stopped waiting.
    return workOut(again(callers));
  }

  async function send(planned: readonly Row[]): Promise<void> {
    try {
      if (!cell.isOpen()) await answerOf(cell.open());
    } catch (error) {
      return fail(planned, error);
    }
    // Who has gone was told that nothing was sent.
    const rows = planned.filter(({ callers }) => callers.every((caller) => waiting.has(caller)));
    const writes = rows.flatMap(({ plan }) => plan.write ?? []);
    if (writes.length === 0) return;
    const asOf = clock;
    setSent(rows, true);
    try {
      const sent = await answerOf(cell.send(writes));
      if (sent.applied === true) return apply(rows);
      if (sent.applied === "never") for (const { row } of rows) known.delete(row);
      else observe(rows, sent.rows, asOf);
      setSent(rows, false);
      again(rows.flatMap(({ callers }) => callers));
    } catch (error) {
      // It is given up: the rows may have been changed, or be changed later.
      if (isUnknown(error)) for (const row of rows) late(row);
      if (rows.length === 1 || !isOfOneRow(error)) return fail(rows, error);
      setSent(rows, false);
      await eachAlone(rows, send);
    }
  }

  function apply(rows: readonly Row[]): void {
    setSent(rows, false);
    for (const planned of rows) {
      const { row, callers, plan } = planned;
      late(planned);
      // Certain is only what was written or compared: whoever is to be told of the rest has it looked at.
      known.set(row, { seen: plan.after, asOf: 0 });
      tell(callers, plan.answers);
    }
  }

  /** Tells of a row of which a caller can no longer be told. */
  function late({ row, key, callers }: Row): void {
    known.delete(row);
    if (callers.some((caller) => !waiting.has(caller))) onLate(key);
  }

  /** Remembers rows as they were found; those that were not found do not exist. */
  function observe(rows: readonly Row[], found: readonly StoredRow<T>[], asOf: number): void {
    const byKey = new Map(
      found.filter((row) => isRow(table, row)).map((row) => [rowText(table, row), row]),
    );
    for (const { row } of rows) known.set(row, { seen: byKey.get(row) ?? null, asOf });
  }

  /** Those who go on waiting for another round. */
  function again(callers: readonly Asking[]): readonly Asking[] {
    const present = callers.filter((caller) => waiting.has(caller));
    for (const caller of present) {
      caller.rounds += 1;
      if (caller.rounds > laneLimits.rounds) caller.tell(contention());
    }
    return present.filter((caller) => waiting.has(caller));
  }

  /** Tells those whose statement was not run why. */
  function fail(rows: readonly Row[], error: unknown): void {
    for (const caller of rows.flatMap(({ callers }) => callers)) caller.tell(error as Error);
  }

  function tell(callers: readonly Asking[], answers: readonly (Answer | Error)[]): void {
    for (const [at, answer] of answers.entries()) callers[at]?.tell(answer);
  }

  async function answerOf<Told>(asking: Promise<Told>): Promise<Told> {
    asked = performance.now();
    try {
      return await asking;
    } finally {
      asked = undefined;
    }
  }

  function tooLate({ sent }: Asking): Error {
    if (sent) return unknown();
    const isSilent = asked !== undefined && performance.now() - asked > laneLimits.silence;
    return isSilent ? new CassandraError("UNAVAILABLE", "No answer in time.") : contention();
  }

  return { ask };
}

/**
 * Whether a statement for several rows may have failed because of one of them: Cassandra or the driver refuses it, or
 * what is stored in it is no value of its column. Nothing was written then.
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

function setSent(
  rows: readonly { readonly callers: readonly { sent: boolean }[] }[],
  sent: boolean,
) {
  for (const { callers } of rows) for (const caller of callers) caller.sent = sent;
}

/** The first rows, as many as one round may have. */
function bounded<R extends { readonly plan: RowPlan<Table, unknown> }>(
  rows: readonly R[],
): readonly R[] {
  let bytes = 0;
  const end = rows.findIndex(({ plan }, at) => {
    bytes += sizeOf(plan.write?.params ?? []);
    return at > 0 && (at >= laneLimits.rows || bytes > laneLimits.bytes);
  });
  return end === -1 ? rows : rows.slice(0, end);
}

function sizeOf(params: readonly unknown[]): number {
  return params.reduce<number>((sum, param) => {
    if (typeof param === "string") return sum + Buffer.byteLength(param);
    return sum + (param instanceof Uint8Array ? param.length : 16);
  }, 0);
}

function rowText(table: Table, row: object): string {
  return clusteringIdentity(table, row as RawRow);
}

/** A partition with static columns and no row shows as a row without a clustering key. */
function isRow(table: Table, row: object): boolean {
  return clusteringNames(table).every((name) => (row as RawRow)[name] !== null);
}

function unknown(): CassandraError {
  return new CassandraError(
    "OUTCOME_UNKNOWN",
    "The write was sent, but nobody can say whether it applies.",
  );
}
