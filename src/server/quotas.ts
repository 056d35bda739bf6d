import { hash } from "node:crypto";
import { LRUCache } from "lru-cache";
import { RateLimiterMemory, type RateLimiterRes } from "rate-limiter-flexible";
import type { Limits } from "./adjustable-limits.ts";
import { quotaExceeded } from "./quota-error.ts";

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

/** Returns how long it takes until a quota is renewed, in milliseconds. */
function waitOf(spent: unknown): number {
  // The limiter throws an object of its own, unless it has failed.
  if (spent instanceof Error) throw spent;
  return (spent as RateLimiterRes).msBeforeNext;
}
