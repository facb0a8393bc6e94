import { matching, page } from '../http/list';
import { get, type Call, type Route } from '../http/route';
import type { BalanceTransaction } from '../state/kinds';

export const balanceRoutes: readonly Route[] = [
  get('/v1/balance', balance),
  get('/v1/balance_transactions', ({ state, params }) =>
    page(
      params,
      '/v1/balance_transactions',
      state.store
        .all('balance_transaction')
        .map((movement) => withStatus(movement, state.time.now()))
        .filter(matching<BalanceTransaction>(params, ['currency', 'source', 'type'])),
    ),
  ),
  get('/v1/balance_transactions/{id}', ({ state, id }) =>
    withStatus(state.store.get('balance_transaction', id), state.time.now()),
  ),
];

const withStatus = (movement: BalanceTransaction, now: number): BalanceTransaction => ({
  ...movement,
  status: now < movement.available_on ? 'pending' : 'available',
});

/** Nothing is ever paid out. */
function balance({ state }: Call): object {
  const movements = state.store.all('balance_transaction').map((one) => withStatus(one, state.time.now()));
  const sums = (status: string): object[] => {
    const currencies = [...new Set(movements.map(({ currency }) => currency))];
    return (currencies.length > 0 ? currencies : ['usd']).map((currency) => {
      const amount = movements
        .filter((one) => one.status === status && one.currency === currency)
        .reduce((total, { net }) => total + net, 0);
      return { amount, currency, source_types: { card: amount } };
    });
  };
  return { object: 'balance', available: sums('available'), livemode: false, pending: sums('pending') };
}
