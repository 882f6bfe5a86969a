// What a session's records say about money: every charge with its run, turn, cause, model and day. Pure.
import { type Event, type EventOf, noUsage, type Usage } from '@monkey-coder/protocol';

/** Why something was charged. */
export type Cause =
  | 'turn'
  | 'repair after failed checks'
  | 'failed attempt'
  | 'cancelled call'
  | 'call lost in a crash'
  | 'sub-agent'
  | 'compaction'
  | 'stored answer';

/** One charge: one attempt of one model call. */
export interface Charge {
  readonly sessionId: string;
  readonly runId: string;
  readonly callId: string;
  /** 1-based, of the run. */
  readonly turn: number;
  readonly cause: Cause;
  /** `provider/model`. */
  readonly model: string;
  /** UTC day the run began or was gone on with, as the ledger counts it. */
  readonly day: string;
  readonly time: number;
  readonly costMicroUsd: number;
  /** The price is unknown: nothing was counted. */
  readonly isUnpriced: boolean;
  /** Of the whole call, with its last attempt. */
  readonly usage: Usage;
}

type Settled = EventOf<'budget.settled'>;
type Ended = EventOf<'model.ended' | 'model.failed'>;

/** All charges of one session, in order. What a fork copied from another session is counted there. */
export function chargesOf(events: readonly Event[]): Charge[] {
  const fold = new ChargeFold();
  for (const event of ownEvents(events)) fold.add(event);
  return fold.charges();
}

function ownEvents(events: readonly Event[]): readonly Event[] {
  const first = events[0];
  const copied = first?.type === 'session.started' ? (first.forkedFrom?.seq ?? -1) : -1;
  return events.filter((event) => event.seq > copied);
}

interface Call {
  readonly day: string;
  readonly turn: number;
  readonly asked: string;
  readonly isRepair: boolean;
  readonly settled: Settled[];
  ended?: Ended;
}

class ChargeFold {
  readonly #calls = new Map<string, Call>();
  #day = '';
  #isRepair = false;

  add(event: Event): void {
    switch (event.type) {
      case 'run.started':
      case 'run.resumed':
        this.#day = new Date(event.time).toISOString().slice(0, 10);
        this.#isRepair = event.type === 'run.resumed' && this.#isRepair;
        break;
      case 'message.added':
        if (event.origin === 'verification') this.#isRepair = true;
        else if (event.origin === 'user' && event.parentCallId === undefined) this.#isRepair = false;
        break;
      case 'model.started':
        this.#begin(event);
        break;
      case 'budget.settled':
        this.#calls.get(event.callId)?.settled.push(event);
        break;
      case 'model.ended':
      case 'model.failed':
        this.#end(event);
        break;
      default:
    }
  }

  #begin({ callId, turn, provider, model }: EventOf<'model.started'>): void {
    const call = { day: this.#day, turn, asked: `${provider}/${model}`, isRepair: this.#isRepair, settled: [] };
    this.#calls.set(callId, call);
  }

  #end(event: Ended): void {
    const call = this.#calls.get(event.callId);
    if (call) call.ended = event;
  }

  charges(): Charge[] {
    return [...this.#calls.values()].flatMap(chargesOfCall);
  }
}

function chargesOfCall(call: Call): Charge[] {
  const { ended, settled } = call;
  if (settled.length === 0) return ended?.type === 'model.ended' ? [chargeOf(call, ended, 'stored answer')] : [];
  return settled.map((one, index) => chargeOf(call, one, causeOf(call, index === settled.length - 1)));
}

function chargeOf(call: Call, event: Settled | Ended, cause: Cause): Charge {
  const isSettled = event.type === 'budget.settled';
  const isLast = !isSettled || event === call.settled.at(-1);
  return {
    sessionId: event.sessionId,
    runId: event.runId ?? '',
    callId: event.callId,
    turn: call.turn,
    cause,
    model: (isSettled ? event.model : undefined) ?? call.asked,
    day: call.day,
    time: event.time,
    costMicroUsd: isSettled ? event.amountMicroUsd : 0,
    isUnpriced: isLast && call.ended?.type === 'model.ended' && call.ended.costMicroUsd === null,
    usage: isLast ? (call.ended?.usage ?? noUsage) : noUsage,
  };
}

function causeOf({ ended, isRepair }: Call, isLast: boolean): Cause {
  if (ended === undefined) return isLast ? 'call lost in a crash' : 'failed attempt';
  if (isLast && ended.type === 'model.failed' && ended.failure.code === 'cancelled') return 'cancelled call';
  if (!isLast || ended.type === 'model.failed') return 'failed attempt';
  if (ended.parentCallId !== undefined) return 'sub-agent';
  if (ended.type === 'model.ended' && ended.purpose === 'compaction') return 'compaction';
  return isRepair ? 'repair after failed checks' : 'turn';
}
