import { EmbeddedStore } from '../../lambdas/adapters/embedded/embedded-store';
import { WALLET } from '../../lambdas/contracts/storage/tables';

// A process of its own, to be killed: it writes on and on, and prints the number of each write once it is acknowledged.
const [file = ''] = process.argv.slice(2);
const store = EmbeddedStore.open({ file, clock: Date.now });

async function writeOn(): Promise<never> {
  for (let n = 1; ; n++) {
    const sk = String(n).padStart(9, '0');
    await store.transact([
      { table: WALLET, put: { pk: 'entries', sk, padding: 'x'.repeat(n % 500) } },
      { table: WALLET, update: { pk: 'balance', sk: 'balance' }, change: { add: { n: 1n } } },
    ]);
    // Lets the acknowledgement leave the process, so that it is the kill and not the pipe that ends the sequence.
    await new Promise((resolve) => process.stdout.write(`${n}\n`, resolve));
  }
}

await writeOn();
