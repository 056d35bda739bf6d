import type { GraphQLError } from "graphql";
import type { LimitName } from "./adjustable-limits.ts";
import { codedError } from "./error.ts";
import { requestError } from "./request-error.ts";

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
