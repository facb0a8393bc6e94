import { BODIES_BYTES_MAX, BodyMemory } from '../../dev/local/gateway/body-memory';
import { ANSWER_BYTES_MAX, type MemoryShare } from '../../dev/local/gateway/memory-share';

const CHUNK_BYTES = 64 * 1024;
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const noClientStalls = (): boolean => false;

test('many large answers that arrive at once are all completed, and stay below the ceiling and one answer', async () => {
  const answerBytes = 30 * 1024 * 1024;
  const complete: MemoryShare[] = [];
  let mostBytes = 0;
  let cuts = 0;
  const memory = new BodyMemory({
    bytesMax: BODIES_BYTES_MAX,
    // No client reads, so each completed answer is dropped when its memory is needed.
    cutStalledClient: () => {
      const share = complete.shift();
      share?.close();
      if (share) cuts += 1;
      return share !== undefined;
    },
  });
  const shares = Array.from({ length: 40 }, () => memory.open());
  const advance = (share: MemoryShare): void => {
    const isLast = share.answerBytes + CHUNK_BYTES >= answerBytes;
    const hasRoom = share.keepAnswer(share.answerBytes + CHUNK_BYTES, () => setImmediate(advance, share));
    mostBytes = Math.max(mostBytes, memory.keptBytes);
    if (isLast) {
      share.answered();
      complete.push(share);
    } else if (hasRoom) setImmediate(advance, share);
  };
  for (const share of shares) advance(share);
  while (complete.length + cuts < shares.length) {
    memory.check();
    await turn();
  }
  expect(mostBytes).toBeLessThanOrEqual(BODIES_BYTES_MAX + ANSWER_BYTES_MAX);
});

test('a stream that has sent a long event makes way for the next answer', async () => {
  const memory = new BodyMemory({ bytesMax: CHUNK_BYTES, cutStalledClient: noClientStalls });
  const [stream, answer] = [memory.open(), memory.open()];
  let hasRoom = false;
  expect(stream.keepAnswer(3 * CHUNK_BYTES)).toBe(true);
  expect(answer.keepAnswer(3 * CHUNK_BYTES, () => (hasRoom = true))).toBe(false);
  stream.keepAnswer(0);
  await turn();
  expect(hasRoom).toBe(true);
});

test('a short answer never waits, even if the memory is full', () => {
  const memory = new BodyMemory({ bytesMax: CHUNK_BYTES, cutStalledClient: noClientStalls });
  memory.open().keepBody(10 * CHUNK_BYTES);
  expect(memory.open().keepAnswer(CHUNK_BYTES)).toBe(true);
});

test('one answer may go on above the ceiling, and the next one only when its memory is free again', async () => {
  const memory = new BodyMemory({ bytesMax: CHUNK_BYTES, cutStalledClient: noClientStalls });
  const [first, second] = [memory.open(), memory.open()];
  let hasRoom = false;
  expect(first.keepAnswer(3 * CHUNK_BYTES)).toBe(true);
  expect(second.keepAnswer(3 * CHUNK_BYTES, () => (hasRoom = true))).toBe(false);
  first.answered();
  await turn();
  expect(hasRoom).toBe(false);
  first.close();
  await turn();
  expect(hasRoom).toBe(true);
});

test('a request waits until there is room for its body', async () => {
  const memory = new BodyMemory({ bytesMax: CHUNK_BYTES, cutStalledClient: noClientStalls });
  const [first, second] = [memory.open(), memory.open()];
  let hasRoom = false;
  expect(first.keepBody(CHUNK_BYTES)).toBe(true);
  expect(second.keepBody(1, () => (hasRoom = true))).toBe(false);
  await turn();
  expect(hasRoom).toBe(false);
  first.keepBody(0);
  await turn();
  expect(hasRoom).toBe(true);
});

test('a client that stalls while a request waits makes room for it', async () => {
  let stalled: MemoryShare | undefined;
  const memory = new BodyMemory({
    bytesMax: CHUNK_BYTES,
    cutStalledClient: () => {
      const share = stalled;
      stalled = undefined;
      share?.close();
      return share !== undefined;
    },
  });
  const [first, second] = [memory.open(), memory.open()];
  let hasRoom = false;
  first.keepBody(CHUNK_BYTES);
  expect(second.keepBody(1, () => (hasRoom = true))).toBe(false);
  stalled = first;
  memory.check();
  await turn();
  expect(hasRoom).toBe(true);
});

test('an answer that waits for long gets some bytes, so that its provider does not give up', () => {
  const memory = new BodyMemory({ bytesMax: 20 * CHUNK_BYTES, cutStalledClient: noClientStalls });
  const [first, second] = [memory.open(), memory.open()];
  first.keepAnswer(10 * CHUNK_BYTES);
  let reads = 0;
  const read = (): void => {
    reads += 1;
    expect(second.keepAnswer(second.answerBytes + CHUNK_BYTES, read)).toBe(false);
  };
  second.keepAnswer(CHUNK_BYTES);
  read();
  for (let checks = 0; checks < 50; checks += 1) memory.check();
  expect(reads).toBe(3);
});
