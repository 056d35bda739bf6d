import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { codegen } from "@graphql-codegen/core";
import * as types from "@graphql-codegen/typescript-operations";
import { type DocumentNode, Kind, parse, print, separateOperations } from "graphql";
import { format } from "oxfmt";

// The operations of the client, typed by the schema: `npm run schema` writes them.

/** The file that is generated. */
export const file = inRoot("src/party/client/operations.ts");

/** What it has to be. */
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
    plugins: [{ texts: {} }, { types: {} }],
    pluginMap: { texts: { plugin: () => texts(document!) }, types },
  });
  const { code, errors } = await format(file, source);
  if (errors.length > 0) throw new Error(errors[0]!.message);
  return code;
}

/** Each operation as it is sent, with the fragments that it uses, and with its types. */
function texts(document: DocumentNode) {
  const names = document.definitions.flatMap((definition) =>
    definition.kind === Kind.OPERATION_DEFINITION ? [definition.name!.value] : [],
  );
  const operations = separateOperations(document);
  const content = names.map((name) => {
    const constant = name[0]!.toLowerCase() + name.slice(1);
    const text = `\`\n${print(operations[name]!)}\n\``;
    return `export const ${constant} = ${text} as Operation<${name}, ${name}Variables>;`;
  });
  return {
    prepend: [
      "// Generated from operations.graphql and schema.graphql: npm run schema.",
      "",
      'import type { Operation } from "../../client/request.ts";',
    ],
    content: content.join("\n\n"),
  };
}

function inRoot(path: string): string {
  return fileURLToPath(new URL(`../../${path}`, import.meta.url));
}

if (import.meta.main) await writeFile(file, await generate());
