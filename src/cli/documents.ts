import { type GraphQLSchema, parse, validate } from "graphql";
import { documentId } from "../server/document-list.ts";
import { counted } from "../support/counted.ts";
import { command } from "./command.ts";
import { findDocuments, type FoundDocument } from "./document-files.ts";
import { Exit } from "./exit.ts";
import { writeOutput } from "./output.ts";

/** The command `documents`. */
export const documentsCommand = command({
  name: "documents",
  summary: "list the documents of clients, as the only ones that the service runs",
  operands: "<files or folders…>",
  details:
    "It reads modules that export documents, as GraphQL Code Generator writes them, .graphql files, each as one document,\nand persisted-documents.json. Of a folder it reads the latter two. The texts are listed unchanged: the service compares\nthem with what clients send. It needs no database. The setting ALLOWED_DOCUMENTS names the list.",
  options: {
    out: { type: "string", meaning: "Write the list to this file instead of standard output." },
  },
  example: {
    call: (name) => `${name} documents src/operations.ts --out documents.json`,
    does: "to allow what a client sends, and nothing else",
  },
  async run({ out }, { operands, terminal, load }) {
    const { schema } = await load();
    const checked = (await findDocuments(operands)).map((each) => checkDocument(each, schema));
    const problems = checked.flatMap(({ problem }) => problem ?? []);
    if (problems.length > 0) throw new Exit("settings", problems.join("\n"));
    for (const { place } of checked.filter(({ operations }) => operations > 1)) {
      terminal.progress(
        `${place} has several operations, and is listed as one document. If clients send each by itself, give the module that they import.`,
      );
    }
    const texts = checked.flatMap(({ text, operations }) => (operations > 0 ? text : []));
    if (texts.length === 0) {
      throw new Exit("settings", `There are no documents in ${operands.join(", ")}.`);
    }
    const list = Object.fromEntries(texts.map((text) => [documentId(text), text]));
    const json = JSON.stringify(list, undefined, 2);
    if (out === undefined) terminal.print(json);
    else await writeOutput(out, `${json}\n`);
    const place = out === undefined ? "" : ` in ${out}`;
    const rest = checked.length - texts.length;
    const others = rest === 0 ? "" : `, left out ${rest} without an operation`;
    terminal.progress(`Listed ${counted(Object.keys(list).length, "document")}${place}${others}.`);
  },
});

interface CheckedDocument extends FoundDocument {
  /** How many it has. A document of fragments or types has none. */
  readonly operations: number;
  readonly problem?: string;
}

function checkDocument(found: FoundDocument, schema: GraphQLSchema): CheckedDocument {
  const { place, text } = found;
  try {
    const document = parse(text);
    const { length: operations } = document.definitions.filter(
      ({ kind }) => kind === "OperationDefinition",
    );
    const [error] = operations > 0 ? validate(schema, document) : [];
    return { ...found, operations, ...(error && { problem: `${place}: ${error.message}` }) };
  } catch (error) {
    return { ...found, operations: 0, problem: `${place}: ${(error as Error).message}` };
  }
}
