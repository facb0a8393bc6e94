import { ModernFakeTimers } from '@jest/fake-timers';
import { ModuleMocker } from 'jest-mock';

/**
 * Runs test files in the worker's own realm, one after the other (docs/adr/0030). Jest's own environment makes a realm for
 * each file: every use of a global such as `Buffer` or `Promise` is then a call, which costs a quarter to a third of the
 * time of most tests.
 *
 * No file sees what another one left in a global, in `process` or in the environment variables, because teardown restores
 * them. The runtime evaluates every module anew for each file, as Jest always does.
 */
export class OneRealmEnvironment {
  global = globalThis;
  moduleMocker = new ModuleMocker(globalThis);
  // Jest asks for both kinds, and no test uses the old one.
  fakeTimers = null;
  fakeTimersModern;
  #globals = propertiesOf(globalThis);
  #process = withoutListeners(propertiesOf(process));
  #variables = { ...process.env };
  #exitCode = process.exitCode;
  #listeners = new Map(process.eventNames().map((event) => [event, process.rawListeners(event)]));

  constructor({ projectConfig }) {
    this.fakeTimersModern = new FakeTimers({ config: projectConfig, global: globalThis });
  }

  /** Jest sets the limit of its own realm to 100, which makes errors that a test expects ten times as expensive. */
  async setup() {
    Error.stackTraceLimit = STACK_FRAMES_MAX;
  }

  async teardown() {
    this.fakeTimersModern.dispose();
    restore(globalThis, this.#globals);
    restore(process, this.#process, LISTENERS);
    for (const name of Object.keys(process.env)) if (!(name in this.#variables)) delete process.env[name];
    Object.assign(process.env, this.#variables);
    process.exitCode = this.#exitCode;
    for (const event of process.eventNames()) {
      const before = this.#listeners.get(event) ?? [];
      for (const listener of process.rawListeners(event)) if (!before.includes(listener)) process.off(event, listener);
    }
  }

  exportConditions() {
    return ['node', 'node-addons'];
  }

  /** Jest only checks that there is one: one-realm-runtime.js compiles all code for this realm. */
  getVmContext() {
    return globalThis;
  }
}

/** Leaves `process.nextTick` alone, because Node calls it too, and with it the worker's connection to Jest. */
class FakeTimers extends ModernFakeTimers {
  useFakeTimers(config = {}) {
    super.useFakeTimers({ ...config, doNotFake: [...(config.doNotFake ?? []), 'nextTick'] });
  }
}

/** The default of Node. */
const STACK_FRAMES_MAX = 10;

/**
 * Where Node keeps listeners, and how many events have any. Each belongs to the other: with a count that is too small, Node
 * drops all listeners early, the worker's own too, which then never answers again.
 */
const LISTENERS = ['_events', '_eventsCount'];

const withoutListeners = (properties) => new Map([...properties].filter(([key]) => !LISTENERS.includes(key)));

const propertiesOf = (object) =>
  new Map(Reflect.ownKeys(object).map((key) => [key, Reflect.getOwnPropertyDescriptor(object, key)]));

function restore(object, properties, kept = []) {
  for (const key of Reflect.ownKeys(object))
    if (!properties.has(key) && !kept.includes(key)) Reflect.deleteProperty(object, key);
  for (const [key, before] of properties) {
    const now = Reflect.getOwnPropertyDescriptor(object, key);
    if (now?.value !== before.value || now?.get !== before.get) Reflect.defineProperty(object, key, before);
  }
}

export default OneRealmEnvironment;
