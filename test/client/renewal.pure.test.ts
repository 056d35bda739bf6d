import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createRenewal } from "../../src/client/renewal.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const DAY = 86_400_000;

test.each([2 ** 31, 8.64e15, Infinity])(
  "a connection for %s ms is not renewed at once, although no timer lasts so long",
  async (expiresIn) => {
    const renew = vi.fn(async () => true);
    const renewal = createRenewal(renew);
    renewal.plan({ expiresIn });
    await vi.advanceTimersByTimeAsync(20 * DAY);
    expect(renew).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(5 * DAY);
    expect(renew).toHaveBeenCalledTimes(1);
    renewal.cancel();
  },
);
