import fc from 'fast-check';
import { KeySigner } from '../../../lambdas/adapters/receipts/key-signer';
import type { ReceiptLine, ReceiptProof, TreeLine } from '../../../lambdas/contracts/storage/receipt';
import { receiptHash } from '../../../lambdas/domain/receipts/receipt';
import { readDocuments } from '../../../lambdas/domain/receipts/receipt-document';
import { sealText } from '../../../lambdas/domain/receipts/seal';
import { readPublicKeys } from '../../../lambdas/domain/receipts/verify-signature';
import { verifyReceipts } from '../../../lambdas/domain/receipts/verify-receipts';
import { ACCOUNT } from '../wallet/wallet-stage';
import { OTHER_ACCOUNT, ReceiptStage } from './receipt-stage';

const TREES = 3;
const TREE_RECEIPTS = 4;
const TREE_LINES = TREE_RECEIPTS + 1;

type Json = Readonly<Record<string, unknown>>;

let stage: ReceiptStage;
/** An export of three trees with four receipts each. Another account has receipts under the same seals. */
let lines: readonly string[];
beforeAll(async () => {
  stage = new ReceiptStage();
  for (let minute = 0; minute < TREES; minute += 1) {
    await stage.endRequests(TREE_RECEIPTS);
    await stage.endRequests(2, OTHER_ACCOUNT);
    await stage.pipe();
    await stage.seal();
  }
  lines = await stage.exportLines();
});

const faultsOf = async (changed: readonly string[]): Promise<readonly string[]> => (await stage.verify(changed)).faults;

/** The export with one line rewritten. @param line counted from 1 */
const rewritten = (line: number, change: (json: Json) => unknown): string[] =>
  lines.map((text, index) => (index + 1 === line ? JSON.stringify(change(JSON.parse(text) as Json)) : text));

const without = (...removed: readonly number[]): string[] => lines.filter((_, index) => !removed.includes(index + 1));

const changedTree = (line: number, change: object): string[] =>
  rewritten(line, (json) => ({ ...json, tree: { ...(json['tree'] as object), ...change } }));

const changedReceipt = (line: number, change: object): string[] =>
  rewritten(line, ({ receipt }) => ({ receipt: { ...(receipt as object), ...change } }));

const requestOf = (line: number): string =>
  (JSON.parse(lines[line - 1] ?? '') as { receipt: { requestId: string } }).receipt.requestId;

test('an unchanged export has no fault', async () => {
  expect(await stage.verify(lines)).toEqual({ receipts: 12, trees: 3, seals: 3, faults: [] });
});

test('a single proof has no fault, on one line or pretty-printed', async () => {
  const proof = await stage.receipts.find(await stage.record(requestOf(2)));
  const keys = await stage.keys();
  for (const text of [JSON.stringify(proof), JSON.stringify(proof, undefined, 2)]) {
    expect(verifyReceipts(readDocuments(text), keys)).toMatchObject({ receipts: 1, trees: 0, seals: 1, faults: [] });
  }
});

