/** The command line is wrong; the message says how in one line. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const USAGE = `Usage: npm run --silent tollgate -- [--stack <name> [--region <region>]] <command>

  accounts create                    makes an account with an empty wallet and shows its id, as JSON
  wallet <accountId>                 what is available, held and spent, as JSON
  wallet credit <accountId> <usd>    adds money, "5" or "0.25"; --payment-id <id> makes it safe to repeat
  usage <accountId>                  the newest usage records as JSON lines; --limit <count>, 100 unless told,
                                     and a word on standard error when there are more
  keys create <accountId>            makes an API key and shows it, once, as JSON; --rules <file> says what it may do
                                     (docs/keys.md), as JSON
  keys list <accountId>              an account's keys with their rules, as JSON lines
  keys change <accountId> <keyId>    puts the rules of --rules <file> in the place of all that a key has
  token --as <role>                  an access token of a local run's user, an hour long: owner, admin, developer,
                                     billing, auditor or operator
  ledger verify                      replays the ledger; exits 1 when a balance differs
  ledger recompute <requestId>       works one charge out again from its usage and price; exits 1 when it differs
  receipts export <accountId>        an account's signed receipts as JSON lines: each tree, then its receipts
  receipts complete <accountId>      makes up for changes of usage records that were lost: opens a leaf for each record
                                     that has no receipt, which the next seal takes
  receipts key                       the published public keys, as PEM
  receipts verify <file>             checks an export, or answers of the API, and says what is wrong, line by line;
                                     exits 1 when anything is. --key <file> names the public keys; otherwise they
                                     are asked for as "receipts key" does
  init                               completes a deployment: providers' keys, first account, its API key;
                                     needs --stack; --credit <usd> opens its wallet with money

Without --stack a command works on the data folder: .tollgate/, or what TOLLGATE_DATA names. With it, on a
deployment in AWS: --stack tollgate-prod for the stage prod, with the credentials and, unless --region says
otherwise, the region that the AWS command line would use. "init" takes the providers' keys from a prompt or,
where standard input is no terminal, from there: a JSON object or lines of provider=key.`;
