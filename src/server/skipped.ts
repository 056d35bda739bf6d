import type { ExecutionResult } from "graphql";
import type { Plugin } from "graphql-yoga";
import { takeSkipped } from "../pothos/index.ts";

/** Says in `extensions.skipped` how many rows the pages of a response lack, if they do. */
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
