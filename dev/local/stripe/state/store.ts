import { noSuch } from '../http/stripe-failure';
import type { KeyValuePort } from './key-value';
import type { AnyObject, Kind, Kinds } from './kinds';
import type { Notes } from './notes';

interface Entry {
  readonly sequence: number;
  readonly value: object;
}

/** The kind of a note begins with this, which tells notes from objects. */
const NOTE = 'note ';

/**
 * The objects of the fake's only account, and notes about them. Objects are mutable, and a change has no effect on
 * what is kept until it is saved.
 */
export class Store {
  private readonly entries = new Map<string, Map<string, Entry>>();
  private readonly kindOf = new Map<string, Kind>();
  private readonly port: KeyValuePort | undefined;
  private sequence = 0;

  constructor(port?: KeyValuePort) {
    this.port = port;
    const kept = [...(port?.load() ?? [])].map(([key, text]) => ({ key, entry: JSON.parse(text) as Entry }));
    for (const { key, entry } of kept.sort((a, b) => a.entry.sequence - b.entry.sequence)) this.restore(key, entry);
  }

  save<T extends AnyObject>(object: T): T {
    this.put(object.object, object.id, object);
    this.kindOf.set(object.id, object.object);
    return object;
  }

  find<K extends Kind>(kind: K, id: string): Kinds[K] | undefined {
    return this.entries.get(kind)?.get(id)?.value as Kinds[K] | undefined;
  }

  /** @throws StripeFailure 404 `resource_missing`, naming `param` */
  get<K extends Kind>(kind: K, id: string, param?: string): Kinds[K] {
    const object = this.find(kind, id);
    if (!object) throw noSuch(kind, id, param);
    return object;
  }

  /** An object of any kind. */
  findAny(id: string): AnyObject | undefined {
    const kind = this.kindOf.get(id);
    return kind && this.find(kind, id);
  }

  /** The newest first. */
  all<K extends Kind>(kind: K): Kinds[K][] {
    // A map keeps the order in which its keys first came.
    const entries = [...(this.entries.get(kind)?.values() ?? [])];
    return entries.reverse().map(({ value }) => value as Kinds[K]);
  }

  note<K extends keyof Notes>(kind: K, id: string): Notes[K] | undefined {
    return this.entries.get(`${NOTE}${kind}`)?.get(id)?.value as Notes[K] | undefined;
  }

  saveNote<K extends keyof Notes>(kind: K, id: string, note: Notes[K]): void {
    this.put(`${NOTE}${kind}`, id, note);
  }

  private put(kind: string, id: string, value: object): void {
    const ofKind = this.entries.get(kind) ?? new Map<string, Entry>();
    this.entries.set(kind, ofKind);
    const entry = { sequence: ofKind.get(id)?.sequence ?? (this.sequence += 1), value };
    ofKind.set(id, entry);
    this.port?.set(`${kind}/${id}`, JSON.stringify(entry));
  }

  private restore(key: string, entry: Entry): void {
    const [kind = '', id = ''] = key.split(/\/(.*)/s);
    const ofKind = this.entries.get(kind) ?? new Map<string, Entry>();
    this.entries.set(kind, ofKind.set(id, entry));
    if (!kind.startsWith(NOTE)) this.kindOf.set(id, kind as Kind);
    this.sequence = entry.sequence;
  }
}
