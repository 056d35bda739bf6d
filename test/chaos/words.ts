import type { Operation, TableName, Wish } from "./history.ts";

/** The names of a table's parts in messages. */
export interface Words {
  readonly row: string;
  readonly partition: string;
  /** The changing number in a row. The plural takes an s. */
  readonly amount: string;
  /** The text in a row. Each is set once. */
  readonly name: string;
  readonly wishes: Readonly<Record<Wish["kind"], string>>;
}

export const vocabulary: Readonly<Record<TableName, Words>> = {
  parties: {
    row: "party",
    partition: "city",
    amount: "count",
    name: "name",
    wishes: {
      create: "createParty",
      delete: "deleteParty",
      update: "updateParty",
      change: "changePeople",
      add: "addPeople",
      read: "party",
    },
  },
  accounts: {
    row: "account",
    partition: "account",
    amount: "balance",
    name: "owner",
    wishes: {
      create: "create",
      delete: "remove",
      update: "update",
      change: "change",
      add: "add",
      read: "read",
    },
  },
};

/** Returns a noun with its article. */
export function a(noun: string): string {
  return /^[aeiou]/.test(noun) ? `an ${noun}` : `a ${noun}`;
}

/** Returns the answers to an operation. */
export function saidTo({ attempts }: Operation): string {
  return attempts
    .map(({ answer }) => (answer.said === "error" ? answer.code : answer.said))
    .join(", ");
}

/** Describes an operation. */
export function describe({ number, wish, attempts }: Operation, { wishes }: Words): string {
  const at = attempts[0] ? ` at ${(attempts[0].start / 1000).toFixed(3)} s` : "";
  return `operation ${number} ${wishes[wish.kind]}${argumentsOf(wish)}${at}`;
}

function argumentsOf(wish: Wish): string {
  const signed = (delta: number) => (delta < 0 ? `−${-delta}` : `+${delta}`);
  switch (wish.kind) {
    case "create":
      return `(${wish.amount})`;
    case "change":
      return `(${wish.expected}, ${signed(wish.delta)})`;
    case "add":
      return `(${signed(wish.delta)})`;
    default:
      return "";
  }
}
