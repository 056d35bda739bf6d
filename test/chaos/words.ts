import type { Operation } from "./history.ts";

/** What was answered to an operation. */
export function saidTo({ attempts }: Operation): string {
  return attempts
    .map(({ answer }) => (answer.said === "error" ? answer.code : answer.said))
    .join(", ");
}

/** An operation in words. */
export function describe({ number, wish, attempts }: Operation): string {
  const at = attempts[0] ? ` at ${(attempts[0].start / 1000).toFixed(3)} s` : "";
  return `operation ${number} ${wordsOf(wish)}${at}`;
}

function wordsOf(wish: Operation["wish"]): string {
  const signed = (delta: number) => (delta < 0 ? `−${-delta}` : `+${delta}`);
  switch (wish.kind) {
    case "create":
      return `createParty(${wish.amount})`;
    case "delete":
      return "deleteParty";
    case "update":
      return "updateParty";
    case "change":
      return `changePeople(${wish.expected}, ${signed(wish.delta)})`;
    case "add":
      return `addPeople(${signed(wish.delta)})`;
    case "read":
      return "party";
  }
}
