import { readFile } from "node:fs/promises";
import {
  getNamedType,
  type GraphQLSchema,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isNonNullType,
  isObjectType,
  isSpecifiedScalarType,
  printSchema,
} from "graphql";
import { expect, test } from "vitest";
import { schema } from "../src/party/schema.ts";

test("schema.graphql equals the printed schema", async () => {
  const file = await readFile(new URL("../schema.graphql", import.meta.url), "utf8");
  expect(file, 'run "npm run schema" and review the changes').toBe(`${printSchema(schema)}\n`);
});

test("every type, field, argument and input field has a description", () => {
  expect(undescribed(schema)).toEqual([]);
});

test("mutations are nullable, so that a failed one does not hide an applied one", () => {
  const mutations = Object.values(schema.getMutationType()!.getFields());
  expect(mutations.filter(({ type }) => isNonNullType(type))).toEqual([]);
});

test("every query field requires a city", () => {
  const fields = Object.values(schema.getQueryType()!.getFields());
  const types = fields.map(({ type }) => getNamedType(type).name);
  expect(types).toEqual(["Party", "PartyConnection", "PartyConnection"]);
  for (const { args } of fields) expect(args.map(({ name }) => name)).toContain("city");
  expect(schema.getType("Node")).toBeUndefined();
});

test("the extensions of query fields contain the table, the number of partitions and the scopes", () => {
  const { party, partiesInCity, upcomingParties } = schema.getQueryType()!.getFields();
  const scopes = [["party:read", "party:write", "party:admin"]];
  const cost = { table: "party", partitions: 1, scopes };
  expect(party?.extensions["cassandra"]).toEqual({ ...cost, loadedBy: ["city"] });
  expect(partiesInCity?.extensions["cassandra"]).toEqual({ ...cost, page: "first" });
  for (const field of [party, partiesInCity]) {
    expect(field?.description).toContain("Read by the key of table `party`: `((city), id)`.");
  }
  expect(upcomingParties?.extensions["cassandra"]).toEqual({
    table: "party_by_date",
    partitions: 2,
    page: "first",
    byViewer: true,
    scopes,
  });
  expect(upcomingParties?.description).toContain("`party_by_date`: `((city), date, id)`.");
});

function undescribed(of: GraphQLSchema): readonly string[] {
  return Object.values(of.getTypeMap()).flatMap((type) => {
    if (isIntrospectionType(type) || isSpecifiedScalarType(type)) return [];
    const own = type.description ? [] : [type.name];
    if (isInputObjectType(type)) {
      const fields = Object.values(type.getFields());
      return [
        ...own,
        ...fields.filter((field) => !field.description).map(({ name }) => `${type.name}.${name}`),
      ];
    }
    if (!isObjectType(type) && !isInterfaceType(type)) return own;
    const fields = Object.values(type.getFields()).flatMap((field) => [
      ...(field.description ? [] : [`${type.name}.${field.name}`]),
      ...field.args
        .filter((arg) => !arg.description)
        .map((arg) => `${type.name}.${field.name}(${arg.name})`),
    ]);
    return [...own, ...fields];
  });
}
