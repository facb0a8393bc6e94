import { detailsOf, newProduct, priceFrom } from '../billing/price-data';
import { matching, page } from '../http/list';
import { get, post, type Call, type Route } from '../http/route';
import type { Price, Product } from '../state/kinds';

export const productRoutes: readonly Route[] = [
  post('/v1/products', createProduct),
  get('/v1/products', ({ state, params }) =>
    page(params, '/v1/products', state.store.all('product').filter(matching<Product>(params, ['active']))),
  ),
  get('/v1/products/{id}', ({ state, id }) => state.store.get('product', id)),
  post('/v1/products/{id}', ({ state, params, id }) => {
    const product = state.store.get('product', id);
    return state.events.changed(
      product,
      {
        active: params.flag('active') ?? product.active,
        description: params.text('description') ?? product.description,
        metadata: params.metadata(product.metadata),
        name: params.text('name') ?? product.name,
        updated: state.time.now(),
      },
      'product.updated',
    );
  }),
  post('/v1/prices', createPrice),
  get('/v1/prices', listPrices),
  get('/v1/prices/{id}', ({ state, id }) => state.store.get('price', id)),
  post('/v1/prices/{id}', ({ state, params, id }) => {
    const price = state.store.get('price', id);
    return state.events.changed(
      price,
      {
        active: params.flag('active') ?? price.active,
        lookup_key: params.text('lookup_key') ?? price.lookup_key,
        metadata: params.metadata(price.metadata),
        nickname: params.text('nickname') ?? price.nickname,
      },
      'price.updated',
    );
  }),
];

function createProduct({ state, params }: Call): Product {
  const id = params.text('id');
  const name = params.requiredText('name');
  const product = newProduct(state, { ...detailsOf(params), name, ...(id !== undefined && { id }) });
  state.events.record('product.created', product);
  const data = params.group('default_price_data');
  if (data.names().length === 0) return product;
  const price = priceFrom(state, data.with('product', product.id), true);
  state.events.record('price.created', price);
  return state.events.changed(product, { default_price: price.id });
}

function createPrice({ state, params }: Call): Price {
  const price = priceFrom(state, params, true);
  state.events.record('price.created', price);
  return price;
}

function listPrices({ state, params }: Call): object {
  const keys = params.texts('lookup_keys');
  const prices = state.store
    .all('price')
    .filter(matching<Price>(params, ['active', 'currency', 'product', 'type']))
    .filter(({ lookup_key }) => keys.length === 0 || keys.includes(lookup_key ?? ''));
  return page(params, '/v1/prices', prices);
}
