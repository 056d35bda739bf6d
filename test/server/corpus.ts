import { BROWSE, CHANGE, type Key, UPCOMING, WATCH } from "../fixtures/parties.ts";
import type { Sent } from "../fixtures/send.ts";

export const json = { "content-type": "application/json" };
/** An operation that reads the parties of a city. */
export const browse = (city: string) => ({ query: BROWSE, variables: { city } });
const nobody = browse("Nobody");

/** Everything that a client may post, right and wrong. */
function bodies(key: Key): readonly (string | Buffer | object)[] {
  const change = (variables: object) => ({
    query: CHANGE,
    variables: { ...key, expected: 0, delta: 0, ...variables },
  });
  const two =
    'query A { __typename } query B($first: Int) { partiesInCity(city: "Rome", first: $first) { nodes { id } } }';
  return [
    // Right.
    nobody,
    browse(key.city),
    { query: "{ __typename }" },
    { query: "{ __schema { types { name } } }" },
    { query: UPCOMING, variables: { city: key.city } },
    { query: BROWSE, variables: { city: "Nobody", first: 3, after: null } },
    { ...nobody, extensions: { persistedQuery: {} }, operationName: null },
    { ...nobody, variables: { city: "Ünïcödé 🎉 \u2028" } },
    { ...nobody, variables: { city: "Nobody", unknown: true } },
    { query: two, operationName: "A" },
    { query: two, operationName: "B", variables: {} },
    {
      query:
        'query ($city: String!) { party(city: $city, id: "00000000-0000-4000-8000-000000000001") { id } }',
      variables: { city: "Nobody" },
    },
    `\n\t ${JSON.stringify(nobody)} \r\n`,
    '{"query":"{ __typename }","query":"{ again: __typename }"}',
    // Changes that change nothing.
    change({}),
    change({ expected: 7 }),
    change({ delta: -1 }),
    change({ id: "00000000-0000-4000-8000-000000000001" }),
    // Values that are refused.
    change({ delta: 2 ** 31 }),
    change({ expected: -1 }),
    change({ id: "5" }),
    change({ city: "" }),
    change({ city: "a\0b" }),
    change({ city: null }),
    { query: CHANGE },
    { query: CHANGE, variables: null },
    { query: BROWSE, variables: { city: "Rome", first: 0 } },
    { query: BROWSE, variables: { city: "Rome", first: 101 } },
    { query: BROWSE, variables: { city: "Rome", after: "nonsense" } },
    { query: BROWSE, variables: { city: 5 } },
    { query: '{ partiesInCity(city: "Rome", first: "x") { nodes { id } } }' },
    {
      query:
        'mutation { createParty(input: { city: "", name: "" }) { ... on InvalidInput { errors { path code message } } } }',
    },
    {
      query: "mutation ($input: CreatePartyInput!) { createParty(input: $input) { __typename } }",
      variables: { input: { city: "Rome", date: "never" } },
    },
    // Failures.
    browse("Broken"),
    browse("Away"),
    browse("Teapot"),
    { query: `{ a: partiesInCity(city: "Teapot") { nodes { id } } b: __typename }` },
    {
      query: `{ a: party(city: "Broken", id: "00000000-0000-4000-8000-000000000001") { id } b: party(city: "Away", id: "00000000-0000-4000-8000-000000000001") { id } }`,
    },
    // Documents that are refused.
    { query: "" },
    { query: "{" },
    { query: "{ party(" },
    { query: "{ nothing }" },
    { query: "{ nothing, nowhere { x } }" },
    { query: "# nothing" },
    { query: "fragment F on Query { __typename }" },
    { query: "type Query { a: Int }" },
    { query: "query A { __typename } query A { __typename }" },
    { query: "{ __typename } { __typename }" },
    { query: "query ($a: Nothing) { __typename }" },
    { query: "{ ...F }" },
    { query: "{ __typename @defer }" },
    { query: "query A { ... @defer { __typename } }" },
    { query: two },
    { query: two, operationName: "C" },
    { query: two, operationName: "" },
    { query: two, operationName: 5 },
    { query: two, operationName: ["A"] },
    { query: "\ud800" },
    // Subscriptions.
    { query: WATCH },
    { query: WATCH, variables: { city: "Rome", id: "5" } },
    { query: WATCH, variables: { city: "Nobody", id: "00000000-0000-4000-8000-000000000001" } },
    { query: `subscription S { nothing } query Q { __typename }`, operationName: "Q" },
    {
      query: `subscription S { partiesChanged(city: "Rome") { __typename } } query Q { __typename }`,
      operationName: "Q",
    },
    // Parameters that are refused.
    {},
    { query: null },
    { query: 5 },
    { query: {} },
    { query: ["{ __typename }"] },
    { ...nobody, variables: "x" },
    { ...nobody, variables: "{}" },
    { ...nobody, variables: [] },
    { ...nobody, variables: 5 },
    { ...nobody, variables: false },
    { ...nobody, extensions: "x" },
    { ...nobody, extensions: [] },
    { ...nobody, extensions: 0 },
    { ...nobody, extensions: null },
    { ...nobody, id: "1" },
    { ...nobody, id: null },
    { ...nobody, documentId: "x" },
    { documentId: "x" },
    { documentId: 5 },
    { documentId: null },
    { documentId: "__proto__", query: "" },
    { ...nobody, doc_id: undefined, toString: "x" },
    `{"query":"{ __typename }","__proto__":{"a":1}}`,
    `{"query":"{ __typename }","variables":{"__proto__":{"a":1}}}`,
    { variables: {} },
    { operationName: "A" },
    // Bodies that are none.
    [],
    [nobody],
    [nobody, nobody],
    "",
    " ",
    "null",
    "true",
    "5",
    '"x"',
    "{",
    '{"query":',
    '{"query":"{ __typename }"}}',
    "{'query': '{ __typename }'}",
    '{"query":"a\nb"}',
    '{"query":"\\ud800"}',
    "query=%7B__typename%7D",
    "{ __typename }",
    Buffer.from("\ufeff" + JSON.stringify(nobody)),
    Buffer.from([0xff, 0xfe, 0x7b]),
    Buffer.concat([
      Buffer.from('{"query":"{ __typename # '),
      Buffer.from([0xe4, 0xc3]),
      Buffer.from('"}'),
    ]),
    Buffer.from(JSON.stringify(nobody), "utf16le"),
    // Long ones.
    { query: `{ __typename ${"#".repeat(90_000)}\n }` },
    { query: `{ __typename ${"#".repeat(102_400)}\n }` },
    `${JSON.stringify(nobody).padEnd(102_400)}`,
    `${JSON.stringify(nobody).padEnd(102_401)}`,
  ];
}

