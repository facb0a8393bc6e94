const AUXILIARIES = words(
  'is are was were be been has have had does do did may might can could must cannot shall should will would',
);
const CONNECTIVES = words('of that what which whose who whom whatever and but nor or as because although than');
/** A title may begin with one of these when a comma follows: "after the deadline, the hold expires". */
const PREPOSITIONS = words(
  'for with without from by to in at on under before after when while where until unless within',
);
const VERBS = words(
  `accepts adds agrees allows asks becomes begins brings carries catches checks closes comes commits compares completes
   contains covers creates cuts deletes denies discards draws drops ends fails finds fits follows forgets gets gives goes
   grows guesses hands happens hides ignores keeps knows lacks lasts learns leaves lets loses looks makes matches meets
   moves needs opens outlasts outlives passes pays prints proves puts reaches reads rejects refuses remembers removes
   renders replaces replays resolves returns runs says sees sends serves shows speaks spends stays stops survives takes
   tells throws tolerates touches tries turns uses verifies waits works writes yields come become begin commit give keep
   serve take tell stay say refuse allow`,
);
/** Nouns and verbs alike: verbs where an object follows. */
const AMBIGUOUS = words(
  'answers calls changes charges costs counts declares expires holds limits lists names reports requests routes states',
);
const DETERMINERS = words('a an the its their no nothing what each every all only both it them one as for to by in');

/** @returns why the title does not stand alone in a log; undefined when it does */
export function titleFault(title: string): string | undefined {
  const [first = '', second = ''] = title.toLowerCase().split(/\s+/);
  const lacksSubject =
    AUXILIARIES.has(first) ||
    CONNECTIVES.has(first) ||
    VERBS.has(first) ||
    (PREPOSITIONS.has(first) && !title.includes(',')) ||
    (AMBIGUOUS.has(first) && DETERMINERS.has(second));
  return lacksSubject ? `the test title "${title}" has no subject` : undefined;
}

function words(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/));
}
