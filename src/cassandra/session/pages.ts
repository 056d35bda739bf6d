import type { Client, QueryOptions, types } from "cassandra-driver";
import { within } from "../../support/within.ts";
import type { Statement } from "../statement.ts";
import type { Table } from "../table.ts";
import { fromDriver } from "./driver-error.ts";
import { encodedParameters, parametersOf, type TypedParameter } from "./parameter.ts";
import { checkResultColumns, type ResultPage, pageOf } from "./result.ts";
import { SharedReads } from "./shared-reads.ts";
import type { Sweeper } from "./sweeper.ts";
import { failedOnTombstones, isMostlyDead } from "./tombstones.ts";

/** A query for a page of rows. */
export interface PageQuery {
  readonly cql: string;
  readonly params: unknown[];
  readonly options: QueryOptions;
  /** How long a page may take on all nodes together, in milliseconds. */
  readonly limit: number;
}

/**
 * Requests a page.
 *
 * @param pageState the state that the previous page ended with. Default: requests the first page
 * @throws the driver's error
 */
export function requestPage(
  client: Client,
  { cql, params, options, limit }: PageQuery,
  pageState?: string,
): Promise<types.ResultSet> {
  const sent = client.execute(cql, params, pageState ? { ...options, pageState } : options);
  // The driver tries one node after the other, each with its own time-out. This limit is for all of them.
  return within(limit, sent, noAnswerInTime);
}

export function noAnswerInTime(): never {
  throw new Error("No answer in time");
}

/** Reads the pages of the statements of models. */
export interface PageReader {
  /** Returns the pages of a statement, and of those that continue it. Equal reads share a request. */
  all(statement: Statement<unknown>): Promise<readonly ResultPage[]>;
  /** Yields the same pages, of which one is in memory. */
  each(statement: Statement<unknown>): AsyncGenerator<ResultPage>;
}

export interface PageReaderOptions {
  /** Returns the driver's options for a statement. */
  readonly optionsOf: (statement: Statement<unknown>) => QueryOptions;
  /** How long a page may take on all nodes together, in milliseconds. */
  readonly limit: number;
  readonly sweeper: Pick<Sweeper, "request">;
}

/** Creates the functions that read pages by a client. */
export function createPageReader(
  client: Client,
  { optionsOf, limit, sweeper }: PageReaderOptions,
): PageReader {
  const sharedReads = new WeakMap<Table, SharedReads<readonly ResultPage[]>>();

  async function request({ statement, params, from }: PageRequest): Promise<FoundPage> {
    const { cql, kind, range, table } = statement;
    try {
      const query = { cql, params, options: optionsOf(statement), limit };
      const result = await requestPage(client, query, from);
      if (table) checkResultColumns(table, result);
      const page = pageOf(result);
      const { warnings } = result.info;
      if (range && isMostlyDead(page?.length ?? 0, warnings)) sweeper.request(range);
      return { page, next: result.pageState ?? undefined };
    } catch (error) {
      if (range && failedOnTombstones(error, false)) sweeper.request(range);
      const writes = kind === "write" || kind === "counter" || kind === "lwt";
      throw fromDriver(error, { cql, writes, steps: kind === "lwt" ? "agreed" : undefined });
    }
  }

  async function requestAll(
    statement: Statement<unknown>,
    params: TypedParameter[],
  ): Promise<readonly ResultPage[]> {
    const pages: ResultPage[] = [];
    let from: string | undefined;
    do {
      const { page, next } = await request({ statement, params, from });
      if (page) pages.push(page);
      from = next;
    } while (from);
    return pages;
  }

  /** Reads all pages of one statement. Everything that they depend on is in its text and its parameters. */
  function readOne(statement: Statement<unknown>): Promise<readonly ResultPage[]> {
    const { cql, kind, table } = statement;
    const params = parametersOf(statement);
    // What cannot be encoded fails when the driver encodes it.
    const encoded = kind === "read" ? encodedParameters(params) : undefined;
    if (!encoded || !table) return requestAll(statement, params);
    // A read does not get what another one has read at a weaker consistency.
    const key = `${optionsOf(statement).consistency}|${encoded}${cql}`;
    return sharedReadsOf(table).share(key, () => requestAll(statement, params));
  }

  /** Of each model, since two models of a table may read the same bytes differently. */
  function sharedReadsOf(table: Table): SharedReads<readonly ResultPage[]> {
    let shared = sharedReads.get(table);
    if (!shared) sharedReads.set(table, (shared = new SharedReads()));
    return shared;
  }

  return {
    async all(statement) {
      const pages = await readOne(statement);
      if (!statement.rest) return pages;
      const all = [...pages];
      let found = rowsIn(pages);
      for (let next = statement.rest(found); next; next = next.rest?.(found)) {
        const more = await readOne(next);
        found += rowsIn(more);
        all.push(...more);
      }
      return all;
    },
    async *each(statement) {
      let found = 0;
      for (let next: typeof statement | undefined = statement; next; next = next.rest?.(found)) {
        const params = parametersOf(next);
        let from: string | undefined;
        do {
          const answer: FoundPage = await request({ statement: next, params, from });
          found += answer.page?.length ?? 0;
          if (answer.page) yield answer.page;
          from = answer.next;
        } while (from);
      }
    },
  };
}

interface PageRequest {
  readonly statement: Statement<unknown>;
  readonly params: TypedParameter[];
  /** The state that the previous page ended with. Undefined for the first page. */
  readonly from: string | undefined;
}

interface FoundPage {
  /** Undefined for a result without rows. */
  readonly page: ResultPage | undefined;
  /** The state with which the next page is requested. Undefined for the last page. */
  readonly next: string | undefined;
}

function rowsIn(pages: readonly ResultPage[]): number {
  return pages.reduce((sum, { length }) => sum + length, 0);
}
