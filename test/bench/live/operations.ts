/** The subscription of all subscribers. */
export const WATCH = `subscription ($city: String!, $id: UUID!) {
  peopleChanged(city: $city, id: $id) { people asOf }
}`;

/** The mutation that causes an event. All servers support it, including the references. */
export const ADD = `mutation ($city: String!, $id: UUID!, $delta: Int!) {
  addPeople(city: $city, id: $id, delta: $delta) { __typename ... on PeopleChanged { people } }
}`;

/** The same mutation without `people`, which is the field by which executions are counted. */
export const ADD_UNSEEN = `mutation ($city: String!, $id: UUID!, $delta: Int!) {
  addPeople(city: $city, id: $id, delta: $delta) { __typename }
}`;

export const READ = `query ($city: String!, $id: UUID!) {
  party(city: $city, id: $id) { id name people date }
}`;
