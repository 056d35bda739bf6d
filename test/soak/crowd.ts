import type { Random } from "../chaos/random.ts";

/** The parties that requests and subscribers name. */
export interface Crowd {
  /** They exist. */
  readonly staying: readonly Key[];
  /** They are created and deleted. */
  readonly passing: readonly Key[];
}

export interface Key {
  readonly city: string;
  readonly id: string;
}

const cities = ["Rome", "Oslo", "Kyoto", "Lima", "Accra"] as const;

/** Chooses 40 parties that stay and 10 that pass, in five cities. */
export function gather(random: Random): Crowd {
  const inEach = (count: number) =>
    cities.flatMap((city) => Array.from({ length: count }, () => ({ city, id: random.uuid() })));
  return { staying: inEach(8), passing: inEach(2) };
}
