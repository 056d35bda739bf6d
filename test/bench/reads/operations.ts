/** The size of a page of {@link LIST}. */
export const FIRST = 20;

export const LIST = `query List($city: String!) {
  partiesInCity(city: $city, first: ${FIRST}) {
    edges { cursor node { id name people date } }
    pageInfo { hasNextPage endCursor }
  }
}`;

export const ONE = `query One($city: String!, $id: UUID!) {
  party(city: $city, id: $id) { id name people date }
}`;

export const CHANGE = `mutation Change($city: String!, $id: UUID!, $expected: Int!, $delta: Int!) {
  changePeople(city: $city, id: $id, expected: $expected, delta: $delta) {
    __typename
    ... on PeopleChanged { people }
    ... on PeopleStale { actual }
  }
}`;

/** A page of 100, which only the service supports. */
export const PAGE = `query Page($city: String!, $after: String) {
  partiesInCity(city: $city, first: 100, after: $after) {
    edges { cursor node { id name people date } }
    pageInfo { hasNextPage endCursor }
  }
}`;
