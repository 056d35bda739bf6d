import { hash } from "node:crypto";
import type { GraphQLError } from "graphql";
import { LRUCache } from "lru-cache";
import { RateLimiterMemory, type RateLimiterRes } from "rate-limiter-flexible";
import type { LimitName, Limits } from "./adjustable-limits.ts";
import { limits as fixed } from "./limits.ts";
import type { Params } from "./params.ts";
import { codedError } from "./error.ts";
import { requestError } from "./request-error.ts";

/** The quotas that are counted over time. Each counts for a caller, in this process. */
export interface Quotas {
  /** Counts a row that is about to be created. @throws GraphQLError `QUOTA_EXCEEDED` @returns takes it back */
  create(caller: string, partition: string): Promise<() => void>;
  /**
   * Counts an operation id of a row. One that was counted before does not count again: its answer is remembered.
   *
   * @returns whether there was room
   */
  useOperationId(caller: string, use: OperationIdUse): boolean;
}

/** An operation id, and the row that is to remember it. */
export interface OperationIdUse {
  readonly id: string;
  /** Identifies the row. */
  readonly row: string;
  /** How many ids the row remembers. */
  readonly most: number;
  /** For how long it does. */
  readonly seconds: number;
}

/** Creates the quotas of a process. */
export function createQuotas({
  createdPerMinute,
  operationIdShare,
}: Pick<Limits, "createdPerMinute" | "operationIdShare">): Quotas {
  const created = new RateLimiterMemory({ points: createdPerMinute, duration: 60 });
  /** The ids that each caller has used in each row. */
  const operationIds = new LRUCache<string, Set<string>>({ max: ROWS });

  return {
    async create(caller, partition) {
      const key = quotaKey(caller, partition);
      try {
        await created.consume(key);
      } catch (spent) {
        const most = `${createdPerMinute} new rows of one partition in a minute`;
        throw quotaExceeded("createdPerMinute", { most, wait: waitOf(spent) });
      }
      return () => void created.reward(key);
    },
    useOperationId(caller, { id, row, most, seconds }) {
      const share = Math.max(1, Math.floor((most * operationIdShare) / 100));
      const key = quotaKey(caller, row);
      let ids = operationIds.get(key);
      if (!ids) operationIds.set(key, (ids = new Set()), { ttl: seconds * 1000 });
      if (ids.has(id)) return true;
      if (ids.size >= share) return false;
      ids.add(id);
      return true;
    },
  };
}

/** For how many rows the ids of callers are counted. */
const ROWS = 20_000;

/** Returns a short key: what clients send may be long, and keys are kept for a minute. */
function quotaKey(caller: string, what: string): string {
  return hash("sha256", `${caller} ${what}`, "base64");
}

/** The most that parsing costs: that of the largest operation, so that no document is too long for every quota. */
const MOST_FOR_DOCUMENT = 200;

/** How many characters of a document are looked at to estimate its tokens. More of them cost the most anyway. */
const MOST_CHARACTERS = MOST_FOR_DOCUMENT * fixed.charactersAPoint;

/**
 * Returns how many points it costs to parse and validate a document that is not known. The time to validate one grows with
 * the square of its tokens at worst.
 */
export function pointsOfDocument({ query }: Pick<Params, "query">): number {
  const tokens = query.slice(0, MOST_CHARACTERS).match(/\w+|[^\s\w,]/g)?.length ?? 0;
  const points = Math.max(query.length / fixed.charactersAPoint, tokens ** 2 / 10_000);
  return Math.min(MOST_FOR_DOCUMENT, Math.ceil(points));
}

/** Returns how long it takes until a quota is renewed, in milliseconds. */
function waitOf(spent: unknown): number {
  // The limiter throws an object of its own, unless it has failed.
  if (spent instanceof Error) throw spent;
  return (spent as RateLimiterRes).msBeforeNext;
}

/** The `extensions.quota` of errors. */
type QuotaName = LimitName | "unsentAnswers";

interface UsedUp {
  /** How much a caller may have. */
  readonly most: string;
  /** After how many milliseconds there is something left. */
  readonly wait: number;
}

/** Creates the error of a field for a caller that has used up a quota: other fields may have been executed. */
export function quotaExceeded(quota: QuotaName, { most, wait }: UsedUp): GraphQLError {
  const seconds = Math.max(1, Math.ceil(wait / 1000));
  return codedError("QUOTA_EXCEEDED", `A caller may have ${most}. Try again in ${seconds} s.`, {
    extensions: { quota, retryAfter: seconds },
  });
}

/** Creates the error of a whole request for a caller that has used up a quota. */
export function outOfQuota(quota: QuotaName, usedUp: UsedUp): GraphQLError {
  const { message, extensions } = quotaExceeded(quota, usedUp);
  const headers = { "retry-after": String(extensions["retryAfter"]) };
  return requestError("QUOTA_EXCEEDED", message, { headers, extensions });
}
