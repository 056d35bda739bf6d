import { codedError, codes } from "../error.ts";
import { badArgument } from "../pothos/index.ts";
import { hasRoom, type Memory, type Operation, recall, remember, withRoom } from "./operations.ts";
import type { Journal, Once } from "../lane/index.ts";
import type { Answer, Counted, Request } from "./request.ts";

/** A change of the count under an id. */
export type IdentifiedChange = Request<"changePeople" | "addPeople"> & {
  readonly operationId: string;
};

/** What a party remembers of the changes that came with an id, and what is added to it in a round. */
export interface PartyJournal extends Journal {
  /** What is remembered of one change. */
  once(change: IdentifiedChange): Once<Answer>;
}

interface MemoryCondition {
  readonly if: { readonly recent?: Uint8Array };
  readonly isNull: readonly (keyof Memory)[];
  readonly isNotNull: readonly (keyof Memory)[];
}

/**
 * @param now in milliseconds since 1970
 * @param isSeen whether the memory is the stored one, and not that of a party of which too little is known
 */
export function createJournal(memory: Memory, now: number, isSeen: boolean): PartyJournal {
  const open = withRoom(memory, now);
  const operations = new Map<string, Operation>();
  let after = open ?? memory;
  return {
    isSeen,
    once: (change) => ({
      recall() {
        const operation = recall(memory, change.operationId);
        if (operation) return repeat(operation, change);
        return open ? undefined : codedError("TOO_MANY_OPERATIONS", codes.TOO_MANY_OPERATIONS);
      },
      added() {
        const operation = operations.get(change.operationId);
        return operation && repeat(operation, change);
      },
      hasRoom: () => hasRoom(after),
      add(answer) {
        if (!("people" in answer)) return;
        const { operationId: id, kind, delta } = change;
        const operation = { id, kind, delta, people: answer.people };
        operations.set(id, operation);
        after = remember(after, operation, now);
      },
    }),
    condition: () => conditionOf(memory),
    write() {
      const { recent, earlier } = after;
      if (operations.size === 0 || !recent) return {};
      return { recent, ...(earlier && earlier !== memory.earlier && { earlier }) };
    },
    after: () => ({ ...(operations.size === 0 ? memory : after) }),
  };
}

/** The recent ones decide; the earlier ones are named so that who is refused is told them, too. */
function conditionOf({ recent, earlier }: Memory): MemoryCondition {
  return {
    if: recent ? { recent } : {},
    isNull: [...(recent ? [] : (["recent"] as const)), ...(earlier ? [] : (["earlier"] as const))],
    isNotNull: earlier ? ["earlier"] : [],
  };
}

function repeat({ kind, delta, people }: Operation, change: IdentifiedChange): Counted | Error {
  const expected = change.kind === "changePeople" ? change.expected : people - delta;
  if (kind === change.kind && delta === change.delta && expected === people - delta) {
    return { __typename: "PeopleChanged", people };
  }
  return badArgument(["operationId"], "is that of another change, which was applied");
}
