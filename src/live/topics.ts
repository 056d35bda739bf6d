/** What each topic has as long as somebody subscribes to it. */
export interface Topics<Entry> {
  get(topic: string): Entry | undefined;
  /** That of a topic, made for its first subscriber and dropped behind its last. */
  of(topic: string, make: (onEmpty: () => void) => Entry): Entry;
  values(): readonly Entry[];
  readonly size: number;
}

/** @param changed told of each topic that gets its first subscriber, or has lost its last */
export function createTopics<Entry>(changed: (topic: string) => void): Topics<Entry> {
  const entries = new Map<string, Entry>();
  return {
    get: (topic) => entries.get(topic),
    of(topic, make) {
      const found = entries.get(topic);
      if (found) return found;
      const entry = make(() => {
        if (entries.get(topic) !== entry) return;
        entries.delete(topic);
        changed(topic);
      });
      entries.set(topic, entry);
      changed(topic);
      return entry;
    },
    values: () => [...entries.values()],
    get size() {
      return entries.size;
    },
  };
}
