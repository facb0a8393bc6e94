/** The only currency of wallets, as the processor writes it. */
export const CURRENCY = 'usd';
