import type { Session } from "../../../src/cassandra/index.ts";
import type { Lanes } from "../../../src/lane/index.ts";
import { addPeople, readTimed } from "../people.ts";

/** A count and its ballot, as subscribers get it. */
export interface Timed {
  readonly people: number;
  readonly asOf: string;
}

/** The arguments of `addPeople`. */
export interface Addition {
  readonly city: string;
  readonly id: string;
  readonly delta: number;
}

/** What a reference stands on: the same Cassandra, by the same lane and the same read as the service. */
export interface Ground {
  readonly session: Session;
  readonly lanes: Lanes;
}

/** Changes the count; behind the answer reads what is told to the subscribers, as the service does. */
export async function makeEvent(
  ground: Ground,
  { city, id, delta }: Addition,
  tell: (timed: Timed) => void,
): Promise<{ readonly __typename: "PeopleChanged"; readonly people: number }> {
  const people = await addPeople(ground, { city, id }, delta);
  void readTimed(ground.session, { city, id }).then((party) => {
    tell({ people: party!.people, asOf: String(party!["writetime(people)"]) });
  });
  return { __typename: "PeopleChanged", people };
}
