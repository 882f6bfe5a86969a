// The kind of work a request asks for, from its words: English first, and the commonest words of German, Spanish, French, Italian and Portuguese.

/** Kinds of work that evidence is kept by. `other` where the words do not tell. */
export const workKinds = [
  'bugfix',
  'testgen',
  'refactor',
  'docs',
  'review',
  'upgrade',
  'security',
  'frontend',
  'buildlib',
  'feature',
  'research',
  'plan',
  'explain',
  'other',
] as const;
/** One kind of work. */
export type WorkKind = (typeof workKinds)[number];

/** A kind, how strongly its words speak for it, and the words in lower case. Plain classes: Unicode's take V8 milliseconds to compile. */
const signs: readonly (readonly [kind: WorkKind, weight: number, words: RegExp])[] = [
  [
    'bugfix',
    3,
    /\b(?:fix(?:e[sd]|ing)?|bugs?|broken|crash(?:es|ed)?|regressions?|fail(?:s|ing|ed|ure)?|wrong|errors?|exceptions?|traceback|stack trace|does(?:n't| not) work|debug)\b/,
  ],
  [
    'bugfix',
    3,
    /(?:^|[^a-zà-ÿ])(?:beheb[a-zà-ÿ]*|reparier[a-zà-ÿ]*|fehler[a-zà-ÿ]*|kaputt[a-zà-ÿ]*|corrig[a-zà-ÿ]*|arregla[a-zà-ÿ]*|fallo[a-zà-ÿ]*|répar[a-zà-ÿ]*|erreurs?|corregg[a-zà-ÿ]*|errori|consert[a-zà-ÿ]*|erros?)(?![a-zà-ÿ])/,
  ],
  [
    'testgen',
    4,
    /\b(?:(?:add|write|generate|create|missing|more|unit|integration|e2e)\b.{0,40}\btests?|tests? (?:for|that)|test coverage|coverage)\b/,
  ],
  [
    'testgen',
    4,
    /(?:^|[^a-zà-ÿ])(?:schreib[a-zà-ÿ]* .{0,30}tests?|tests? schreiben|escrib[a-zà-ÿ]* .{0,30}(?:tests?|pruebas)|écri[a-zà-ÿ]* .{0,30}tests?|scriv[a-zà-ÿ]* .{0,30}test|escrev[a-zà-ÿ]* .{0,30}testes?)(?![a-zà-ÿ])/,
  ],
  ['refactor', 4, /\b(?:refactor\w*|restructur\w*|clean(?:ing)? up|simplif\w+|renam\w+|extract\w*|dedup\w*|split)\b/],
  [
    'refactor',
    4,
    /(?:^|[^a-zà-ÿ])(?:refaktor[a-zà-ÿ]*|umbenenn[a-zà-ÿ]*|vereinfach[a-zà-ÿ]*|refactori[sz][a-zà-ÿ]*|simplif[a-zà-ÿ]*|rinomin[a-zà-ÿ]*|renombr[a-zà-ÿ]*|renomm[a-zà-ÿ]*)/,
  ],
  [
    'docs',
    3,
    /\b(?:docs?|documentation|document|readme|changelog|docstrings?|jsdoc|comments?|dokumentation|dokumentier\w*|documentaci[oó]n|documentazione|documenta[cç][aã]o)\b/,
  ],
  ['review', 5, /\b(?:review|code review|audit the code|überprüf\w*|revis[aã]\w*)\b/],
  [
    'security',
    5,
    /\b(?:security|vulnerab\w+|cve-\d+|xss|csrf|injection|exploit\w*|sicherheit\w*|seguridad|sécurité|sicurezza|segurança)\b/,
  ],
  [
    'upgrade',
    5,
    /\b(?:upgrad\w+|bump|migrat\w+|update (?:the )?(?:dependenc\w+|packages?|version)|dependenc(?:y|ies)|aktualisier\w*|actualiz\w*)\b/,
  ],
  [
    'frontend',
    3,
    /\b(?:css|html|react|vue|svelte|component|button|page|layout|responsive|styl(?:e|ing)|ui|ux|dark mode|screenshot|frontend|front-end)\b/,
  ],
  [
    'buildlib',
    4,
    /\b(?:from scratch|new (?:project|library|package|app|service)|scaffold|bootstrap|implement the (?:library|package|module))\b/,
  ],
  ['feature', 2, /\b(?:add|implement|create|build|support|introduce|make|write|extend|enable)\b/],
  [
    'feature',
    2,
    /(?:^|[^a-zà-ÿ])(?:füge|hinzu[a-zà-ÿ]*|implementier[a-zà-ÿ]*|erstell[a-zà-ÿ]*|bau[a-zà-ÿ]*|añad[a-zà-ÿ]*|agreg[a-zà-ÿ]*|cre(?:a|ar|ate)|implement[a-zà-ÿ]*|ajout[a-zà-ÿ]*|cré[a-zà-ÿ]*|aggiung[a-zà-ÿ]*|adicion[a-zà-ÿ]*|crie)(?![a-zà-ÿ])/,
  ],
  [
    'research',
    3,
    /\b(?:research|find out|look up|search the web|which (?:library|tool)s?|compare|benchmark|recherchier\w*|vergleich\w*)\b/,
  ],
  ['plan', 4, /\b(?:plan|propose|design|architecture|roadmap|entwirf|plane|propon\w*)\b/],
  [
    'explain',
    3,
    /^(?:please )?(?:what|why|how|explain|describe|summari[sz]e|where|who|tell me|warum|wie|was|wo|erklär\w*|por qué|cómo|qué|explica|pourquoi|comment|expliqu\w*|perché|come|spiega|como|por que)(?![a-zà-ÿ])/,
  ],
];

/** The kind whose words speak loudest; the earlier of equals. Only the first 4,000 characters are looked at. */
export function workKindOf(prompt: string): WorkKind {
  const text = prompt.slice(0, 4000).trim().toLowerCase();
  const scores = new Map<WorkKind, number>();
  for (const [kind, weight, words] of signs)
    if (words.test(text)) scores.set(kind, Math.max(scores.get(kind) ?? 0, weight));
  let best: WorkKind = 'other';
  for (const kind of workKinds) if ((scores.get(kind) ?? 0) > (scores.get(best) ?? 0)) best = kind;
  return best;
}
