/** Random choices that are the same for the same seed. */
export interface Random {
  /** Returns a number from 0 up to, but not including, 1. */
  next(): number;
  /** Returns a whole number from 0 up to, but not including, this one. */
  whole(below: number): number;
  /** Returns true with this probability. */
  chance(probability: number): boolean;
  of<Item>(items: readonly [Item, ...Item[]]): Item;
  of<Item>(items: readonly Item[]): Item;
  /** Returns a UUID. */
  uuid(): string;
  /** Returns another source of choices. */
  fork(): Random;
}

/** Creates a source of random choices (mulberry32). */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const whole = (below: number) => Math.floor(next() * below);
  return {
    next,
    whole,
    chance: (probability) => next() < probability,
    of: <Item>(items: readonly Item[]) => items[whole(items.length)] as Item,
    uuid() {
      const hex = Array.from({ length: 4 }, () =>
        whole(2 ** 32)
          .toString(16)
          .padStart(8, "0"),
      );
      const [a, b, c, d] = hex as [string, string, string, string];
      return `${a}-${b.slice(0, 4)}-4${b.slice(5)}-8${c.slice(1, 4)}-${c.slice(4)}${d}`;
    },
    fork: () => createRandom(whole(2 ** 32)),
  };
}
