/** What all subscribe to, and is compared. */
export const WATCH = `subscription ($city: String!, $id: UUID!) {
  peopleChanged(city: $city, id: $id) { people asOf }
}`;

/** What happens. Every server answers this, the references too. */
export const ADD = `mutation ($city: String!, $id: UUID!, $delta: Int!) {
  addPeople(city: $city, id: $id, delta: $delta) { __typename ... on PeopleChanged { people } }
}`;

/** The same, where nobody may select what executions are counted by. */
export const ADD_UNSEEN = `mutation ($city: String!, $id: UUID!, $delta: Int!) {
  addPeople(city: $city, id: $id, delta: $delta) { __typename }
}`;

export const READ = `query ($city: String!, $id: UUID!) {
  party(city: $city, id: $id) { id name people date }
}`;
