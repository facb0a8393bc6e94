/** The command line is wrong. The message says what to correct in one line. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const USAGE = `Usage: npm run --silent tollgate -- [--stack <name> [--region <region>]] <command>

Accounts and money
  accounts create                    create an account with an empty wallet and print its ID as JSON
  accounts holds <accountId> [<mode>]
                                     print how much its requests hold, as JSON, and set it first if a mode is given:
                                     "worst-case", or "rolling", with which the deployment's setting applies
  wallet <accountId>                 print what is available, held and spent, as JSON
  wallet credit <accountId> <usd>    add money, such as 5 or 0.25. With --payment-id <id> the command is safe to repeat
  wallet grant <accountId> <usd>     grant promotional credit, which is spent first. --reason <code> says why, such as
                                     "goodwill"; --expires <time>, as in 2027-01-01T00:00:00Z, ends it
  wallet line <accountId> <usd>      set the credit line, which can shrink by no more than is unused
  wallet refund <accountId> <paymentId> <usd>
                                     pay unused credit back to the payment method that bought it
  wallet statement <accountId> <month>
                                     print the statement of a month, such as 2026-11 (UTC), as JSON; with --csv for a
                                     spreadsheet, with --html as a page to print
  payments reconcile                 compare Stripe's movements of money with the ledger, and book what was missed. Prints
                                     each difference and then a summary, as JSON lines. Exit 1 when there is a
                                     difference. --from <time> and --to <time> set the period: the last 4 days
  payments exceptions                print the payments that could not be booked, as JSON lines
  payments resolve <paymentId> <code>
                                     take a payment that was dealt with off that list
  usage <accountId>                  print the newest usage records as JSON lines: 100, or --limit <count>. A note on
                                     standard error says when there are more
  usage complete <accountId>         count the usage records that are missing in the account's roll-ups: those from before
                                     there were any, and those whose changes were lost
  ledger verify                      replay the ledger. Exit 1 when a balance differs
  ledger recompute <requestId>       recompute one charge from its usage and price. Exit 1 when it differs

Keys
  keys create <accountId>            create an API key and print it, this once only, as JSON. --rules <file> limits it
                                     with rules in JSON (docs/keys.md). --role <arn> creates one without a secret, for
                                     workloads that have assumed an IAM role (docs/keyless.md). --payer <personId> names
                                     the member whom its requests count for; an account with members needs one
  keys list <accountId>              print the account's keys and their rules as JSON lines
  keys change <accountId> <keyId>    replace all rules of a key with those of --rules <file>
  keys rotate <accountId> <keyId>    replace a key with a new one, which is printed this once only, as JSON. The old key
                                     ends at once, or after --grace <seconds>, at most 30 days
  keys revoke <accountId> <keyId>    end a key at once and for good, and print what remains of it, as JSON

Budgets
  budgets show <accountId>           print the budgets of the account, its members and its labels, with what is used of
                                     each, as JSON
  budgets set <accountId>            replace them all with those of --rules <file>, in JSON (docs/budgets.md)

People
  operators list                     print the person IDs of all operators as JSON lines
  operators appoint <personId>       make a person an operator. They must have signed in once; GET /api/v1/me shows
                                     their ID
  operators dismiss <personId>       take the operator role away again
  token --as <role>                  print an access token, valid for one hour, for a user of a local run: owner, admin,
                                     developer, billing, auditor or operator

Exports
  exports request <accountId> --identity <check>
                                     have a copy of an account's data written for its owner, who gets a mail and alone can
                                     open it, and print the export as JSON. The audit log records how you made sure who
                                     asks: verified_email or identity_document
  exports list <accountId>           print the exports of the last seven days as JSON lines

Erasures
  erasures request <ownerId> --identity <check>
                                     have an account or a person erased after the grace period, and print the erasure as
                                     JSON. The audit log records how you made sure who asks, as for exports
  erasures show <ownerId>            print the erasure that is not over, and those that were cancelled within seven days,
                                     as JSON lines
  erasures cancel <ownerId> <erasureId>
                                     cancel an erasure in its grace period
  erasures resolve <ownerId> <erasureId> <decision>
                                     decide about an erasure that has stopped: refund or forfeit the credit that is left,
                                     or retry what has failed
  erasures hold <ownerId>            place a legal hold, which pauses an erasure
  erasures lift <ownerId>            lift it again
  erasures certificate <erasureId>   print the signed certificate of an erasure that is over, as JSON
  erasures verify <file>             check a certificate. Exit 1 when it is not valid. --key <file> gives the public keys;
                                     without it, they are fetched as "receipts key" does

Restrictions
  restrictions set <ownerId> --identity <check>
                                     restrict the processing of an account's or a person's data for them: their keys get 403,
                                     and statistics and optional mails stop. The audit log records how you made sure who
                                     asks, as for exports
  restrictions lift <ownerId> --identity <check>
                                     lift it again
  restrictions show <ownerId>        print since when there is a restriction, as JSON

Support
  support list [open|closed]         print everybody's threads in a state as JSON lines: open ones, the oldest first
  support show <personId> <threadId>
                                     print a thread and its messages as JSON lines
  support answer <personId> <threadId> --file <file>
                                     answer with the text of a file; a mail tells the person that there is an answer
  support close|reopen <personId> <threadId>
                                     close a thread, or reopen it

Receipts and audit logs
  receipts export <accountId>        print the account's signed receipts as JSON lines: each tree, then its receipts
  receipts complete <accountId>      recover receipts whose usage records never reached the sealer: open a leaf for each
                                     record without a receipt; the next seal includes it
  receipts key                       print the published public keys as PEM
  receipts verify <file>             check an export or saved API responses, and print each fault on a line. Exit 1 when
                                     there is one. --key <file> gives the public keys; without it, they are fetched as
                                     "receipts key" does
  parked list                        print the changes of usage records that a stream's function could not process, as JSON
                                     lines, without content
  parked replay                      process them from their records, once the cause is fixed. Exit 1 when one still
                                     cannot be read
  audit verify [<accountId>]         check the audit log of an account, of the "deployment", or without an ID all of
                                     them, for changed, removed and added events. Exit 1 when there are any.
                                     --file <path> checks an export or a folder of archived events instead
  audit export <accountId>           print an audit log, or that of the "deployment", as JSON lines: where it ends, then
                                     its events

Catalog
  catalog show                       print the catalog as JSON lines: version, settings, then each model with its price
  catalog diff [<file>]              compare the compiled price list, or that of a file, with what is served. A file
                                     counts as a partial list unless --complete is given
  catalog propose [<file>]           store a price list for approval and print its ID; the differences go to standard
                                     error
  catalog approve <proposalId>       put a proposal in force. --model <list>/<model>, repeatable, approves only these
  catalog markup <on> <basisPoints>  set the markup on "all", a <list> or a <list>/<model>: 250 is 2.5%, "none" removes
                                     the setting
  catalog provider <id> on|off       start or stop sending requests to a configured provider
  catalog hide|unhide <model>        hide a model, under all its names, or show it again
  catalog alias <name> <model>       add another public name for a model; "none" removes it
  catalog route <model> <providers>  set which providers serve a model, "a,b" in order, on --endpoints chat,messages;
                                     "none" restores the configured order
  catalog changes                    print the newest changes as JSON lines: 20, or --limit <count>
                                     Commands that change the catalog accept --from <time> to schedule the change, and
                                     --version <version> to make it only if the catalog still has that version

Deployment
  init                               set up a deployment: provider keys, a first account and its API key. Needs
                                     --stack; --credit <usd> adds money to the wallet
  payments keys                      store the API key and the webhook's signing secret at Stripe. Needs --stack. A new
                                     signing secret leaves the one before it valid too; a second run ends that

Without --stack, a command works on the data folder: .tollgate/, or the one that TOLLGATE_DATA names. With --stack,
such as --stack tollgate-prod for the stage prod, it works on a deployment in AWS, using the credentials and (unless
--region is given) the region of the AWS command line. "init" and "payments keys" prompt for the keys; when standard
input is not a terminal, they read them from there, as a JSON object or as lines of provider=key, or of apiKey=key and
webhookSecret=key.`;
