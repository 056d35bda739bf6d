import { getNamedType } from "graphql";
import { schema } from "../../../src/party/schema.ts";
import type { Choices, Target } from "../case.ts";
import { writeOddValue, writeValue } from "../value.ts";
import { post } from "./post.ts";

const fields = [
  ...Object.values(schema.getQueryType()!.getFields()).map((field) => ({ kind: "query", field })),
  ...Object.values(schema.getMutationType()!.getFields()).map((field) => ({
    kind: "mutation",
    field,
  })),
];

const selections: Readonly<Record<string, string>> = {
  Party: "city id name people date",
  PartyConnection: "nodes { city id name people date } pageInfo { endCursor }",
};

/** Of the result of any mutation. */
const OUTCOME = "__typename ... on Refusal { message }";

/** Right operations with values of every kind, over and over: each argument is a variable. */
export const variables: Target = {
  name: "variables",
  async attempt(choices) {
    const { kind, field } = choices.random.of(fields);
    const declared = field.args.map(({ name, type }) => `$${name}: ${type.toString()}`);
    const passed = field.args.map(({ name }) => `${name}: $${name}`);
    const inner = selections[getNamedType(field.type).name] ?? OUTCOME;
    const query = `${kind} (${declared.join(", ")}) { ${field.name}(${passed.join(", ")}) { ${inner} } }`;
    const given = field.args.map(
      ({ name, type }) => `${JSON.stringify(name)}: ${valueFor(choices, { name, type })}`,
    );
    return post(choices, `{"query":${JSON.stringify(query)},"variables":{${given.join(", ")}}}`);
  },
};

type Argument = Parameters<typeof writeValue>[0];

function valueFor(choices: Choices, { name, type }: { name: string; type: Argument }): string {
  const { random } = choices;
  if (random.chance(0.1)) return writeOddValue({ random, notation: "JSON" });
  return writeValue(type, { ...choices, name, notation: "JSON" });
}
