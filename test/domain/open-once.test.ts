import { openAtStart, openOnce, openOnFirstUse } from '../../lambdas/domain/open-once';

test('a resource is opened immediately, and once for all callers', async () => {
  let times = 0;
  const get = openOnce(() => Promise.resolve({ time: (times += 1) }));
  expect(times).toBe(1);
  expect(await Promise.all([get(), get()])).toEqual([{ time: 1 }, { time: 1 }]);
  expect(await get()).toBe(await get());
});

test('a failure to open rejects the waiting callers, and the next caller tries again', async () => {
  const outcomes = [() => Promise.reject(new Error('not now')), () => Promise.resolve('open')];
  const get = openOnce(() => outcomes.shift()!());
  const waiting = [get(), get()];
  await expect(waiting[0]).rejects.toThrow('not now');
  await expect(waiting[1]).rejects.toThrow('not now');
  await expect(get()).resolves.toBe('open');
  await expect(get()).resolves.toBe('open');
  expect(outcomes).toEqual([]);
});

test('a failure to open without callers does not crash the process', async () => {
  const unhandled: unknown[] = [];
  const listen = (error: unknown): void => void unhandled.push(error);
  process.on('unhandledRejection', listen);
  openOnce(() => Promise.reject(new Error('not now')));
  await new Promise((resolve) => setImmediate(resolve));
  process.off('unhandledRejection', listen);
  expect(unhandled).toEqual([]);
});

test('a resource that is opened on first use is not opened before, and once for concurrent callers', async () => {
  let times = 0;
  const get = openOnFirstUse(() => Promise.resolve({ time: (times += 1) }));
  expect(times).toBe(0);
  expect(await Promise.all([get(), get()])).toEqual([{ time: 1 }, { time: 1 }]);
  expect(await get()).toBe(await get());
});

test('a program that opens a resource at its start waits until it is open', async () => {
  let isOpen = false;
  const open = async (): Promise<string> => {
    await new Promise((resolve) => setImmediate(resolve));
    isOpen = true;
    return 'open';
  };
  const get = await openAtStart(open, 60_000);
  expect(isOpen).toBe(true);
  await expect(get()).resolves.toBe('open');
});

test('a failure to open at the start does not fail the start, and the first caller tries again', async () => {
  const outcomes = [() => Promise.reject(new Error('not now')), () => Promise.resolve('open')];
  const get = await openAtStart(() => outcomes.shift()!(), 60_000);
  expect(outcomes).toHaveLength(1);
  await expect(get()).resolves.toBe('open');
});

test('an opening that takes too long does not hold up the start, and the first caller gets it', async () => {
  let finish: (value: string) => void = () => undefined;
  const get = await openAtStart(() => new Promise<string>((resolve) => (finish = resolve)), 1);
  const got = get();
  finish('open');
  await expect(got).resolves.toBe('open');
});
