import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createAdmission, type Entrant } from "../../src/server/admission.ts";
import { limits } from "../../src/server/limits.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const FAST = 1_000_000;

/** An admission that records the names of the operations that it lets in, or refuses. */
function start(pointsInFlight: number, pointsInFlightPerCaller: number, pointsPerSecond = FAST) {
  const admission = createAdmission({ pointsInFlight, pointsInFlightPerCaller, pointsPerSecond });
  const entered: string[] = [];
  const refused: string[] = [];
  return {
    admission,
    entered,
    refused,
    /** @param name of the operation; its first letter is that of its caller */
    enter: (name: string, points = 1, isGone?: () => boolean): Entrant => {
      const entrant = { caller: name[0]!, points, weight: points, isGone };
      const wait = admission.enter(entrant);
      if (!wait) entered.push(name);
      void wait?.then(
        () => entered.push(name),
        ({ extensions }) => refused.push(`${name} ${extensions.code}`),
      );
      return entrant;
    },
    leave: async (...entrants: readonly Entrant[]) => {
      for (const entrant of entrants) admission.leave(entrant);
      await vi.advanceTimersByTimeAsync(0);
    },
  };
}

test("callers take turns, whatever one of them has waiting", async () => {
  const { enter, leave, entered } = start(2, 2);
  const running = [enter("a1"), enter("a2")];
  for (const name of ["a3", "a4", "a5", "b1", "c1", "b2"]) enter(name);
  await leave(...running, ...running, ...running, ...running);
  expect(entered).toEqual(["a1", "a2", "a3", "b1", "c1", "a4", "b2", "a5"]);
});

test("a caller has at most its share in flight, and the rest stays free for others", async () => {
  const { enter, leave, entered } = start(10, 3);
  const running = [enter("a1"), enter("a2", 2)];
  enter("a3");
  enter("b1", 3);
  expect(entered).toEqual(["a1", "a2", "b1"]);
  await leave(running[0]!);
  expect(entered).toEqual(["a1", "a2", "b1", "a3"]);
});

test("the operations of a caller enter in their order, also if a later one would have room", async () => {
  const { enter, leave, entered } = start(4, 4);
  const first = enter("a1", 3);
  enter("a2", 2);
  enter("a3", 1);
  expect(entered).toEqual(["a1"]);
  await leave(first);
  expect(entered).toEqual(["a1", "a2", "a3"]);
});

test("a large operation is not overtaken for ever by small ones of others", async () => {
  const { enter, leave, entered } = start(4, 3);
  const small = [enter("a1"), enter("a2")];
  enter("b1", 3);
  enter("c1");
  await leave(small[0]!);
  expect(entered).toEqual(["a1", "a2", "b1", "c1"].slice(0, 3));
  await leave(small[1]!);
  expect(entered).toEqual(["a1", "a2", "b1", "c1"]);
});

test("an operation that costs more than the share runs when its caller runs nothing else", async () => {
  const { enter, leave, entered } = start(8, 4);
  const small = enter("a1");
  const large = enter("a2", 100);
  enter("b1");
  await leave(small);
  expect(entered).toEqual(["a1", "b1", "a2"]);
  await leave(large);
  enter("a3", 4);
  expect(entered.at(-1)).toBe("a3");
});

test("what has waited too long is refused, and what waits behind it enters", async () => {
  const { enter, leave, entered, refused } = start(4, 4);
  const running = enter("a1", 2);
  enter("b1", 4);
  await vi.advanceTimersByTimeAsync(limits.waitingTime - 1);
  enter("c1", 2);
  expect([entered, refused]).toEqual([["a1"], []]);
  await vi.advanceTimersByTimeAsync(1);
  expect([entered, refused]).toEqual([["a1", "c1"], ["b1 OVERLOADED"]]);
  await leave(running);
});

