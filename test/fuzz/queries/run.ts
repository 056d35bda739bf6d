import { type DocumentNode, parse, validate } from "graphql";
import {
  connect,
  type ConnectByContactPoints,
  type Session,
} from "../../../src/cassandra/index.ts";
import { createTestKeyspace } from "../../../src/testing/index.ts";
import { createRandom } from "../../chaos/random.ts";
import { beginEra, type Era } from "./era.ts";
import { type Counts, type ExecuteBoth, listen } from "./execute.ts";
import { type FuzzQuery, type QueryRun, writeQuery } from "./query.ts";
import { type Partitions, writeRows } from "./rows.ts";
import { chooseRequest, type FuzzRequest, type Servers, startServers } from "./servers.ts";
import { type Answers, isSame } from "./same.ts";
import { shrink } from "./shrink.ts";
import { allTables, createTables } from "./tables.ts";

export interface QueryFuzzOptions {
  readonly cluster: ConnectByContactPoints;
  /** The seed of all choices. */
  readonly seed: number;
  /** How long cases are begun. */
  readonly seconds: number;
  /** How many cases there are at most. Default: as many as there is time for. */
  readonly cases?: number | undefined;
  /** Runs only the case of this number, after those that it depends on. Default: all. */
  readonly number?: number | undefined;
  /** Called with each line of progress. */
  readonly progress: (line: string) => void;
  /** Ends the run early. */
  readonly signal?: AbortSignal;
}

/** Two answers that must be the same and are not. */
export interface Difference extends Answers {
  /** The number of the case. */
  readonly number: number;
  readonly source: string;
  readonly run: QueryRun;
  /** The request, if the answers are those of servers. */
  readonly request?: FuzzRequest;
}

export interface QueryFuzzResult {
  readonly seed: number;
  readonly cases: number;
  /** How many documents were not valid. */
  readonly invalid: number;
  /** How the operations were executed. */
  readonly executed: Counts;
  /** How servers have executed them: one without plans, then twice one with plans, which it makes the second time. */
  readonly served: Counts;
  /** The cases whose answers were the same only when they were repeated. */
  readonly unsteady: readonly number[];
  readonly differences: readonly Difference[];
}

/** How many successive cases share a schema, and what is remembered of its tables. */
const ERA = 150;
/** How many cases run at the same time. */
const WORKERS = 4;
/** How many differences end a run. */
const MOST_DIFFERENCES = 20;
/** How many of them are made smaller. */
const SHRUNK = 5;
/** How often different answers are fetched again. */
const REPEATED = 4;
/** Which share of the operations is also sent to servers. */
const SERVED = 0.08;

/** Executes random queries both by plans and by graphql-js, and compares the answers. */
export async function fuzzQueries(options: QueryFuzzOptions): Promise<QueryFuzzResult> {
  const { cluster, progress } = options;
  await using keyspace = await createTestKeyspace({
    cassandra: cluster,
    tables: allTables(createTables()),
  });
  // Rows that cannot be read are reported, which says nothing here.
  await using session = await connect({ ...cluster, keyspace: keyspace.name, log: () => {} });
  const partitions = await writeRows(session);
  await using servers = await startServers(session);
  progress("The tables have rows. Comparing queries.");
  const run = new QueryFuzz({ session, partitions, servers, options });
  using _ = listen(run.served);
  return await run.perform();
}

interface Ground {
  readonly session: Session;
  readonly partitions: Partitions;
  readonly servers: Servers;
  readonly options: QueryFuzzOptions;
}

const noCounts = (): Counts => ({ planned: 0, left: 0, executed: 0 });

class QueryFuzz {
  readonly #ground: Ground;
  readonly #eras = new Map<number, Promise<Era>>();
  readonly #found: Found[] = [];
  readonly #executed = noCounts();
  readonly served = noCounts();
  #next: number;
  readonly #unsteady: number[] = [];
  #invalid = 0;
  #cases = 0;

  constructor(ground: Ground) {
    const { number = 0 } = ground.options;
    this.#ground = ground;
    this.#next = number - (number % ERA);
  }

