import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { OneRealmEnvironment } from './one-realm-environment';

/** Lets a pretended test file leave something behind, and ends it. */
async function endTestFileThat(leave: (environment: OneRealmEnvironment) => void): Promise<void> {
  const environment = new OneRealmEnvironment({ projectConfig: { fakeTimers: {} } });
  leave(environment);
  await environment.teardown();
}

const setGlobal = (name: string, value: unknown) => endTestFileThat(() => void Reflect.set(globalThis, name, value));

test('values of Node and of tests have the same classes', async () => {
  const stream = new PassThrough();
  setImmediate(() => stream.destroy(new TypeError('broken')));
  await expect(once(stream, 'data')).rejects.toBeInstanceOf(Error);
  expect(structuredClone(new Map())).toBeInstanceOf(Map);
  await expect(fetch('nowhere:')).rejects.toBeInstanceOf(TypeError);
});

test('a global that a test file adds or replaces is gone after the file', async () => {
  const before = globalThis.structuredClone;
  await setGlobal('structuredClone', () => 'replaced');
  await setGlobal('leftByATestFile', 1);
  expect(globalThis.structuredClone).toBe(before);
  expect(globalThis).not.toHaveProperty('leftByATestFile');
});

test('environment variables are after a test file as they were before it', async () => {
  const before = { ...process.env };
  await endTestFileThat(() => {
    process.env['LEFT_BY_A_TEST_FILE'] = 'yes';
    process.env['PATH'] = '';
    delete process.env['NODE_ENV'];
  });
  expect({ ...process.env }).toEqual(before);
});

test('the process still has its own listeners after test files that left listeners of other events', async () => {
  const before = process.eventNames();
  for (let file = 0; file <= before.length; file += 1)
    await endTestFileThat(() => void process.on(`left by test file ${file}`, () => undefined));
  expect(process.eventNames()).toEqual(before);
});

test('the process has the exit code, functions and listeners of before after a test file that changed them', async () => {
  const { exit } = process;
  const handler = () => {};
  await endTestFileThat(() => {
    process.exit = () => undefined as never;
    process.exitCode = 3;
    process.on('SIGTERM', handler);
  });
  expect([process.exit === exit, process.exitCode, process.listeners('SIGTERM').includes(handler)]).toEqual([
    true,
    undefined,
    false,
  ]);
});

test('timers are real after a test file that left false ones, and Node’s own ticks are never false', async () => {
  const { setTimeout, Date } = globalThis;
  const { nextTick } = process;
  await endTestFileThat(({ fakeTimersModern }) => {
    fakeTimersModern.useFakeTimers();
    expect(globalThis.setTimeout).not.toBe(setTimeout);
    expect(process.nextTick).toBe(nextTick);
  });
  expect([globalThis.setTimeout === setTimeout, globalThis.Date === Date]).toEqual([true, true]);
});

test('a module is evaluated anew after a reset, although it is compiled only once', () => {
  let first: unknown;
  let second: unknown;
  jest.isolateModules(() => (first = jest.requireActual('../describe-unless')));
  jest.isolateModules(() => (second = jest.requireActual('../describe-unless')));
  expect(first).not.toBe(second);
});

test('an error of a test file captures as many frames as an error of production', () => {
  expect(Error.stackTraceLimit).toBe(10);
});