const accepts = [
  "",
  "*/*",
  " */* ",
  "application/json",
  "APPLICATION/JSON",
  "application/json; charset=utf-8",
  "application/json;charset=UTF-8",
  "application/json; charset=latin1",
  'application/json; charset="utf-8"',
  "application/json;q=0.5",
  "application/json;q=0",
  "application/json, text/plain, */*",
  "application/json,application/graphql-response+json",
  "application/graphql-response+json",
  "application/graphql-response+json; charset=utf-8",
  "application/graphql-response+json; charset=latin1, application/json",
  "application/graphql-response+json, application/json;q=0.9",
  "application/graphql-response+json;q=0.1, application/json",
  "application/graphql+json, application/json",
  "application/*",
  "application/*, application/graphql-response+json",
  "*/json",
  "application",
  "json",
  ",",
  ", application/json",
  ",application/graphql-response+json",
  "*/*, application/graphql-response+json",
  "text/html",
  "text/html, application/json",
  "text/html, */*;q=0.8",
  "image/webp",
  "text/*",
  "multipart/mixed",
  "multipart/mixed, application/json",
  "application/json, multipart/mixed",
  "application/json, text/event-stream",
];

const contentTypes = [
  "application/json",
  "application/json;",
  "application/json;charset=utf-8",
  "application/json; charset=UTF-8",
  "application/json; charset=latin1",
  "application/json;x=y;charset=utf-8",
  "application/json ; charset=utf-8",
  "application/json, application/json",
  "application/json;, text/plain",
  "Application/JSON",
  "application/jsonp",
  "application/json+x",
  "application/graphql+json",
  "application/graphql",
  "application/graphql-response+json",
  "application/x-www-form-urlencoded",
  "multipart/form-data; boundary=x",
  "text/plain",
  "json",
  "",
];

const otherHeaders = [
  { "content-encoding": "gzip" },
  { "accept-encoding": "gzip, br" },
  { origin: "https://evil.example", cookie: "a=b" },
  { expect: "100-continue" },
  { connection: "close" },
  { "transfer-encoding": "chunked" },
  { "x-http-method-override": "GET" },
];

const methods = ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "QUERY"];

/** Requests of every kind. None changes anything. @param key of a party without people */
export function corpus(key: Key): readonly Sent[] {
  const texts = bodies(key).map((body) =>
    typeof body === "string" || Buffer.isBuffer(body) ? body : JSON.stringify(body),
  );
  const subscription = { query: WATCH, variables: { city: "Nobody", id: key.id } };
  const wrong = [{ query: "{" }, { query: "{ nothing }" }, [], { query: CHANGE }];
  const samples = [nobody, browse("Broken"), browse("Teapot"), subscription, ...wrong].map((body) =>
    JSON.stringify(body),
  );
  const body = JSON.stringify(nobody);
  return [
    ...texts.map((text) => ({ headers: { ...json, accept: "application/json" }, body: text })),
    ...texts.map((text) => ({
      headers: { ...json, accept: "application/graphql-response+json" },
      body: text,
    })),
    ...accepts.flatMap((accept) =>
      samples.map((text) => ({ headers: { ...json, accept }, body: text })),
    ),
    ...samples.map((text) => ({ headers: json, body: text })),
    ...contentTypes.map((type) => ({ headers: { "content-type": type }, body })),
    ...otherHeaders.map((headers) => ({ headers: { ...json, ...headers }, body })),
    ...methods.map((method) => ({ method, headers: json, body })),
    { body },
    { headers: json },
  ];
}