  async perform(): Promise<QueryFuzzResult> {
    const { seed, seconds, number, cases = Infinity, signal } = this.#ground.options;
    const end = performance.now() + seconds * 1000;
    const last = number ?? this.#next + cases - 1;
    const isOver = () =>
      signal?.aborted ||
      performance.now() > end ||
      this.#next > last ||
      this.#found.length >= MOST_DIFFERENCES;
    const work = async () => {
      while (!isOver()) await this.#case(this.#next++);
    };
    await Promise.all(Array.from({ length: number === undefined ? WORKERS : 1 }, work));
    return {
      seed,
      cases: this.#cases,
      invalid: this.#invalid,
      executed: this.#executed,
      served: this.served,
      unsteady: this.#unsteady,
      differences: await this.#differences(),
    };
  }

  #era(number: number): Promise<Era> {
    const { session, partitions, options } = this.#ground;
    const at = Math.floor(number / ERA);
    let era = this.#eras.get(at);
    if (!era) {
      era = beginEra({ session, partitions, seed: seedOf(options.seed, -1 - at) });
      this.#eras.set(at, era);
      this.#eras.delete(at - 2);
    }
    return era;
  }

  async #case(number: number): Promise<void> {
    const era = await this.#era(number);
    const random = createRandom(seedOf(this.#ground.options.seed, number));
    const query = writeQuery({ random, ...era });
    this.#cases += 1;
    const document = parse(query.source);
    const isValid = validate(era.schema, document).length === 0;
    if (!isValid) this.#invalid += 1;
    for (const run of query.runs) {
      const execute = random.chance(0.8) ? era.executions.at(-1)! : random.of(era.executions);
      const request = random.chance(SERVED) ? chooseRequest(random) : undefined;
      if (isValid) await this.#compare({ number, query, document, run, execute });
      if (request) await this.#compareServed({ number, query, run, request });
    }
  }

  async #compare({ number, query, document, run, execute }: Comparison): Promise<void> {
    const { source } = query;
    const { by, ...answers } = await execute(document, run);
    this.#executed[by] += 1;
    const again = (smaller: string) => execute(parse(smaller), run);
    await this.#check({ number, source, run, ...answers, again });
  }

  async #compareServed({ number, query, run, request }: ServedComparison): Promise<void> {
    const { source } = query;
    const again = (smaller: string) => this.#ground.servers.ask(request, { source: smaller, run });
    await this.#check({ number, source, run, request, ...(await again(source)), again });
  }

  async #check(found: Found): Promise<void> {
    if (isSame(found)) return;
    // Of several fields that fail, the first one decides, and so the database does.
    for (let times = 0; times < REPEATED; times++) {
      if (!isSame(await found.again(found.source))) continue;
      this.#unsteady.push(found.number);
      return;
    }
    this.#found.push(found);
  }

  async #differences(): Promise<readonly Difference[]> {
    const all: Difference[] = [];
    for (const found of this.#found) {
      all.push(all.length < SHRUNK ? await this.#smaller(found) : found);
    }
    return all;
  }

  /** Returns a difference with as little of its document as shows it. */
  async #smaller({ again, ...difference }: Found): Promise<Difference> {
    const { schema } = await this.#era(difference.number);
    const source = await shrink(difference.source, {
      schema,
      isWrong: async (smaller) => !isSame(await again(smaller)),
    });
    return source === difference.source
      ? difference
      : { ...difference, source, ...(await again(source)) };
  }
}

interface Comparison {
  readonly number: number;
  readonly query: FuzzQuery;
  readonly document: DocumentNode;
  readonly run: QueryRun;
  readonly execute: ExecuteBoth;
}

interface ServedComparison extends Pick<Comparison, "number" | "query" | "run"> {
  readonly request: FuzzRequest;
}

/** A difference, and how another document is answered instead. */
interface Found extends Difference {
  readonly again: (source: string) => Promise<Answers>;
}

/** Returns the seed of a case, or of an era. */
function seedOf(seed: number, number: number): number {
  return Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(number + 1, 0x85ebca6b);
}
