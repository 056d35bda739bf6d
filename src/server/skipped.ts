import type { ExecutionResult } from "graphql";
import type { Plugin } from "graphql-yoga";
import { takeSkipped } from "../pothos/index.ts";

/** Adds `extensions.skipped` to responses whose pages lack rows that cannot be read: their number. */
export function useSkipped(): Plugin {
  return {
    onExecute: ({ args: { contextValue } }) => ({
      onExecuteDone({ result, setResult }) {
        const skipped = takeSkipped(contextValue);
        if (skipped === 0) return;
        const { extensions, ...rest } = result as ExecutionResult;
        setResult({ ...rest, extensions: { ...extensions, skipped } });
      },
    }),
  };
}
