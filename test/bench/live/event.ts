import type { Session } from "../../../src/cassandra/index.ts";
import type { Lanes } from "../../../src/lane/index.ts";
import { addPeople, readTimed } from "../people.ts";

/** A count and its ballot, as subscribers get them. */
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

/** What a reference uses: the same Cassandra, with the same lane and the same read as the service. */
export interface Ground {
  readonly session: Session;
  readonly lanes: Lanes;
}

/** Changes the count. After that it reads the value for the subscribers, like the service, and passes it to `broadcast`. */
export async function makeEvent(
  ground: Ground,
  { city, id, delta }: Addition,
  broadcast: (timed: Timed) => void,
): Promise<{ readonly __typename: "PeopleChanged"; readonly people: number }> {
  const people = await addPeople(ground, { city, id }, { delta });
  void readTimed(ground.session, { city, id }).then((party) => {
    broadcast({ people: party!.people, asOf: String(party!["writetime(people)"]) });
  });
  return { __typename: "PeopleChanged", people };
}
