import { TEST_CARDS } from '../payments/test-cards';
import { markup, type Html } from './html';

/** One button for each test card: `Pay with a card that works`. */
export const cardButtons = (verb: string): Html =>
  markup`<fieldset><legend>Test cards</legend>${TEST_CARDS.map(
    ({ name, label, last4 }) =>
      markup`<button name="card" value="${name}">${verb} ${label} <span class="note">(…${last4})</span></button>`,
  )}</fieldset>`;