describe('an altered export', () => {
  test('a changed receipt is reported with its request ID', async () => {
    expect(await faultsOf(changedReceipt(3, { costPico: '1' }))).toEqual([
      `line 1: tree 1: line 3: the receipt of ${requestOf(3)} was changed or does not belong to this tree`,
    ]);
  });

  test('a missing receipt is reported', async () => {
    expect(await faultsOf(without(3))).toEqual(['line 1: tree 1: 1 of its 4 receipts are missing']);
  });

  test('reordered receipts are reported', async () => {
    const [one = '', two = ''] = [lines[1], lines[2]];
    const swapped = lines.with(1, two).with(2, one);
    expect(await faultsOf(swapped)).toEqual([`line 1: tree 1: line 3: the receipt of ${requestOf(2)} is out of order`]);
  });

  test('a duplicated receipt is reported', async () => {
    expect(await faultsOf(lines.toSpliced(2, 0, lines[1] ?? ''))).toEqual([
      `line 1: tree 1: line 3: the receipt of ${requestOf(2)} is duplicated`,
    ]);
  });

  test('a receipt of another account is reported', async () => {
    const [, other = ''] = await stage.exportLines(OTHER_ACCOUNT);
    expect(await faultsOf(lines.toSpliced(2, 0, other))).toHaveLength(1);
  });

  test('a missing tree is reported', async () => {
    const middle = Array.from({ length: TREE_LINES }, (_, index) => TREE_LINES + 1 + index);
    expect(await faultsOf(without(...middle))).toEqual(['line 6: tree 3: the trees 2 to 2 before it are missing']);
  });

  test('reordered and duplicated trees are reported', async () => {
    const [one, rest] = [lines.slice(0, TREE_LINES), lines.slice(TREE_LINES)];
    expect(await faultsOf([...rest, ...one])).toEqual([
      'line 11: tree 1: it is duplicated or out of order: tree 3 comes before it',
    ]);
    expect(await faultsOf([...one, ...one, ...rest])).toHaveLength(1);
  });

  test('a receipt that was changed together with its hash in the list is reported', async () => {
    const changed = changedReceipt(3, { costPico: '1' });
    const { receipt } = JSON.parse(changed[2] ?? '') as ReceiptLine;
    const list = (json: Json) => (json['leaves'] as string[]).with(1, receiptHash(receipt).toString('hex'));
    const forged = rewritten(1, (json) => ({ ...json, leaves: list(json) })).with(2, changed[2] ?? '');
    expect(await faultsOf(forged)).toEqual(['line 1: tree 1: its list of receipts is not the one that was sealed']);
  });

  test('a tree whose receipts, list and root were replaced is reported', async () => {
    const other = JSON.parse((await stage.exportLines(OTHER_ACCOUNT))[0] ?? '') as TreeLine;
    const faults = await faultsOf(
      rewritten(1, (json) => ({ ...json, leaves: other.leaves, tree: { ...other.tree, accountId: ACCOUNT } })),
    );
    expect(faults).toContain('line 1: tree 1: its header was changed, or is not under its seal');
  });

  test.each([
    { accountId: OTHER_ACCOUNT },
    { minute: '2026-11-20T10:00:00.000Z' },
    { number: 7 },
    { size: 3 },
    { previous: '0'.repeat(64) },
  ])('a tree header that was changed to %j is reported', async (change) => {
    expect(await faultsOf(changedTree(1, change))).toContain(
      'line 1: tree 1: its header was changed, or is not under its seal'.replace(
        'tree 1',
        `tree ${change.number ?? 1}`,
      ),
    );
  });

  test('a signature by another key is reported', async () => {
    const forger = new KeySigner(KeySigner.generateKey());
    const { seal } = JSON.parse(lines[0] ?? '') as TreeLine;
    const signature = Buffer.from(await forger.sign(Buffer.from(sealText(seal)))).toString('base64');
    expect(await faultsOf(rewritten(1, (json) => ({ ...json, signature })))).toEqual([
      'line 1: tree 1: its seal 1 has a signature that does not match its key',
    ]);
  });

  test('a seal by an unknown key is reported', async () => {
    const other = new KeySigner(KeySigner.generateKey());
    const pem = `-----BEGIN PUBLIC KEY-----\n${Buffer.from(await other.publicKey()).toString('base64')}\n-----END PUBLIC KEY-----`;
    const { faults } = verifyReceipts(readDocuments(lines.join('\n')), readPublicKeys(pem));
    expect(faults).toHaveLength(TREES);
    expect(faults[0]).toMatch(
      /^line 1: tree 1: its seal 1 is signed by the key [0-9a-f]{16}…, which is not among the given keys$/,
    );
  });

  test('a broken chain of seals and two seals of the same number are reported', async () => {
    const forged = await resealed(6, (seal) => ({ ...seal, previous: 'f'.repeat(64) }));
    expect(await faultsOf(forged)).toEqual(['seal 2 does not follow seal 1', 'seal 3 does not follow seal 2']);
    const twin = await resealed(6, (seal) => ({ ...seal, number: 1 }));
    expect(await faultsOf(twin)).toContain('there are two different seals 1');
  });

  test('a seal of a different minute than its tree is reported', async () => {
    const forged = await resealed(11, (seal) => ({ ...seal, minute: '2026-11-20T11:00:00.000Z' }));
    expect(await faultsOf(forged)).toEqual(['line 11: tree 3: its minute differs from that of its seal']);
  });

  test('an invalid line, a receipt without a tree, and an empty file are reported', async () => {
    expect(await faultsOf([...lines.slice(0, 3), '{"receipt":{}}', ...lines.slice(3)])).toEqual([
      'line 4: the line is neither a receipt nor a tree',
    ]);
    expect(await faultsOf(lines.slice(1, 3))).toEqual([
      'line 1: the receipt has no tree before it',
      'line 2: the receipt has no tree before it',
    ]);
    expect(await faultsOf([])).toEqual(['The file is empty.']);
  });

  /** Replaces a seal by one that the operator's own key signs. Only the chain of seals can reveal this. */
  async function resealed(line: number, change: (seal: TreeLine['seal']) => TreeLine['seal']): Promise<string[]> {
    const seal = change((JSON.parse(lines[line - 1] ?? '') as TreeLine).seal);
    const signature = Buffer.from(await stage.signer.sign(Buffer.from(sealText(seal)))).toString('base64');
    return rewritten(line, (json) => ({ ...json, seal, signature }));
  }
});

