import type { AnyObject } from '../state/kinds';
import type { Store } from '../state/store';

/** The objects with a copy of what a customer entered. Invoices are not among them, because Stripe keeps those. */
const COPIES = ['customer', 'payment_method', 'checkout.session', 'payment_intent', 'charge', 'setup_intent'] as const;
/** Members with facts about a person, and members whose members are. */
const FACTS: readonly string[] = ['email', 'customer_email', 'receipt_email', 'phone', 'shipping'];
const DETAILS: readonly string[] = ['billing_details', 'customer_details', 'collected_information'];
const OF_CUSTOMER: readonly string[] = ['name', 'address', 'description', 'individual_name', 'business_name'];

/** Removes what tells who a deleted customer was from all objects and events about the customer. */
export function reduceCustomer(store: Store, customerId: string): void {
  const isAbout = (object: AnyObject): boolean =>
    object.id === customerId || (object as { readonly customer?: unknown }).customer === customerId;
  const about = COPIES.flatMap((kind) => store.all(kind) as AnyObject[]).filter(isAbout);
  const ids = new Set([customerId, ...about.map(({ id }) => id)]);
  for (const object of about) {
    reduceMembers(object);
    store.save(object);
  }
  for (const event of store.all('event')) {
    const { object } = event.data as { readonly object: AnyObject };
    if (!(ids.has(object.id) || isAbout(object)) || object.object === 'invoice') continue;
    reduceMembers(event.data);
    store.save(event);
  }
}

/** @param isAllPersonal whether a name or an address in it is a person's */
function reduceMembers(value: object, isAllPersonal = false): void {
  const members = value as { [name: string]: unknown };
  const isCustomer = isAllPersonal || members['object'] === 'customer';
  for (const [name, member] of Object.entries(members)) {
    if (FACTS.includes(name) || (isCustomer && OF_CUSTOMER.includes(name))) members[name] = null;
    else if (typeof member === 'object' && member !== null)
      reduceMembers(member, DETAILS.includes(name) || name === 'previous_attributes');
  }
}
