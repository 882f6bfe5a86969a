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

/** A kind, how strongly its words speak for it, and the words. */
const signs: readonly (readonly [kind: WorkKind, weight: number, words: RegExp])[] = [
  [
    'bugfix',
    3,
    /\b(?:fix(?:e[sd]|ing)?|bugs?|broken|crash(?:es|ed)?|regressions?|fail(?:s|ing|ed|ure)?|wrong|errors?|exceptions?|traceback|stack trace|does(?:n't| not) work|debug)\b/iu,
  ],
  [
    'bugfix',
    3,
    /(?:^|[^\p{L}])(?:beheb\p{L}*|reparier\p{L}*|fehler\p{L}*|kaputt\p{L}*|corrig\p{L}*|arregla\p{L}*|fallo\p{L}*|répar\p{L}*|erreurs?|corregg\p{L}*|errori|consert\p{L}*|erros?)(?![\p{L}])/iu,
  ],
  [
    'testgen',
    4,
    /\b(?:(?:add|write|generate|create|missing|more|unit|integration|e2e)\b.{0,40}\btests?|tests? (?:for|that)|test coverage|coverage)\b/iu,
  ],
  [
    'testgen',
    4,
    /(?:^|[^\p{L}])(?:schreib\p{L}* .{0,30}tests?|tests? schreiben|escrib\p{L}* .{0,30}(?:tests?|pruebas)|écri\p{L}* .{0,30}tests?|scriv\p{L}* .{0,30}test|escrev\p{L}* .{0,30}testes?)(?![\p{L}])/iu,
  ],
  ['refactor', 4, /\b(?:refactor\w*|restructur\w*|clean(?:ing)? up|simplif\w+|renam\w+|extract\w*|dedup\w*|split)\b/iu],
  [
    'refactor',
    4,
    /(?:^|[^\p{L}])(?:refaktor\p{L}*|umbenenn\p{L}*|vereinfach\p{L}*|refactori[sz]\p{L}*|simplif\p{L}*|rinomin\p{L}*|renombr\p{L}*|renomm\p{L}*)/iu,
  ],
  [
    'docs',
    3,
    /\b(?:docs?|documentation|document|readme|changelog|docstrings?|jsdoc|comments?|dokumentation|dokumentier\w*|documentaci[oó]n|documentazione|documenta[cç][aã]o)\b/iu,
  ],
  ['review', 5, /\b(?:review|code review|audit the code|überprüf\w*|revis[aã]\w*)\b/iu],
  [
    'security',
    5,
    /\b(?:security|vulnerab\w+|cve-\d+|xss|csrf|injection|exploit\w*|sicherheit\w*|seguridad|sécurité|sicurezza|segurança)\b/iu,
  ],
  [
    'upgrade',
    5,
    /\b(?:upgrad\w+|bump|migrat\w+|update (?:the )?(?:dependenc\w+|packages?|version)|dependenc(?:y|ies)|aktualisier\w*|actualiz\w*)\b/iu,
  ],
  [
    'frontend',
    3,
    /\b(?:css|html|react|vue|svelte|component|button|page|layout|responsive|styl(?:e|ing)|ui|ux|dark mode|screenshot|frontend|front-end)\b/iu,
  ],
  [
    'buildlib',
    4,
    /\b(?:from scratch|new (?:project|library|package|app|service)|scaffold|bootstrap|implement the (?:library|package|module))\b/iu,
  ],
  ['feature', 2, /\b(?:add|implement|create|build|support|introduce|make|write|extend|enable)\b/iu],
  [
    'feature',
    2,
    /(?:^|[^\p{L}])(?:füge|hinzu\p{L}*|implementier\p{L}*|erstell\p{L}*|bau\p{L}*|añad\p{L}*|agreg\p{L}*|cre(?:a|ar|ate)|implement\p{L}*|ajout\p{L}*|cré\p{L}*|aggiung\p{L}*|adicion\p{L}*|crie)(?![\p{L}])/iu,
  ],
  [
    'research',
    3,
    /\b(?:research|find out|look up|search the web|which (?:library|tool)s?|compare|benchmark|recherchier\w*|vergleich\w*)\b/iu,
  ],
  ['plan', 4, /\b(?:plan|propose|design|architecture|roadmap|entwirf|plane|propon\w*)\b/iu],
  [
    'explain',
    3,
    /^(?:please )?(?:what|why|how|explain|describe|summari[sz]e|where|who|tell me|warum|wie|was|wo|erklär\w*|por qué|cómo|qué|explica|pourquoi|comment|expliqu\w*|perché|come|spiega|como|por que)(?![\p{L}])/iu,
  ],
];

/** The kind whose words speak loudest; the earlier of equals. Only the first 4,000 characters are looked at. */
export function workKindOf(prompt: string): WorkKind {
  const text = prompt.slice(0, 4000).trim();
  const scores = new Map<WorkKind, number>();
  for (const [kind, weight, words] of signs)
    if (words.test(text)) scores.set(kind, Math.max(scores.get(kind) ?? 0, weight));
  let best: WorkKind = 'other';
  for (const kind of workKinds) if ((scores.get(kind) ?? 0) > (scores.get(best) ?? 0)) best = kind;
  return best;
}
