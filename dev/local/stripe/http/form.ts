/** A value of a form: `a[b]=1` is an object, `a[]=1` and `a[0][b]=1` are lists. */
export type FormValue = string | readonly FormValue[] | { readonly [name: string]: FormValue };

interface Node {
  [name: string]: string | Node;
}

/** Deeper or longer names than Stripe's own parameters have. */
const DEPTH_MAX = 8;

/** Reads `application/x-www-form-urlencoded` text, or a query, with the brackets that Stripe's clients send. */
export function parseForm(text: string): Record<string, FormValue> {
  const root = emptyNode();
  for (const [name, value] of new URLSearchParams(text)) insert(root, pathOf(name), value);
  return Object.fromEntries(Object.entries(root).map(([name, value]) => [name, finished(value)]));
}

/** `a[b][]` → `['a', 'b', '']`. */
function pathOf(name: string): string[] {
  const [head = '', ...rest] = name.split('[');
  return [head, ...rest.map((part) => part.replace(/\]$/, ''))].slice(0, DEPTH_MAX);
}

function insert(node: Node, [head = '', ...rest]: string[], value: string): void {
  // `a[]` adds to a list, so it takes the next index.
  const name = head === '' ? String(Object.keys(node).length) : head;
  if (rest.length === 0) {
    node[name] = value;
    return;
  }
  let child = node[name];
  if (child === undefined || typeof child === 'string') child = node[name] = emptyNode();
  insert(child, rest, value);
}

/** Without a prototype, so that no name of a client reaches one. */
const emptyNode = (): Node => Object.create(null) as Node;

function finished(value: string | Node): FormValue {
  if (typeof value === 'string') return value;
  const entries = Object.entries(value);
  const isList = entries.every(([name], index) => name === String(index));
  if (isList) return entries.map(([, item]) => finished(item));
  return Object.fromEntries(entries.map(([name, item]) => [name, finished(item)]));
}
