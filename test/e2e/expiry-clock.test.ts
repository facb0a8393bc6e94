import { ExpiryClock, initialClock, CLOCK_FACT, type ExpiryTime } from '../../dev/local/gateway/expiry-clock';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const SWEEP_EVERY_MS = 5 * SECOND_MS;
const START = Date.UTC(2026, 0, 1);

/** A machine with a clock that can be wrong and a timer that stands still while it sleeps, and a gateway on it. */
class Machine {
  now = START;
  /** The true time, which the machine does not know. */
  truth = START;
  #timer = 0;
  readonly #facts = new Map<string, string>();
  #expiry: ExpiryClock;

  constructor(history?: string) {
    if (history !== undefined) this.#facts.set(CLOCK_FACT, history);
    this.#expiry = this.#open();
  }

  setClock(byMs: number): void {
    this.now += byMs;
  }

  /** The machine sleeps, or the gateway is stopped. */
  rest(ms: number): void {
    this.now += ms;
    this.truth += ms;
  }

  restart(): void {
    this.#expiry = this.#open();
  }

  /** Runs the gateway, which reads the time at every sweep. @returns the last reading */
  async run(ms: number, everyMs = SWEEP_EVERY_MS): Promise<ExpiryTime> {
    let time = await this.#expiry.read();
    for (let passed = 0; passed < ms; passed += everyMs) {
      this.#timer += everyMs;
      this.rest(everyMs);
      time = await this.#expiry.read();
    }
    return time;
  }

  #open(): ExpiryClock {
    const store = {
      fact: (name: string) => this.#facts.get(name),
      putFact: (name: string, value: string) => Promise.resolve(void this.#facts.set(name, value)),
    };
    return new ExpiryClock(store, { clock: () => this.now, timer: () => this.#timer });
  }
}

describe('the expiry clock', () => {
  test('the expiry clock follows a clock that runs', async () => {
    const machine = new Machine();
    expect(await machine.run(3 * DAY_MS, HOUR_MS)).toEqual({ removeBefore: machine.now, isDoubted: false });
  });

  test('a clock that is 100 days ahead for 70 seconds expires nothing', async () => {
    const machine = new Machine();
    await machine.run(HOUR_MS);
    machine.setClock(100 * DAY_MS);
    for (let second = 0; second < 70; second += 5) {
      const { removeBefore, isDoubted } = await machine.run(SWEEP_EVERY_MS);
      expect(isDoubted).toBe(true);
      expect(removeBefore).toBeLessThanOrEqual(machine.truth);
    }
    machine.setClock(-100 * DAY_MS);
    expect(await machine.run(SWEEP_EVERY_MS)).toEqual({ removeBefore: machine.truth, isDoubted: false });
  });

  test('a clock that stays ahead is believed after the gateway has run with it for six hours', async () => {
    const machine = new Machine();
    await machine.run(HOUR_MS);
    machine.setClock(100 * DAY_MS);
    const doubted = await machine.run(6 * HOUR_MS - MINUTE_MS);
    expect(doubted).toEqual({ removeBefore: machine.truth, isDoubted: true });
    expect(await machine.run(MINUTE_MS)).toEqual({ removeBefore: machine.now, isDoubted: false });
  });

  test('restarts do not confirm a clock, however many there are', async () => {
    const machine = new Machine();
    await machine.run(HOUR_MS);
    machine.setClock(100 * DAY_MS);
    for (let restart = 0; restart < 5_000; restart += 1) {
      machine.restart();
      expect((await machine.run(0)).isDoubted).toBe(true);
    }
  });

  test('six hours that are spread over several runs confirm a clock', async () => {
    const machine = new Machine();
    await machine.run(HOUR_MS);
    machine.setClock(100 * DAY_MS);
    for (let run = 0; run < 5; run += 1) {
      expect((await machine.run(HOUR_MS)).isDoubted).toBe(true);
      machine.restart();
    }
    expect((await machine.run(HOUR_MS + 6 * MINUTE_MS)).isDoubted).toBe(false);
  });

  test('hours with a wrong clock do not count again after the clock was right', async () => {
    const machine = new Machine();
    await machine.run(HOUR_MS);
    for (let jump = 0; jump < 3; jump += 1) {
      machine.setClock(100 * DAY_MS);
      const { removeBefore, isDoubted } = await machine.run(4 * HOUR_MS);
      expect([isDoubted, removeBefore <= machine.truth]).toEqual([true, true]);
      machine.setClock(-100 * DAY_MS);
      expect((await machine.run(MINUTE_MS)).isDoubted).toBe(false);
    }
  });

  test('a laptop that sleeps 16 hours each night expires data every day', async () => {
    const machine = new Machine();
    for (let day = 0; day < 30; day += 1) {
      expect(await machine.run(8 * HOUR_MS, MINUTE_MS)).toEqual({ removeBefore: machine.now, isDoubted: false });
      machine.rest(16 * HOUR_MS);
    }
  });

  test('a gateway that was stopped over a weekend expires nothing at first, and everything six hours later', async () => {
    const machine = new Machine();
    await machine.run(8 * HOUR_MS);
    machine.rest(63 * HOUR_MS);
    machine.restart();
    expect((await machine.run(5 * HOUR_MS)).isDoubted).toBe(true);
    expect(await machine.run(2 * HOUR_MS)).toEqual({ removeBefore: machine.now, isDoubted: false });
  });

  test('a clock that jumps back expires nothing early, neither then nor when it is corrected', async () => {
    const machine = new Machine();
    await machine.run(HOUR_MS);
    machine.setClock(-100 * DAY_MS);
    expect(await machine.run(HOUR_MS)).toEqual({ removeBefore: machine.now, isDoubted: false });
    machine.setClock(100 * DAY_MS);
    expect((await machine.run(HOUR_MS)).removeBefore).toBeLessThanOrEqual(machine.truth);
    expect(await machine.run(6 * HOUR_MS)).toEqual({ removeBefore: machine.truth, isDoubted: false });
  });

  test('a store that was just migrated doubts a clock that is far ahead of its journal', async () => {
    const machine = new Machine(initialClock(START));
    machine.setClock(100 * DAY_MS);
    const { removeBefore, isDoubted } = await machine.run(HOUR_MS);
    expect([isDoubted, removeBefore <= machine.truth]).toEqual([true, true]);
  });
});
