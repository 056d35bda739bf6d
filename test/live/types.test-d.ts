import { expectTypeOf, test } from "vitest";
import type { Live, Source } from "../../src/live/index.ts";
import { Hits, Reading, Seat, Setting } from "./models.ts";

// Each call that does not compile has its reason.

declare const live: Live;
const seat = { hall: "a", number: 1 };
const device = "a";
const at = new Date(0);

type ValueOf<S> = S extends Source<infer Value> ? Value : never;

test("a version has the key, the watched columns with their write times, and the columns beside", () => {
  const watched = live.watch(Seat, seat, { columns: ["taken", "holder"], beside: ["wishes"] });
  type Version = ValueOf<Awaited<typeof watched>>;
  expectTypeOf<Version["row"]>().toEqualTypeOf<{
    readonly hall: string;
    readonly number: number;
    readonly taken: number;
    readonly holder: string | null;
    readonly wishes: ReadonlySet<string>;
    readonly "writetime(taken)": bigint | null;
    readonly "writetime(holder)": bigint | null;
  }>();
  expectTypeOf<Version["asOf"]>().toEqualTypeOf<bigint | null>();
});

test("watched columns must be columns of the table outside its key", () => {
  // @ts-expect-error Seat has no column price.
  void live.watch(Seat, seat, { columns: ["price"] });
  // @ts-expect-error the number is in the key.
  void live.watch(Seat, seat, { columns: ["number"] });
  // @ts-expect-error columns are missing.
  void live.watch(Seat, seat, {});
  // @ts-expect-error the key is incomplete.
  void live.watch(Seat, { hall: "a" }, { columns: ["taken"] });
});

test("an event has the followed columns, and the write times of those in apart", () => {
  const options = { columns: ["taken", "holder"], apart: ["taken"] } as const;
  const followed = live.follow(Seat, { hall: "a" }, options);
  type Event = ValueOf<Awaited<typeof followed>>;
  type Updated = Extract<Event, { kind: "updated" }>;
  expectTypeOf<Updated["row"]>().toEqualTypeOf<{
    readonly hall: string;
    readonly number: number;
    readonly taken: number;
    readonly holder: string | null;
    readonly "writetime(taken)": bigint | null;
  }>();
  expectTypeOf<Updated["changed"]>().toEqualTypeOf<ReadonlySet<"taken">>();
  expectTypeOf<Extract<Event, { kind: "deleted" }>["key"]>().toEqualTypeOf<{
    readonly hall: string;
    readonly number: number;
  }>();
  expectTypeOf<Extract<Event, { kind: "reset" }>["partition"]>().toEqualTypeOf<{
    readonly hall: string;
  }>();
});

test("without options all columns are followed", () => {
  const followed = live.follow(Setting, { name: "a" });
  type Created = Extract<ValueOf<Awaited<typeof followed>>, { kind: "created" }>;
  expectTypeOf<Created["row"]>().toEqualTypeOf<{
    readonly name: string;
    readonly value: string | null;
  }>();
});

test("a hint names a row and its columns", () => {
  live.hint(Reading, { device, at }, "created");
  live.hint(Reading, { device, at }, ["value", "unit"]);
  live.hint(Hits, { page: "a", day: "2027-08-15" }, ["views"]);
  // @ts-expect-error a change of columns is a list of them.
  live.hint(Reading, { device, at }, "value");
  // @ts-expect-error Reading has no column price.
  live.hint(Reading, { device, at }, ["price"]);
  // @ts-expect-error the key is incomplete.
  live.hint(Reading, { device }, "deleted");
});

test("a subscriber may say who it is", () => {
  void live.watch(Seat, seat, { columns: ["taken"], caller: "2001:db8::/64" });
  void live.follow(Seat, { hall: "a" }, { caller: undefined });
  // @ts-expect-error a caller is a text.
  void live.follow(Seat, { hall: "a" }, { caller: 7 });
});
