import type { Fate } from "./proxy.ts";
import type { Random } from "./random.ts";
import type { Stage } from "./stage.ts";

/** A part of a run with one kind of failure, or none. */
export interface Phase {
  readonly name: string;
  /** Its share of the run, in percent. Its beginning may take longer. */
  readonly share: number;
  readonly begin?: () => void | Promise<void>;
  /** Ends the failure, unless the next phase does. Returns a remark. */
  readonly end?: () => string;
  /** Whether all nodes are back when it has begun. */
  readonly whole?: boolean;
}

/** Returns the phases of a run on a stage, in order. */
export function writeScript({ nodes, servers, setFate }: Stage, random: Random): readonly Phase[] {
  const killed = random.of(nodes);
  const frozen = random.of(nodes.filter((node) => node !== killed));
  const spared = random.of(nodes);
  const others = nodes.filter((node) => node !== spared);
  const server = random.of(servers);
  return [
    { name: "calm", share: 7 },
    { name: "one node killed", share: 10, begin: () => killed.kill() },
    { name: "node restarted", share: 8, begin: () => killed.start(), whole: true },
    { name: "one node frozen", share: 10, begin: () => frozen.freeze() },
    { name: "node resumed", share: 8, begin: () => frozen.thaw(), whole: true },
    { name: "two nodes killed", share: 9, begin: () => all(others, (node) => node.kill()) },
    {
      name: "nodes restarted",
      share: 13,
      begin: () => all(others, (node) => node.start()),
      whole: true,
    },
    { name: "rounds delayed, answers lost", share: 14, ...disturbance(setFate) },
    { name: "one server killed", share: 6, begin: () => server.kill() },
    { name: "server restarted", share: 8, begin: () => server.start(), whole: true },
    { name: "calm again", share: 7 },
  ];
}

/** Delays one of fifty rounds until it has timed out, and loses the answer of another one. */
function disturbance(setFate: Stage["setFate"]): Required<Pick<Phase, "begin" | "end">> {
  let rounds = 0;
  const sent = { pass: 0, hold: 0, lose: 0 };
  const next = (): Fate => {
    rounds += 1;
    if (rounds % 50 === 10) return "hold";
    return rounds % 50 === 35 ? "lose" : "pass";
  };
  const fateOf = () => {
    const fate = next();
    sent[fate] += 1;
    return fate;
  };
  return {
    begin: () => setFate(fateOf),
    end() {
      setFate(() => "pass");
      return `of ${rounds} rounds, ${sent.hold} were delayed and ${sent.lose} lost their answers`;
    },
  };
}

async function all<Item>(
  items: readonly Item[],
  act: (item: Item) => Promise<void>,
): Promise<void> {
  await Promise.all(items.map(act));
}
