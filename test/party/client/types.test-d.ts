import { describe, expectTypeOf, test } from "vitest";
import type { CallOptions, LiveValues } from "../../../src/client/index.ts";
import type {
  PageInfo,
  PartiesChanged,
  Party,
  PartyClient,
  PartyPage,
  PeopleChanged,
} from "../../../src/party/client/index.ts";

declare const client: PartyClient;
declare const signal: AbortSignal | undefined;
const key = { city: "Rome", id: "" };

describe("a result", () => {
  test("is a union that __typename discriminates, and each member has all its fields", async () => {
    const result = await client.changePeople({ ...key, expected: 0, delta: 1 });
    switch (result.__typename) {
      case "PeopleChanged":
        expectTypeOf(result).toEqualTypeOf<PeopleChanged>();
        return;
      case "PeopleStale":
        expectTypeOf(result.actual).toEqualTypeOf<number>();
        return;
      case "PeopleOutOfRange":
        expectTypeOf(result.maximum).toEqualTypeOf<number>();
        return;
      case "PartyNotFound":
      case "OutcomeUnknown":
        expectTypeOf(result.message).toEqualTypeOf<string>();
        return;
      default:
        result satisfies never;
    }
  });

  test("does not compile in a switch without all cases", async () => {
    const result = await client.addPeople({ ...key, delta: 1 });
    switch (result.__typename) {
      case "PeopleChanged":
      case "PartyNotFound":
      case "OutcomeUnknown":
        return;
      default:
        // @ts-expect-error PeopleOutOfRange is missing
        result satisfies never;
    }
  });

  test("of a subscription does not compile in a switch without all cases", async () => {
    for await (const event of client.partiesChanged({ city: "Rome" })) {
      switch (event.__typename) {
        case "PartyCreated":
        case "PartyUpdated":
        case "PeopleChanged":
        case "PartyDeleted":
          break;
        default:
          // @ts-expect-error PartiesReset is missing
          event satisfies never;
      }
    }
  });

  test("of a query has the selected fields", async () => {
    expectTypeOf(await client.party(key)).toEqualTypeOf<Party | null>();
    const page = await client.partiesInCity({ city: "Rome" });
    expectTypeOf(page).toEqualTypeOf<PartyPage>();
    expectTypeOf(page.nodes).toEqualTypeOf<readonly Party[]>();
    expectTypeOf(page.pageInfo).toEqualTypeOf<PageInfo>();
    expectTypeOf<Party["date"]>().toEqualTypeOf<string>();
  });
});

test("live values are not any, and their iterator can end", async () => {
  const counts = client.peopleChanged({ ...key, since: null });
  expectTypeOf(counts).toEqualTypeOf<LiveValues<PeopleChanged>>();
  const next = await counts.next();
  expectTypeOf(next.value).toEqualTypeOf<PeopleChanged | undefined>();
  expectTypeOf(await counts.return()).toEqualTypeOf<IteratorReturnResult<undefined>>();
  expectTypeOf(client.partiesChanged({ city: "" })).toEqualTypeOf<LiveValues<PartiesChanged>>();
});

describe("an argument", () => {
  test("that is required must be given", () => {
    // @ts-expect-error a party has a city
    void client.party({ id: "" });
    // @ts-expect-error the expected count
    void client.changePeople({ ...key, delta: 1 });
    // @ts-expect-error a name
    void client.createParty({ input: { city: "Rome" } });
  });

  test("that is optional may be absent, and a cursor may be null", () => {
    void client.partiesInCity({ city: "Rome", after: null });
    void client.upcomingParties({ city: "Rome", from: new Date(), first: 5 });
    void client.createParty({ input: { city: "Rome", name: "", date: "2040-01-01T00:00:00Z" } });
  });

  test("that does not exist does not compile", () => {
    // @ts-expect-error there is no such argument
    void client.partiesInCity({ city: "Rome", last: 5 });
  });

  test("of a call may be a signal or undefined", () => {
    expectTypeOf<{ signal: AbortSignal | undefined }>().toExtend<CallOptions>();
    void client.party(key, { signal });
  });
});