test("of one caller, only so many operations wait, and the next one is refused after a while", async () => {
  const { enter, refused, admission } = start(1, 1);
  enter("a1");
  for (let at = 0; at < limits.waitingACaller; at += 1) enter("a2");
  enter("a3");
  enter("b1");
  expect(admission.refusal("b")).toBeUndefined();
  const early = admission.refusal("a");
  await vi.advanceTimersByTimeAsync(limits.delay - 1);
  expect(refused).toEqual([]);
  void early?.catch(() => refused.push("early"));
  await vi.advanceTimersByTimeAsync(1);
  expect(refused).toEqual(["a3 OVERLOADED", "early"]);
});

test("a caller spends its reserve at once, and then what is renewed, several operations at a time", async () => {
  const { enter, entered } = start(1000, 1000, 1000);
  // 200 ms of 1,000 points per second.
  for (let at = 0; at < 230; at += 1) enter(`a${at}`);
  expect(entered).toHaveLength(200);
  enter("b1");
  expect(entered.at(-1)).toBe("b1");
  await vi.advanceTimersByTimeAsync(limits.pace - 1);
  enter("a230");
  expect(entered).toHaveLength(201);
  await vi.advanceTimersByTimeAsync(1);
  expect(entered).toHaveLength(201 + limits.pace);
  await vi.advanceTimersByTimeAsync(limits.pace);
  expect(entered.at(-1)).toBe("a230");
  await vi.advanceTimersByTimeAsync(1000);
  for (let at = 0; at < 203; at += 1) enter(`a${at}`);
  expect(entered).toHaveLength(232 + 200);
});

test("an expensive operation runs at once, and its caller pays it before the next one", async () => {
  const { enter, entered, refused } = start(FAST, FAST, 1000);
  enter("a1", 500);
  enter("a2");
  await vi.advanceTimersByTimeAsync(300 + limits.pace - 1);
  expect(entered).toEqual(["a1"]);
  await vi.advanceTimersByTimeAsync(1);
  expect(entered).toEqual(["a1", "a2"]);
  enter("a3", 5000);
  enter("a4");
  await vi.advanceTimersByTimeAsync(limits.waitingTime);
  expect(entered).toEqual(["a1", "a2", "a3"]);
  expect(refused).toEqual(["a4 QUOTA_EXCEEDED"]);
});

test("what waits when the server closes is refused", async () => {
  const { enter, refused, admission } = start(1, 1);
  enter("a1");
  enter("a2");
  admission.close();
  enter("b1");
  await vi.advanceTimersByTimeAsync(0);
  expect(refused).toEqual(["a2 OVERLOADED", "b1 OVERLOADED"]);
});

test("what nobody waits for any more is passed over", async () => {
  const { enter, leave, entered } = start(1, 1);
  const running = enter("a1");
  enter("a2", 1, () => true);
  enter("a3");
  await leave(running);
  expect(entered).toEqual(["a1", "a3"]);
});

test("thousands of operations whose clients have gone are passed over at once", async () => {
  const { enter, leave, entered } = start(1, 1);
  let areGone = false;
  const running = enter("z1");
  for (let caller = 0; caller < 16; caller += 1) {
    const name = String.fromCharCode(97 + caller);
    for (let at = 0; at < limits.waitingACaller; at += 1) enter(name, 1, () => areGone);
  }
  areGone = true;
  enter("y1");
  await leave(running);
  expect(entered).toEqual(["z1", "y1"]);
});

test("what takes no room may leave long after its caller was forgotten", async () => {
  const { admission } = start(1, 1);
  const entrant = { caller: "a", points: 1 };
  expect(admission.enter(entrant)).toBeUndefined();
  await vi.advanceTimersByTimeAsync(10_000);
  admission.leave(entrant);
});

test("a caller who owes little does not wait for one who owes much", async () => {
  const { enter, entered } = start(FAST, FAST, 1000);
  enter("a1", 2000);
  enter("a2");
  enter("b1", 210);
  enter("b2");
  await vi.advanceTimersByTimeAsync(10 + limits.pace);
  expect(entered).toEqual(["a1", "b1", "b2"]);
});
