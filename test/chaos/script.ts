import type { Fate } from "./proxy.ts";
import type { Random } from "./random.ts";
import type { Stage } from "./stage.ts";

/** A part of a run in which the same is wrong, or nothing is. */
export interface Phase {
  readonly name: string;
  /** How much of the run it takes, in percent; what it begins may take longer. */
  readonly share: number;
  readonly begin?: () => void | Promise<void>;
  /** Puts right what the next phase does not, and may say something of it. */
  readonly end?: () => string;
  /** Whether all nodes are there when it has begun, after one or more were not. */
  readonly whole?: boolean;
}

/** Writes down what is to go wrong on a stage, and in which order. */
export function writeScript({ nodes, servers, setFate }: Stage, random: Random): readonly Phase[] {
  const killed = random.of(nodes);
  const frozen = random.of(nodes.filter((node) => node !== killed));
  const spared = random.of(nodes);
  const others = nodes.filter((node) => node !== spared);
  const server = random.of(servers);
  return [
    { name: "calm", share: 7 },
    { name: "a node killed", share: 10, begin: () => killed.kill() },
    { name: "it is back", share: 8, begin: () => killed.start(), whole: true },
    { name: "a node frozen", share: 10, begin: () => frozen.freeze() },
    { name: "it goes on", share: 8, begin: () => frozen.thaw(), whole: true },
    { name: "two nodes killed", share: 9, begin: () => all(others, (node) => node.kill()) },
    {
      name: "they are back",
      share: 13,
      begin: () => all(others, (node) => node.start()),
      whole: true,
    },
    { name: "rounds held, answers lost", share: 14, ...disturbance(setFate) },
    { name: "a server killed", share: 6, begin: () => server.kill() },
    { name: "it is started again", share: 8, begin: () => server.start(), whole: true },
    { name: "calm again", share: 7 },
  ];
}

/** Of fifty rounds one is held until it has been given up, and one loses its answer. */
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
      return `of ${rounds} rounds ${sent.hold} were held, ${sent.lose} lost their answers`;
    },
  };
}

async function all<Item>(
  items: readonly Item[],
  act: (item: Item) => Promise<void>,
): Promise<void> {
  await Promise.all(items.map(act));
}
