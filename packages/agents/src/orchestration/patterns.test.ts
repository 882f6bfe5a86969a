// Patterns with a scripted crew: what they come to, and that cutting them off anywhere changes nothing.
import type { JsonValue, StepResult } from '@monkey-coder/protocol';
import { describe, expect, it } from 'vitest';
import { type CrewScript, createScriptedCrew } from '../testing/scripted-crew.ts';
import { awardTask } from './auction.ts';
import { breakerAfter, rejectionOf } from './breaker.ts';
import { holdChat } from './chat.ts';
import { type Crew, failedStep } from './crew.ts';
import { passOn } from './handoff.ts';
import { leadTeam } from './team.ts';
import { holdVote } from './vote.ts';

const promptFor = (_member: string, prompt: string): string => prompt;
const data = (value: JsonValue): Partial<StepResult> => ({ text: JSON.stringify(value), data: value });

interface Play {
  readonly script: CrewScript;
  readonly run: (crew: Crew) => Promise<StepResult>;
}

const vote: Play = {
  script: { member: ({ member }) => data({ option: member === 'c' ? 'tabs' : 'spaces', reason: member }) },
  run: (crew) =>
    holdVote(crew, {
      step: 'v',
      question: 'indent?',
      options: ['tabs', 'spaces'],
      voters: ['a', 'b', 'c'],
      rule: 'majority',
      promptFor,
    }),
};

const auction: Play = {
  script: {
    member: ({ step, member }) => {
      if (step.startsWith('w.bid'))
        return data({ takes: member !== 'c', bid: member === 'a' ? 5 : 9, plan: `${member} does it` });
      return member === 'a' ? undefined : 'done by b';
    },
  },
  run: (crew) => awardTask(crew, { step: 'w', task: 'paint', bidders: ['a', 'b', 'c'], unit: 'minutes', promptFor }),
};

const chat: Play = {
  script: {
    member: ({ step, member, prompt }) => {
      if (step.includes('lead'))
        return data({ done: prompt.includes('b: world'), next: prompt.includes('a: hello') ? 'b' : 'a' });
      if (step.endsWith('summary')) return 'hello world';
      return member === 'a' ? 'hello' : 'world';
    },
  },
  run: (crew) =>
    holdChat(crew, {
      step: 'c',
      subject: 'words',
      members: ['a', 'b'],
      turns: 'moderated',
      moderator: 'm',
      max: 9,
      promptFor,
    }),
};

const handoff: Play = {
  script: {
    member: ({ member, prompt }) => {
      if (member === 'triage') return data({ result: 'it is a bug', state: { file: 'x.js' }, to: 'fixer' });
      return data({ result: prompt.includes('x.js') ? 'fixed x.js' : 'lost', state: { file: 'x.js', fixed: true } });
    },
  },
  run: (crew) =>
    passOn(crew, {
      step: 'h',
      task: 'handle it',
      start: 'triage',
      routes: { triage: ['fixer'] },
      state: { type: 'object' },
      max: 5,
      promptFor,
    }),
};

const team: Play = {
  script: {
    person: (question) => (question.includes('Follow') ? 'yes' : 'no'),
    member: ({ step, member, prompt }) => {
      if (step.includes('plan')) return data({ facts: ['f'], plan: ['a looks', 'b does'] });
      if (step.includes('ledger'))
        return data({
          done: prompt.includes('b (do): built'),
          progress: true,
          next: prompt.includes('a (look)') ? 'b' : 'a',
          instruction: prompt.includes('a (look)') ? 'do' : 'look',
          answer: 'all built',
        });
      return member === 'a' ? 'seen' : 'built';
    },
  },
  run: (crew) =>
    leadTeam(crew, {
      step: 't',
      goal: 'build',
      manager: 'm',
      members: ['a', 'b'],
      maxRounds: 9,
      review: true,
      promptFor,
    }),
};

/** b has most to say, then a; then nobody. c cannot even say how much. */
const volunteers: Play = {
  script: {
    member: ({ step, member, prompt }) => {
      if (!step.includes('wish')) return `${member} speaks`;
      if (member === 'c') return undefined;
      const wants = prompt.includes('a: a speaks') ? 0 : member === 'b' ? 7 : 3;
      return data({ wants });
    },
  },
  run: (crew) =>
    holdChat(crew, { step: 'f', subject: 's', members: ['a', 'b', 'c'], turns: 'volunteer', max: 9, promptFor }),
};

const plays = { vote, auction, chat, volunteers, handoff, team };

