import { expect, test, vi } from "vitest";
import { createBroadcast } from "../../src/live/broadcast.ts";
import { Delivery } from "../../src/server/delivery.ts";
import { createPayload, type Payload } from "../../src/server/payload.ts";
import type { Subscriber } from "../../src/server/shared-execution.ts";

test("what is not yet known as text when its source ends is still sent, and then the end", async () => {
  const events = createBroadcast<object>({ keep: 1, missed: (last) => last, onEmpty: () => {} });
  let known: Payload | undefined;
  let again = () => {};
  const operation = {
    payloadOf(_: object, { visitAll }: Subscriber) {
      again = visitAll;
      return known;
    },
    leave: vi.fn<() => void>(),
  };
  const told: (Payload | "end")[] = [];
  const outlet = {
    isFull: false,
    send: (payload: Payload) => void told.push(payload),
    onDrain: () => {},
    end: () => void told.push("end"),
    expires: undefined,
    expire: () => {},
  };
  void new Delivery(events.join(false), operation, outlet).next();
  events.put({});
  await events.end();
  expect(told).toEqual([]);

  known = createPayload({ data: {} }, (result) => ({ json: { text: JSON.stringify(result) } }));
  again();
  await vi.waitFor(() => expect(told).toEqual([known, "end"]));
  expect(operation.leave).toHaveBeenCalledOnce();
});
