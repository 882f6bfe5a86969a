// What a drawing says of a step.
import type { Step } from './workflow.ts';

/** Who works in a step and how, in one short line; empty where the id says it all. */
export function stepWords(step: Step): string {
  const words = wordsOf(step);
  return step.copy === true ? [words, 'in a copy'].filter((text) => text !== '').join(', ') : words;
}

function wordsOf(step: Step): string {
  switch (step.kind) {
    case 'agent':
      return step.agent;
    case 'ask':
      return 'asks a person';
    case 'set':
      return `sets ${Object.keys(step.set).join(', ')}`;
    case 'say':
      return `${step.from} tells ${[step.to].flat().join(', ')}`;
    case 'fact':
      return 'keeps a fact';
    case 'vote':
      return `${step.vote.rule} of ${step.vote.voters.join(', ')}`;
    case 'auction':
      return `offered to ${step.auction.bidders.join(', ')}`;
    case 'chat':
      return `talk of ${step.chat.members.join(', ')}`;
    case 'handoff':
      return `handoff from ${step.handoff.start}`;
    case 'team':
      return `${step.team.manager} leads ${step.team.members.join(', ')}`;
    case 'parallel':
      return parallelWords(step);
    case 'repeat':
      return `until ${step.repeat.until}, at most ${step.repeat.max} times`;
    case 'barrier':
      return `waits at ${step.barrier}${step.quorum === undefined ? '' : ` for ${step.quorum}`}`;
    case 'workflow':
      return `runs ${step.called.workflow} v${step.called.version}`;
    case 'steps':
      return '';
  }
}

function parallelWords({ join = 'all', onConflict }: Step & { readonly kind: 'parallel' }): string {
  return onConflict === undefined
    ? `side by side, ${join} must succeed`
    : `${join} must succeed; conflicts: ${onConflict.replace(':', ' ')}`;
}
