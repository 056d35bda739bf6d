import { quotaExceeded } from "./quota-error.ts";

/** The partitions that callers follow. */
export interface Followed {
  /**
   * Counts a partition of a caller, which may follow it several times.
   *
   * @returns a function to call once when it is no longer followed
   * @throws GraphQLError `QUOTA_EXCEEDED` if the caller follows too many others
   */
  add(caller: string, partition: string): () => void;
}

/** How long a client should wait until it subscribes again, in milliseconds: until others may have been completed. */
const FOLLOW_RETRY = 10_000;

/** Creates the counter of followed partitions. @param most how many different ones a caller may follow */
export function createFollowed(most: number): Followed {
  const callers = new Map<string, Map<string, number>>();

  function leave(caller: string, partition: string) {
    const partitions = callers.get(caller)!;
    const count = partitions.get(partition)! - 1;
    if (count > 0) return void partitions.set(partition, count);
    partitions.delete(partition);
    if (partitions.size === 0) callers.delete(caller);
  }

  return {
    add(caller, partition) {
      const partitions = callers.get(caller) ?? new Map<string, number>();
      const count = partitions.get(partition) ?? 0;
      if (count === 0 && partitions.size >= most) {
        throw quotaExceeded("followedPerCaller", {
          most: `${most} followed partitions`,
          wait: FOLLOW_RETRY,
        });
      }
      callers.set(caller, partitions.set(partition, count + 1));
      return () => leave(caller, partition);
    },
  };
}