test('any changed value and any missing, duplicated or moved line of an export is reported', async () => {
  const index = fc.nat(lines.length - 1);
  const edits = fc.oneof(
    fc.record({ do: fc.constant('remove' as const), at: index }),
    fc.record({ do: fc.constant('duplicate' as const), at: index, to: index }),
    fc.record({ do: fc.constant('move' as const), at: index, to: index }),
    fc.record({ do: fc.constant('change' as const), at: index, value: fc.nat() }),
  );
  await fc.assert(
    fc.asyncProperty(edits, async (edit) => {
      const line = lines[edit.at] ?? '';
      const others = lines.toSpliced(edit.at, 1);
      if (edit.do === 'remove') return (await faultsOf(others)).length > 0;
      if (edit.do === 'duplicate') return (await faultsOf(lines.toSpliced(edit.to, 0, line))).length > 0;
      if (edit.do === 'move') {
        const moved = others.toSpliced(edit.to, 0, line);
        fc.pre(moved.join() !== lines.join());
        return (await faultsOf(moved)).length > 0;
      }
      return (await faultsOf(lines.with(edit.at, changedSomewhere(line, edit.value)))).length > 0;
    }),
    { numRuns: 400 },
  );
});

test('any changed value of a single proof is reported', async () => {
  const proof = JSON.stringify(await stage.receipts.find(await stage.record(requestOf(3))));
  await fc.assert(
    fc.asyncProperty(fc.nat(), async (value) => (await faultsOf([changedSomewhere(proof, value)])).length > 0),
  );
  const { receipt: _receipt, ...rest } = JSON.parse(proof) as ReceiptProof;
  expect(await faultsOf([JSON.stringify(rest)])).toEqual(['line 1: the line is neither a receipt nor a tree']);
});

/** Replaces one value of a line by another of the same type. */
function changedSomewhere(line: string, choice: number): string {
  let values = 0;
  JSON.parse(line, (_name, value: unknown) => {
    if (typeof value !== 'object' || value === null) values += 1;
    return value;
  });
  let remaining = choice % values;
  return JSON.stringify(JSON.parse(line), (_name, value: unknown) => {
    if (typeof value === 'object' && value !== null) return value;
    remaining -= 1;
    return remaining === -1 ? otherThan(value, choice) : value;
  });
}

function otherThan(value: unknown, choice: number): unknown {
  if (typeof value === 'number') return value + 1;
  if (typeof value === 'boolean') return !value;
  if (typeof value !== 'string') return '0'.repeat(64);
  // Spare the last characters, because base64 ignores spare bits at the end.
  const at = choice % Math.max(1, value.length - 4);
  return `${value.slice(0, at)}${value.charAt(at) === '1' ? '2' : '1'}${value.slice(at + 1)}`;
}
