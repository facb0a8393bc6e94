import { openOnce, openOnFirstUse } from '../../lambdas/domain/open-once';

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
