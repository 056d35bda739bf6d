import type { ExecutionResult } from "graphql";
import type { JsonText } from "./json-text.ts";

/** The result of a planned operation without errors. Its data is parsed only for those who look at it. */
export class PlannedResult implements ExecutionResult {
  /** The whole result. */
  readonly json: JsonText;

  constructor(json: JsonText) {
    this.json = json;
  }

  get data(): Data {
    return (JSON.parse(this.json.text) as { readonly data: Data }).data;
  }

  toJSON(): unknown {
    return JSON.parse(this.json.text);
  }
}

type Data = Record<string, unknown>;
