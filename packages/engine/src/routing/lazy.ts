// What is loaded only where a choice is made or explained: in the command line it is a file of its own.
export { decideRoute, explainDecision, routingContext } from './decide-route.ts';
export { decideStrategy } from './decide-strategy.ts';
export { laterSignals } from './later-signals.ts';
export { createRouterStore } from './router-store.ts';
