/** What each topic has as long as somebody subscribes to it: an entry for each view of it. */
export interface Topics<Entry> {
  /** The entries of a topic. */
  at(topic: string): readonly Entry[];
  /** Returns the entry of a view; creates it for the first subscriber, removes it after the last one has left. */
  of(topic: string, view: string, make: (onEmpty: () => void) => Entry): Entry;
  values(): readonly Entry[];
  /** How many topics there are. */
  readonly size: number;
}

/** @param changed called with each topic that gets its first entry, or has lost its last */
export function createTopics<Entry>(changed: (topic: string) => void): Topics<Entry> {
  const topics = new Map<string, Map<string, Entry>>();

  function add(topic: string, view: string, entry: Entry) {
    const entries = topics.get(topic);
    if (entries) return void entries.set(view, entry);
    topics.set(topic, new Map([[view, entry]]));
    changed(topic);
  }

  function remove(topic: string, view: string, entry: Entry) {
    const entries = topics.get(topic);
    if (entries?.get(view) !== entry) return;
    entries.delete(view);
    if (entries.size > 0) return;
    topics.delete(topic);
    changed(topic);
  }

  return {
    at: (topic) => [...(topics.get(topic)?.values() ?? [])],
    of(topic, view, make) {
      const found = topics.get(topic)?.get(view);
      if (found) return found;
      const entry = make(() => remove(topic, view, entry));
      add(topic, view, entry);
      return entry;
    },
    values: () => [...topics.values()].flatMap((entries) => [...entries.values()]),
    get size() {
      return topics.size;
    },
  };
}
