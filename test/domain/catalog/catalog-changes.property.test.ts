import fc from 'fast-check';
import type { PriceVersion } from '../../../lambdas/contracts/storage/catalog';
import type { Usage } from '../../../lambdas/contracts/storage/units';
import { DEPLOYMENT } from '../../../lambdas/domain/access/actor';
import { Refusal } from '../../../lambdas/domain/errors/refusal';
import { chargeFor } from '../../../lambdas/domain/usage/charge';
import { CatalogStage, MINUTE_MS, priced } from './catalog-stage';
import { catalogOf } from './example-catalog';

const USAGE: Usage = { input: 1_001, output: 77 };
const MODELS = ['one', 'two'] as const;

type Step =
  | { readonly kind: 'wait'; readonly minutes: number }
  | {
      readonly kind: 'approve';
      readonly model: (typeof MODELS)[number];
      readonly input: number;
      readonly delay: number;
    }
  | { readonly kind: 'markup'; readonly on: string; readonly basisPoints: number | null; readonly delay: number };

const delay = fc.integer({ min: 0, max: 6 });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('wait' as const), minutes: fc.integer({ min: 1, max: 4 }) }),
  fc.record({
    kind: fc.constant('approve' as const),
    model: fc.constantFrom(...MODELS),
    delay,
    input: fc.integer({ min: 0, max: 5_000_000 }),
  }),
  fc.record({
    kind: fc.constant('markup' as const),
    on: fc.constantFrom('all', 'alpha', 'alpha/one'),
    delay,
    basisPoints: fc.option(fc.integer({ min: 0, max: 30_000 })),
  }),
);

/** The expected values by the time from which they hold; a later decision replaces what was scheduled before. */
class Expected<T> {
  readonly #values: { from: number; value: T }[] = [];

  set(from: number, value: T): void {
    this.#values.splice(0, Infinity, ...this.#values.filter((other) => other.from < from), { from, value });
  }

  at(now: number): T | undefined {
    return this.#values.findLast(({ from }) => from <= now)?.value;
  }
}

const withMarkup = (cost: number, basisPoints: number): number => Math.ceil((cost * (10_000 + basisPoints)) / 10_000);

class Scene {
  readonly stage = new CatalogStage();
  readonly costs = { one: new Expected<number>(), two: new Expected<number>() };
  readonly markups = new Map(['all', 'alpha', 'alpha/one'].map((on) => [on, new Expected<number | null>()]));
  /** Every charge that was made: its version as it was, and its amount. */
  readonly charges: { readonly version: PriceVersion; readonly costPico: bigint }[] = [];

  async open(): Promise<void> {
    await this.stage.adopt();
    this.costs.one.set(this.stage.now, 10);
    this.costs.two.set(this.stage.now, 3);
  }

  async take(step: Step): Promise<void> {
    const { stage } = this;
    if (step.kind === 'wait') {
      for (let minute = 0; minute < step.minutes; minute += 1) {
        stage.now += MINUTE_MS;
        await this.charge();
      }
      return;
    }
    const from = stage.now + (1 + step.delay) * MINUTE_MS;
    const change = { from: new Date(from).toISOString(), actor: DEPLOYMENT };
    if (step.kind === 'markup') {
      const { on, basisPoints } = step;
      await stage.changes.change({ ...change, settings: [{ kind: 'markup', on, basisPoints }] });
      this.markups.get(on)?.set(from, basisPoints);
    } else {
      const { model, input } = step;
      const list = catalogOf({ alpha: [priced(model, { input, output: 20 })] });
      const proposal = await stage.proposals.propose({ list, complete: false, actor: DEPLOYMENT });
      await stage.changes.approve({ ...change, proposal });
      this.costs[model].set(from, input);
    }
  }

  async charge(): Promise<void> {
    const { now } = this.stage;
    for (const model of MODELS) {
      const version = await this.stage.price(model);
      const expected = withMarkup(this.costs[model].at(now)!, this.markupOf(model));
      expect([model, version?.tiers[0]?.picoPerToken.input]).toEqual([model, expected]);
      this.charges.push({ version: version!, costPico: chargeFor(USAGE, version!).costPico });
    }
  }

  markupOf(model: string): number {
    const names = [`alpha/${model}`, 'alpha', 'all'];
    return (
      names.map((on) => this.markups.get(on)?.at(this.stage.now) ?? undefined).find((set) => set !== undefined) ?? 0
    );
  }
}

test('there is one price at any time, whatever is approved, and a charge can be recomputed after any later change', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 15 }), async (steps) => {
      const scene = new Scene();
      await scene.open();
      for (const each of [...steps, { kind: 'wait', minutes: 8 } as const]) await scene.take(each);
      for (const { version, costPico } of scene.charges) {
        const found = await scene.stage.changes.findVersion(version.version);
        expect(found).toEqual(version);
        expect(chargeFor(USAGE, found!).costPico).toBe(costPico);
      }
      const names = new Map(scene.charges.map(({ version }) => [version.version, JSON.stringify(version)]));
      expect(scene.charges.every(({ version }) => names.get(version.version) === JSON.stringify(version))).toBe(true);
    }),
    { numRuns: 100 },
  );
});

test('each of several concurrent changes is either made completely or refused without effect', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat(5), { minLength: 1, maxLength: 8 }),
      fc.integer({ min: 2, max: 5 }),
      async (turns, count) => {
        const stage = new CatalogStage();
        stage.store.interleave(turns);
        const outcomes = await Promise.allSettled(
          Array.from({ length: count }, (_, number) =>
            stage.set({ kind: 'alias', alias: `alias-${number}`, model: 'one' }),
          ),
        );
        stage.store.interleave([0]);
        for (const outcome of outcomes)
          if (outcome.status === 'rejected' && !(outcome.reason instanceof Refusal)) throw outcome.reason;
        const made = outcomes.flatMap(({ status }, number) => (status === 'fulfilled' ? [`alias-${number}`] : []));
        const catalog = await (await stage.open()).current();
        const listed = catalog.models().flatMap(({ id }) => (id.startsWith('alias-') ? [id] : []));
        expect(listed.toSorted()).toEqual(made);
        expect(await stage.events()).toHaveLength(made.length);
        expect((await stage.changes.state()).number).toBe(made.length);
      },
    ),
    { numRuns: 100 },
  );
});
