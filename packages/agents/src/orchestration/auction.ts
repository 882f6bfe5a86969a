// A task given to whom it suits best (the contract net): announced, bid for, awarded, done; who fails is followed by the next best.
import type { Bid, JsonObject, StepResult } from '@monkey-coder/protocol';
import { type Crew, changesOf, costOf, failedStep, fieldOf, sideBySide } from './crew.ts';

/** A task to be given away. */
export interface AuctionOptions {
  readonly step: string;
  readonly task: string;
  readonly bidders: readonly string[];
  /** What a bid counts, e.g. `minutes`. */
  readonly unit: string;
  /** Which bid is best. Default `lowest`. */
  readonly choose?: 'lowest' | 'highest';
  readonly promptFor: (bidder: string, prompt: string, step: string) => string;
}

const bidShape: JsonObject = {
  type: 'object',
  required: ['takes', 'bid', 'plan'],
  properties: { takes: { type: 'boolean' }, bid: { type: 'number' }, plan: { type: 'string' } },
};

/** Gives the task away and has it done; the result is that of the one who did it. */
export async function awardTask(crew: Crew, auction: AuctionOptions): Promise<StepResult> {
  const { step, task, unit } = auction;
  const results = await askForBids(crew, auction);
  const bids = ranked(results, auction);
  const tried: StepResult[] = [];
  for (const bid of bids) {
    const own = `${step}.work.${bid.bidder}`;
    const reason = tried.length === 0 ? `best of ${bids.length} bids: ${bid.price} ${unit}` : 'the one before failed';
    crew.note({ type: 'task.awarded', step: own, task, bids, to: bid.bidder, reason });
    const prompt = `The task is yours. Do it as you said.\nTask: ${task}\nYour plan: ${bid.text}`;
    const result = await crew.ask({
      step: own,
      member: bid.bidder,
      prompt: auction.promptFor(bid.bidder, prompt, own),
    });
    tried.push(result);
    if (result.status === 'ok') {
      const all = [...results, ...tried];
      return { ...result, costMicroUsd: costOf(all), changes: changesOf(all) };
    }
  }
  if (bids.length === 0) crew.note({ type: 'task.awarded', step, task, bids, reason: 'nobody takes it' });
  const why = bids.length === 0 ? 'nobody takes the task' : `all ${bids.length} who took the task failed`;
  return failedStep(why, [...results, ...tried]);
}

function askForBids(crew: Crew, auction: AuctionOptions): Promise<StepResult[]> {
  const { step, task, bidders, unit } = auction;
  const prompt = `A task is offered: ${task}\nDo not do it yet. Answer with JSON: whether you take it, your honest bid in ${unit}, and your plan in a sentence.`;
  return sideBySide(
    bidders.map((bidder) => {
      const own = `${step}.bid.${bidder}`;
      return crew.ask({ step: own, member: bidder, prompt: auction.promptFor(bidder, prompt, own), answer: bidShape });
    }),
  );
}

/** Best first; among equals who is named first. */
function ranked(results: readonly StepResult[], { bidders, choose = 'lowest' }: AuctionOptions): Bid[] {
  const bids = results.flatMap(({ data }, index): Bid[] => {
    const price = fieldOf(data, 'bid');
    if (fieldOf(data, 'takes') !== true || typeof price !== 'number') return [];
    return [{ bidder: bidders[index] ?? '', price, text: String(fieldOf(data, 'plan') ?? '') }];
  });
  return bids.sort((a, b) => (choose === 'lowest' ? a.price - b.price : b.price - a.price));
}
