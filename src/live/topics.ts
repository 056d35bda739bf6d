/** The topics that have subscribers. Each has an entry for every view that is subscribed to. */
export interface Topics<Entry> {
  /** Returns the entries of a topic. */
  at(topic: string): readonly Entry[];
  /** Returns the entry of a view; creates it for the first subscriber, removes it after the last one has left. */
  of(topic: string, view: string, create: (onEmpty: () => void) => Entry): Entry;
  values(): readonly Entry[];
  /** The number of topics. */
  readonly size: number;
}

interface PlacedEntry<Entry> {
  readonly topic: string;
  readonly view: string;
  readonly entry: Entry;
}

/** @param changed called with each topic that gets its first entry, or has lost its last one */
export function createTopics<Entry>(changed: (topic: string) => void): Topics<Entry> {
  const topics = new Map<string, Map<string, Entry>>();

  function add({ topic, view, entry }: PlacedEntry<Entry>) {
    const entries = topics.get(topic);
    if (entries) return void entries.set(view, entry);
    topics.set(topic, new Map([[view, entry]]));
    changed(topic);
  }

  function remove({ topic, view, entry }: PlacedEntry<Entry>) {
    const entries = topics.get(topic);
    if (entries?.get(view) !== entry) return;
    entries.delete(view);
    if (entries.size > 0) return;
    topics.delete(topic);
    changed(topic);
  }

  return {
    at: (topic) => [...(topics.get(topic)?.values() ?? [])],
    of(topic, view, create) {
      const found = topics.get(topic)?.get(view);
      if (found) return found;
      const entry = create(() => remove({ topic, view, entry }));
      add({ topic, view, entry });
      return entry;
    },
    values: () => [...topics.values()].flatMap((entries) => [...entries.values()]),
    get size() {
      return topics.size;
    },
  };
}
