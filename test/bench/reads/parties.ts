import { randomUUID } from "node:crypto";
import type { Session } from "../../../src/cassandra/index.ts";
import type { Key } from "../counts/place.ts";

/** The columns of a party besides its key. */
export interface PartyData {
  readonly name: string;
  readonly people: number;
  readonly date: Date;
}

const names = [
  "Aperitivo at the Tiber",
  "Open air at the canal",
  "Forró na praça",
  'The "last" vinyl night',
  "Silent disco",
];

/** Returns the data of a party, which differs from that of other parties. */
export function partyData(number: number): PartyData {
  return {
    name: `${names[number % names.length]}, no. ${number}`,
    people: (number * 7919) % 10_000,
    date: new Date(Date.UTC(2030, 0, 1) + number * 60_000),
  };
}

/** How many parties are written concurrently. */
const AT_ONCE = 128;

const INSERT = "INSERT INTO party (city, id, name, people, date) VALUES (?, ?, ?, ?, ?)";

/** Creates parties that are only read, so that they need no lightweight transactions. Returns the first one. */
export async function createCity(session: Session, parties: number): Promise<Key> {
  const city = randomUUID();
  const first = { city, id: randomUUID() };
  const numbers = Array.from({ length: parties }, (_, number) => number).values();
  const write = async () => {
    for (const number of numbers) {
      const id = number === 0 ? first.id : randomUUID();
      const { name, people, date } = partyData(number);
      await session.cql(INSERT, [city, id, name, people, date]);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, write));
  return first;
}
