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
                                     (docs/keys.md), as JSON. --role <arn> makes one without a secret, for workloads
                                     that have assumed an IAM role (docs/keyless.md)
  keys list <accountId>              an account's keys with their rules, as JSON lines
  keys change <accountId> <keyId>    puts the rules of --rules <file> in the place of all that a key has
  keys rotate <accountId> <keyId>    makes a key in the place of another and shows it, once, as JSON; the other ends at
                                     once, or after --grace <seconds>, 30 days at most
  keys revoke <accountId> <keyId>    ends a key at once and for good, and shows what is left of it, as JSON
  operators list                     who runs the deployment, by their ids
  operators appoint <personId>       makes a person an operator who has signed in once: GET /api/v1/me shows their id
  operators dismiss <personId>       ends that
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
  audit verify [<accountId>]         follows the audit log of an account, of the "deployment", or without a name all of
                                     them, and says what was changed, taken out or put in; exits 1 when anything was.
                                     --file <path> checks an export, or a folder of archived events, where it is
  audit export <accountId>           an audit log as JSON lines: where it ends, then its events; or "deployment"
  catalog show                       the catalog as JSON lines: its version, what is set, each model with its price
  catalog diff [<file>]              how a price list differs from what is served: a file's, or the compiled one;
                                     a file is taken as some models unless it is --complete
  catalog propose [<file>]           keeps a price list for approval and shows its id and, on standard error, the diff
  catalog approve <proposalId>       puts it in force; --model <list>/<model>, once or more, for these only
  catalog markup <on> <basisPoints>  on the cost of all, of a <list> or a <list>/<model>; 250 is 2.5 %, "none" is none
  catalog provider <id> on|off       lets a configured provider have requests, or not
  catalog hide|unhide <model>        takes a model out of the list, under all its names
  catalog alias <name> <model>       another public name for a model; "none" takes it away
  catalog route <model> <providers>  which providers serve a model, "a,b" in order; --endpoints chat,messages
                                     where; "none" as configured
  catalog changes                    the newest changes as JSON lines; --limit <count>, 20 unless told
                                     What changes the catalog takes --from <time>, and --version <version> to be made
                                     only on the version that was shown
  init                               completes a deployment: providers' keys, first account, its API key;
                                     needs --stack; --credit <usd> opens its wallet with money

Without --stack a command works on the data folder: .tollgate/, or what TOLLGATE_DATA names. With it, on a
deployment in AWS: --stack tollgate-prod for the stage prod, with the credentials and, unless --region says
otherwise, the region that the AWS command line would use. "init" takes the providers' keys from a prompt or,
where standard input is no terminal, from there: a JSON object or lines of provider=key.`;
