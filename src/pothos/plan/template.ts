import type { JsonWriter } from "./json-writer.ts";
import type { PackedRow } from "./packed-row.ts";

/** Writes a part of a row's JSON. */
export type WritePart = (out: JsonWriter, row: PackedRow) => void;

/** Collects what is the same in each row as bytes, and the parts between. */
export class JsonTemplate<Write extends (out: JsonWriter, ...given: never[]) => void> {
  readonly #parts: Write[] = [];
  #text = "";

  /** Adds text that is the same each time. */
  text(text: string): void {
    this.#text += text;
  }

  /** Adds what differs. */
  part(write: Write): void {
    this.#flush();
    this.#parts.push(write);
  }

  /** Returns all parts in order. */
  parts(): readonly Write[] {
    this.#flush();
    return this.#parts;
  }

  #flush(): void {
    if (this.#text === "") return;
    const bytes = Uint8Array.from(Buffer.from(this.#text));
    this.#parts.push(((out: JsonWriter) => out.raw(bytes)) as Write);
    this.#text = "";
  }
}
