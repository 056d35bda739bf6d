import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { codegen } from "@graphql-codegen/core";
import * as types from "@graphql-codegen/typescript-operations";
import {
  buildASTSchema,
  type DocumentNode,
  type GraphQLSchema,
  parse,
  separateOperations,
} from "graphql";
import { format } from "oxfmt";
import { functionsOf } from "./functions.ts";
import { operationIn } from "./operation.ts";

// Writes the application's operations as documents, types and functions: `npm run schema`.

/** The generated file. */
export const file = inRoot("src/party/client/operations.ts");

/** The subscriptions whose `asOf` orders their values. The schema does not say which do. */
const ordered = ["peopleChanged"];

/** Returns what the generated file has to contain. */
export async function generate(): Promise<string> {
  const [schema, document] = await Promise.all(
    ["schema.graphql", "src/party/client/operations.graphql"].map(async (path) =>
      parse(await readFile(inRoot(path), "utf8")),
    ),
  );
  const source = await codegen({
    filename: file,
    schema: schema!,
    documents: [{ location: "operations.graphql", document: document! }],
    config: {
      // A type has the name of its fragment or operation, and a fragment that of what it selects.
      namingConvention: "keep",
      omitOperationSuffix: true,
      inlineFragmentTypes: "combine",
      immutableTypes: true,
      strictScalars: true,
      scalars: {
        UUID: "string",
        WriteTime: "string",
        DateTime: { input: "string | Date", output: "string" },
      },
    },
    plugins: [{ operations: {} }, { types: {} }],
    pluginMap: {
      operations: { plugin: () => operations(buildASTSchema(schema!), document!) },
      types,
    },
  });
  const { code, errors } = await format(file, source);
  if (errors.length > 0) throw new Error(errors[0]!.message);
  return code;
}

/** Returns the documents and the functions. */
function operations(schema: GraphQLSchema, document: DocumentNode) {
  // In the order of the file.
  const all = Object.values(separateOperations(document)).map((each) => operationIn(schema, each));
  const documents = all.map(
    ({ name, constant, text }) =>
      `export const ${constant} = \`\n${text}\n\` as DocumentText<${name}, ${name}Variables>;`,
  );
  return {
    prepend: [
      "// Generated from operations.graphql and schema.graphql: npm run schema.",
      "",
      `import {
        type CallOptions, type Client, type DocumentText, liveField, type LiveValues, requiredField,
      } from "../../client/index.ts";`,
    ],
    content: [...documents, functionsOf("PartyOperations", all, { ordered })].join("\n\n"),
  };
}

function inRoot(path: string): string {
  return fileURLToPath(new URL(`../../../${path}`, import.meta.url));
}

if (import.meta.main) await writeFile(file, await generate());
