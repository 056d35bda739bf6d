import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import {
  addOne,
  addOneOnce,
  type AttackOperation,
  BY_ALIASES,
  BY_FRAGMENT,
  createLong,
  followCity,
  introspection,
  readPartitions,
  repeatNames,
  watchAtLength,
} from "../../fixtures/attacks.ts";
import type { Key } from "../counts/place.ts";
import type { AttackSocket, Hand } from "./hand.ts";

/** What is attacked. */
export interface Target {
  readonly url: string;
  /** A party that the neighbour changes, too. */
  readonly shared: Key;
  /** A party of the attacker. Its name and those of the 99 others in its city have the maximum length. */
  readonly long: Key;
  /** Parties of the attacker, each in a city of its own. */
  readonly own: readonly Key[];
}

type Attack = (hand: Hand, target: Target) => Promise<unknown>;

const numbers = (count: number) => Array.from({ length: count }, (_, number) => number);

/** All attacks, by name. Each runs until its time is over. */
export const attacks = {
  // The measure of the noise: it sends nothing.
  "no attack": async (hand) => {
    while (await hand.turn()) await sleep(50);
  },
  "1,899 aliased partitions": (hand) =>
    repeatedly(hand, 8, (turn) => readPartitions(turn % 2 === 0 ? 1899 : 65)),
  "9,600 aliases of a long name": (hand, { long }) =>
    repeatedly(hand, 8, (turn) =>
      repeatNames(long.city, turn % 2 === 0 ? BY_ALIASES : BY_FRAGMENT),
    ),
  "ten subscription documents of 84 kB": watchLongDocuments,
  "50 sockets that flood mutations": (hand, { own }) =>
    flood(hand, 50, (socket) => addOne(own[socket % own.length]!)),
  "600 introspections that nobody reads": (hand) =>
    Promise.all(numbers(20).map(() => askWithoutReading(hand, 600))),
  "25 sockets that follow 2,500 partitions": (hand) =>
    Promise.all(numbers(25).map(() => follow(hand, 100))),
  "a flood of operation ids": (hand, { shared }) => flood(hand, 10, () => addOneOnce(shared)),
  "a hot city": (hand, { shared }) =>
    flood(hand, 20, (socket) => (socket % 2 === 0 ? createLong(shared.city) : addOne(shared))),
} as const satisfies Readonly<Record<string, Attack>>;

export type AttackName = keyof typeof attacks;

/** Sends one request after the other on each of some connections, as fast as the server answers. */
async function repeatedly(
  hand: Hand,
  connections: number,
  next: (turn: number) => AttackOperation,
): Promise<void> {
  const work = async (_: unknown, connection: number) => {
    for (let turn = connection; await hand.turn(); turn++) await hand.post(next(turn));
  };
  await Promise.all(Array.from({ length: connections }, work));
}

/** How many messages are sent in one turn. */
const AT_ONCE = 10;

/** Sends on each socket without waiting for answers, as fast as the server reads. */
async function flood(
  hand: Hand,
  sockets: number,
  next: (socket: number) => AttackOperation,
): Promise<void> {
  const work = async (_: unknown, number: number) => {
    let socket: AttackSocket | undefined;
    while (await hand.turn()) {
      if (!socket?.isOpen) socket = await hand.open();
      else if (socket.isFull) await sleep(20);
      else for (let message = 0; message < AT_ONCE; message++) socket.start(next(number));
    }
  };
  await Promise.all(Array.from({ length: sockets }, work));
}

/** Subscribes to one party by ten long documents, and changes it again and again. */
async function watchLongDocuments(hand: Hand, { long }: Target): Promise<void> {
  const watch = async (number: number) => {
    while (await hand.turn()) await hand.stream(watchAtLength(long, number));
  };
  await Promise.all([...numbers(10).map(watch), repeatedly(hand, 1, () => addOne(long))]);
}

/** Asks for the schema on a socket that reads nothing. Opens another one when the server cuts it off. */
async function askWithoutReading(hand: Hand, times: number): Promise<void> {
  let socket: AttackSocket | undefined;
  let asked = 0;
  while (await hand.turn()) {
    if (!socket?.isOpen) {
      socket = await hand.open({ reads: false });
      asked = 0;
    } else if (asked < times && !socket.isFull) {
      socket.start(introspection);
      asked += 1;
    } else await sleep(20);
  }
}

/** Follows cities on one socket until the end. */
async function follow(hand: Hand, cities: number): Promise<void> {
  let socket: AttackSocket | undefined;
  while (await hand.turn()) {
    if (socket?.isOpen) {
      await sleep(50);
      continue;
    }
    socket = await hand.open();
    for (let city = 0; socket && city < cities; city++) socket.start(followCity(randomUUID()));
  }
}
