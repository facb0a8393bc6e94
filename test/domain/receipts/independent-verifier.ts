import { createHash, createPublicKey, verify } from 'node:crypto';

/**
 * A second implementation of the verification, written from docs/api.md alone. It shares no code with the gateway, so
 * that the page is known to be enough to check a receipt.
 */

interface Json {
  readonly [name: string]: unknown;
}

const ORDER = {
  receipt: [
    'version',
    'requestId',
    'at',
    'model',
    'status',
    'usage',
    'estimated',
    'priceVersion',
    'costPico',
    'supersedes',
  ],
  tree: ['version', 'accountId', 'number', 'minute', 'size', 'root', 'previous'],
  seal: ['version', 'number', 'minute', 'size', 'root', 'previous', 'keyId'],
} as const;
const UNITS = [
  'input',
  'cachedInput',
  'cacheWrite',
  'cacheWrite1h',
  'audioInput',
  'cachedAudioInput',
  'imageInput',
  'output',
  'reasoning',
  'audioOutput',
  'imageOutput',
];

const sha256 = (...parts: readonly (Buffer | string)[]): Buffer => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};
const leaf = (text: string): Buffer => sha256(Buffer.of(0), text);
const node = (left: Buffer, right: Buffer): Buffer => sha256(Buffer.of(1), left, right);

function inOrder(value: Json, names: readonly string[]): Json {
  return Object.fromEntries(names.flatMap((name) => (value[name] === undefined ? [] : [[name, value[name]]])));
}

/** RFC 8785 for text, whole numbers, booleans, null, arrays and objects. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const names = Object.keys(value).sort();
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonical((value as Json)[name])}`).join(',')}}`;
}

function textOf(kind: keyof typeof ORDER, value: Json): string {
  if (value['version'] !== 1) return canonical(value);
  const usage = value['usage'] as Json | undefined;
  return JSON.stringify(inOrder({ ...value, ...(usage && { usage: inOrder(usage, UNITS) }) }, ORDER[kind]));
}

/** Follows the path from a leaf to the root as RFC 9162, section 2.1.3.2, describes. */
function rootOf(hash: Buffer, index: number, size: number, path: readonly string[]): string | undefined {
  let [position, last, root] = [index, size - 1, hash];
  for (const sibling of path.map((hex) => Buffer.from(hex, 'hex'))) {
    if (last === 0) return undefined;
    if (position % 2 === 1 || position === last) {
      root = node(sibling, root);
      while (position % 2 === 0 && position !== 0) [position, last] = [position >> 1, last >> 1];
    } else {
      root = node(root, sibling);
    }
    [position, last] = [position >> 1, last >> 1];
  }
  return last === 0 ? root.toString('hex') : undefined;
}

/** Whether a response of `GET /v1/requests/{id}/receipt` proves its receipt. @param pems the published public keys */
export function isProven(response: string, pems: readonly string[]): boolean {
  const proof = JSON.parse(response) as Json;
  const [receipt, tree, seal] = [proof['receipt'] as Json, proof['tree'] as Json, proof['seal'] as Json];
  const ofReceipt = [proof['index'] as number, tree['size'] as number, proof['path'] as string[]] as const;
  const ofTree = [proof['treeIndex'] as number, seal['size'] as number, proof['treePath'] as string[]] as const;
  if (rootOf(leaf(textOf('receipt', receipt)), ...ofReceipt) !== tree['root']) return false;
  if (rootOf(leaf(textOf('tree', tree)), ...ofTree) !== seal['root']) return false;
  const signature = Buffer.from(proof['signature'] as string, 'base64');
  return pems.some((pem) => {
    const key = createPublicKey(pem);
    const isNamed = sha256(key.export({ type: 'spki', format: 'der' })).toString('hex') === seal['keyId'];
    return isNamed && verify('sha256', Buffer.from(textOf('seal', seal)), key, signature);
  });
}