describe('patterns', () => {
  it('come to their results', async () => {
    const results = await Promise.all(
      Object.values(plays).map(({ script, run }) => run(createScriptedCrew(script).crew)),
    );
    expect(results.map(({ status, text }) => `${status} ${text}`)).toEqual([
      'ok spaces',
      'ok done by b',
      'ok hello world',
      'ok a speaks',
      'ok fixed x.js',
      'ok all built',
    ]);
    expect(results[3]?.data).toEqual([
      { member: 'b', text: 'b speaks' },
      { member: 'a', text: 'a speaks' },
    ]);
    expect(results[4]?.data).toEqual({ file: 'x.js', fixed: true });
  });

  it.each(Object.entries(plays))(
    '%s: cut off anywhere, nobody is asked again and the end is the same',
    async (_name, play) => {
      const whole = createScriptedCrew(play.script);
      const expected = await play.run(whole.crew);
      for (let dieAfter = 0; dieAfter < whole.asked.length; dieAfter += 1) {
        const first = createScriptedCrew({ ...play.script, dieAfter });
        await expect(play.run(first.crew)).rejects.toThrow('cut off');
        const second = createScriptedCrew({ ...play.script, earlier: first.events });
        expect(await play.run(second.crew)).toEqual(expected);
        const steps = [...first.asked, ...second.asked].map(({ step }) => step);
        expect(steps.toSorted()).toEqual(whole.asked.map(({ step }) => step).toSorted());
        const keys = second.events.map(({ type, step }) => `${type} ${step}`);
        expect(new Set(keys).size).toBe(keys.length);
      }
    },
  );

  it('a vote without a majority decides nothing, or as it was told to', async () => {
    const member: CrewScript['member'] = (request) => data({ option: request.member === 'a' ? 'x' : 'y', reason: '' });
    const options = {
      step: 'v',
      question: '?',
      options: ['x', 'y'],
      voters: ['a', 'b'],
      rule: 'majority',
      promptFor,
    } as const;
    const none = createScriptedCrew({ member });
    expect(await holdVote(none.crew, options)).toMatchObject({ status: 'failed' });
    expect(await holdVote(createScriptedCrew({ member }).crew, { ...options, tie: 'first' })).toMatchObject({
      text: 'x',
    });
    const person = (question: string): string => (question.includes('take y') ? 'yes' : 'no');
    expect(await holdVote(createScriptedCrew({ member, person }).crew, { ...options, tie: 'ask' })).toMatchObject({
      text: 'y',
    });
    expect(none.events.find(({ type }) => type === 'consensus.reached')).not.toHaveProperty('decision');
  });

  it('one failing member sinks neither a conversation nor a team', async () => {
    const talk = createScriptedCrew({ member: ({ member }) => (member === 'a' ? undefined : 'still here') });
    expect(
      await holdChat(talk.crew, { step: 'c', subject: 's', members: ['a', 'b'], max: 4, promptFor }),
    ).toMatchObject({ status: 'ok', text: 'still here' });
    const silent = createScriptedCrew({ member: () => undefined });
    expect(
      await holdChat(silent.crew, { step: 'c', subject: 's', members: ['a', 'b'], max: 9, promptFor }),
    ).toMatchObject({ status: 'failed' });
    expect(silent.asked).toHaveLength(2);
  });

  it('a team without progress plans anew, and gives up when no plan is left', async () => {
    const member: CrewScript['member'] = ({ step }) => {
      if (step.includes('plan')) return data({ facts: [], plan: ['try'] });
      return step.includes('ledger')
        ? data({ done: false, progress: false, next: 'a', instruction: 'try' })
        : 'nothing';
    };
    const stuck = createScriptedCrew({ member });
    const end = await leadTeam(stuck.crew, {
      step: 't',
      goal: 'g',
      manager: 'm',
      members: ['a'],
      maxRounds: 40,
      stalls: 2,
      replans: 1,
      promptFor,
    });
    expect(end).toMatchObject({ status: 'failed', reason: expect.stringContaining('no new plan is left') });
    expect(stuck.events.filter((event) => event.type === 'ledger.changed' && event.ledger === 'task')).toHaveLength(2);
  });

  it('a manager knows the facts and what was changed, and says after the last round whether it is done', async () => {
    const prompts: string[] = [];
    const { crew } = createScriptedCrew({
      member: ({ step, prompt }) => {
        prompts.push(prompt);
        if (step.includes('plan')) return data({ facts: ['water is wet'], plan: ['a swims'] });
        if (!step.includes('ledger')) return { text: 'swam', changes: ['pool.txt'] };
        return data(
          prompt.includes('swam') ? { done: true, progress: true, answer: 'over' } : { done: false, progress: true },
        );
      },
    });
    const end = await leadTeam(crew, {
      step: 't',
      goal: 'swim',
      manager: 'm',
      members: ['a'],
      maxRounds: 1,
      promptFor,
    });
    expect(end).toMatchObject({ status: 'ok', text: 'over' });
    expect(prompts[1]).toContain('Known:\nwater is wet');
    expect(prompts[2]).toContain('A team works on this: swim');
    expect(prompts[3]).toContain('[changed pool.txt] swam');
  });

  it('a handoff along no route fails, and so does one without an end', async () => {
    const options = { step: 'h', task: 't', start: 'a', routes: { a: ['b'], b: ['a'] }, state: {}, max: 4, promptFor };
    const astray = createScriptedCrew({ member: () => data({ result: '', state: {}, to: 'c' }) });
    expect(await passOn(astray.crew, options)).toMatchObject({ reason: 'a may not hand to c' });
    const circle = createScriptedCrew({
      member: ({ member }) => data({ result: '', state: {}, to: member === 'a' ? 'b' : 'a' }),
    });
    expect(await passOn(circle.crew, options)).toMatchObject({ reason: expect.stringContaining('not done after 4') });
    expect(circle.asked).toHaveLength(4);
  });

  it('a member that fails three times in a row is left alone for two requests, then tried', () => {
    const events: Parameters<typeof breakerAfter>[0][number][] = [];
    const end = (step: string, result: StepResult): void => {
      events.push({ type: 'step.started', step, kind: 'agent', member: 'a' }, { type: 'step.finished', step, result });
    };
    const states = [0, 1, 2, 3, 4].map((n) => {
      const before = breakerAfter(events, 'a');
      end(`s${n}`, failedStep(before === 'open' ? rejectionOf('a') : 'broke'));
      return before;
    });
    expect(states).toEqual(['closed', 'closed', 'closed', 'open', 'open']);
    expect(breakerAfter(events, 'a')).toBe('half-open');
    expect(breakerAfter(events, 'b')).toBe('closed');
    end('s5', { ...failedStep(''), status: 'ok' });
    expect(breakerAfter(events, 'a')).toBe('closed');
  });
});
