import { describe, expect, test } from "vitest";
import { asc, bigint, int, table, text } from "../../src/cassandra/index.ts";
import { createDraftValues } from "../../src/lane/draft.ts";
import { identified } from "../../src/lane/journal.ts";
import { planRow } from "../../src/lane/request.ts";
import { Account, changed, onceOf } from "./account.ts";

const id = "6f1f7a52-4d0e-4d53-9c8e-0d9f6a6c3a51";
const now = 1_800_000_000_000;
const account = { name: "A", balance: 5, opened: new Date(0), recent: null, earlier: null };

/** A change with an id and this answer. */
const answering = (answer: unknown, type: object, args = "") => ({
  kind: "change" as const,
  change: () => answer,
  once: identified(Account, { id, args, answer: type as never }),
});

function planOf(seen: object, ...requests: readonly ReturnType<typeof answering>[]) {
  const row = { partition: { bank: "Medici" }, row: { id } };
  return planRow({ table: Account, ...row, seen, statics: createDraftValues({}), now }, requests);
}

describe("the id of a change", () => {
  test("an id is a UUID in lower or upper case", () => {
    const bytes = Buffer.from("6f1f7a524d0e4d539c8e0d9f6a6c3a51", "hex");
    expect(identified(Account, onceOf(id, "")).id).toEqual(bytes);
    expect(identified(Account, onceOf(id.toUpperCase(), "")).id).toEqual(bytes);
  });

  test.each([
    "",
    "1",
    `${id}0`,
    `${id}00`,
    `${id} or so`,
    id.slice(1),
    id.replace("6", "g"),
    id.replaceAll("-", "--"),
  ])("an id that is no UUID is refused: %o", (wrong) => {
    const refused = { code: "BAD_STATEMENT", message: expect.stringContaining("is no UUID") };
    expect(() => identified(Account, onceOf(wrong, ""))).toThrow(expect.objectContaining(refused));
  });

  test("an id is refused if the table remembers no changes", () => {
    const key = { partition: ["bank"], clustering: [asc("id")], lwt: true } as const;
    const columns = { bank: text(), id: int(), balance: int() };
    const why = "remembers no changes, so none can have an id: give it lanes: { remembers: … }";
    for (const lanes of [true, {}] as const) {
      const Forgetful = table("forgetful", columns, { ...key, lanes });
      expect(() => identified(Forgetful, onceOf(id, ""))).toThrow(why);
    }
  });
});

describe("the arguments of a change", () => {
  test("different arguments have different hashes", () => {
    const argsOf = (args: string) => identified(Account, onceOf(id, args)).args.toString("hex");
    const all = ["", "add 1", "add 11", "add  1", "add\u00001", "é", "e\u0301"].map(argsOf);
    expect(new Set(all).size).toBe(all.length);
    expect(argsOf("add 1")).toBe(argsOf("add 1"));
  });
});

describe("the answer of a change with an id", () => {
  test("the first answer has the form in which it is remembered, as the repeated one has", () => {
    const trimmed = text({ trim: true });
    const plan = planOf(account, answering(" A ", trimmed), answering("B", trimmed));
    expect(plan.answers).toEqual([changed("A"), changed("A")]);
    expect(planOf(plan.after!, answering("C", trimmed)).answers).toEqual([changed("A")]);
  });

  test("a remembered answer of another type belongs to another change", () => {
    const { after } = planOf(account, answering(7, int()));
    const other = { code: "OTHER_CHANGE" };
    expect(planOf(after!, answering(7n, bigint())).answers).toMatchObject([other]);
    expect(planOf(account, answering(7, int()), answering(7n, bigint())).answers).toMatchObject([
      changed(7),
      other,
    ]);
  });

  test("an answer that does not fit its type fails the change alone, which changes nothing", () => {
    const wrong = {
      ...answering("seven", int()),
      change: (row: { set(values: object): void }) => {
        row.set({ balance: 9 });
        return "seven";
      },
    };
    const plan = planOf(account, wrong as never, answering(7, int()));
    expect(plan.answers).toMatchObject([{ name: "InvalidValue" }, changed(7)]);
    expect(plan.after).toMatchObject({ balance: 5 });
  });

  test("an answer may have 255 bytes, and a longer one fails the change alone", () => {
    const most = "x".repeat(255);
    expect(planOf(account, answering(most, text())).answers).toEqual([changed(most)]);
    const plan = planOf(account, answering(`${most}x`, text()), answering(most, text()));
    expect(plan.answers).toMatchObject([
      {
        code: "BAD_STATEMENT",
        message:
          'The answer of a change of "account" has 256 bytes; at most 255 can be remembered.',
      },
      changed(most),
    ]);
  });

  test("an answer may be empty", () => {
    const plan = planOf(account, answering("", text()));
    expect(planOf(plan.after!, answering("B", text())).answers).toEqual([changed("")]);
  });
});
