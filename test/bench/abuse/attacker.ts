import { setPriority } from "node:os";
import { answer, cpu } from "../../fixtures/child.ts";
import { type AttackName, attacks, type Target } from "./attacks.ts";
import { createHand, type Taken } from "./hand.ts";

// The attacker in its own process, at 127.0.0.1. A real one is remote and needs nothing of this machine: its process yields
// to the others, and sends no more while it has used half a core.

/** How much the process yields to others. */
const NICE = 10;

setPriority(NICE);

const answers = { attack, cpu };
export type AttackerAnswers = typeof answers;
answer(answers);

/** Attacks for some milliseconds. Returns what the attacker got. */
async function attack(name: AttackName, target: Target, time: number): Promise<Taken> {
  await using hand = createHand(target.url, time);
  await attacks[name](hand, target);
  return hand.taken();
}
