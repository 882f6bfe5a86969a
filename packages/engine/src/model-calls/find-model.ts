// Finds where a run's model is called, with which keys, and who answers when it does not.
import {
  availableProviders,
  type Catalogue,
  type EffectivePrice,
  findLocalServers,
  type ModelTarget,
  priceLookup,
  resolveModelName,
  resolveTarget,
  Secret,
  type TargetRequest,
} from '@monkey-coder/models';
import { errorMessage, isMonkeyError } from '@monkey-coder/protocol';
import type { Homes } from '../config/homes.ts';
import type { KeyCommands } from '../config/key-command.ts';
import { firstKeys, type KeySources, knownKeys, promisedKey } from '../config/known-keys.ts';
import { mayCallModel } from '../config/policy.ts';
import type { Settings } from '../config/settings.ts';
import { userCatalogue } from '../config/user-catalogue.ts';

/** What finding a model depends on. */
export interface ModelSources extends KeySources {
  readonly settings: Settings;
  readonly homes: Homes;
  readonly keyCommands: KeyCommands;
  readonly now: () => number;
}

/** One place where a model can be called, and what it costs there. */
export interface FoundCandidate {
  readonly target: ModelTarget;
  /** Price now; undefined when unknown. */
  readonly price: EffectivePrice | undefined;
  /** Price of a model of the same provider at a time, by the name a reply gives. */
  readonly priceFor: (model: string, at: number) => EffectivePrice | undefined;
}

/** A model that was found, and who stands in for it. */
export interface FoundModel extends FoundCandidate {
  /** In order: further keys of the same model, then the fallback models with their keys. */
  readonly alternatives: readonly FoundCandidate[];
  /** What the user should know, one sentence each. */
  readonly notes: readonly string[];
}

/** Finds models; reads the catalogue and the keys once. */
export interface ModelFinder {
  /** Finds a model and who stands in for it. Local servers are looked for only when nothing else answers the name. */
  find(wanted: string | undefined): Promise<FoundModel>;
  /** The models that can be called with the keys there are, or those the settings allow: one place each, with a known price. */
  choosable(): FoundCandidate[];
}

/** Makes a finder. */
export function createModelFinder(sources: ModelSources, signal: AbortSignal): ModelFinder {
  const finder = new Finder(sources, signal);
  return {
    async find(wanted) {
      const [first, ...otherKeys] = await finder.candidates(wanted);
      const { fallbacks, notes } = await finder.fallbacks(first.target);
      return { ...first, alternatives: [...otherKeys, ...fallbacks], notes };
    },
    choosable: () => finder.choosable(),
  };
}

/** Most models that are chosen among. */
const mostChoosable = 10;

class Finder {
  readonly #sources: ModelSources;
  readonly #signal: AbortSignal;
  readonly #catalogue: Catalogue;
  readonly #keys: Readonly<Record<string, readonly string[]>>;

  constructor(sources: ModelSources, signal: AbortSignal) {
    this.#sources = sources;
    this.#catalogue = userCatalogue(sources.settings, sources.homes.state);
    this.#signal = signal;
    this.#keys = knownKeys(sources);
  }

  /** A model with each of its keys, the first one first. */
  async candidates(wanted: string | undefined): Promise<[FoundCandidate, ...FoundCandidate[]]> {
    const target = await this.#withPromisedKey(await this.#locate(wanted));
    // What signs requests comes with names that belong to it: it has no stand-in.
    const isPlain = target.key !== null && target.auth !== 'aws-sigv4';
    const others = (isPlain ? (this.#keys[target.provider] ?? []) : []).filter(
      (key) => key !== target.key?.reveal() && key !== promisedKey,
    );
    return [this.#priced(target), ...others.map((key) => this.#priced({ ...target, key: new Secret(key) }))];
  }

  async fallbacks(first: ModelTarget): Promise<{ readonly fallbacks: FoundCandidate[]; readonly notes: string[] }> {
    const { fallback } = this.#sources.settings;
    const own = `${first.provider}/${first.model}`;
    const fallbacks: FoundCandidate[] = [];
    const notes: string[] = [];
    for (const name of fallback[own] ?? fallback[first.model] ?? fallback['*'] ?? []) {
      try {
        const found = await this.candidates(name);
        if (found[0].price === undefined)
          notes.push(`the price of the fallback ${name} is unknown: it is not used under a cap`);
        if (`${found[0].target.provider}/${found[0].target.model}` !== own) fallbacks.push(...found);
      } catch (error) {
        notes.push(`the fallback ${name} cannot be used: ${errorMessage(error)}`);
      }
    }
    return { fallbacks, notes };
  }

  choosable(): FoundCandidate[] {
    const { router, policies } = this.#sources.settings;
    const found = new Map<string, FoundCandidate>();
    for (const name of router.models.length > 0 ? router.models : this.#tierNames()) {
      const candidate = this.#asIs(name);
      const isAllowed =
        candidate !== undefined &&
        mayCallModel(policies, `${candidate.target.provider}/${candidate.target.model}`).kind === 'allowed';
      // What cannot be priced cannot be weighed; a model served here is priced at nothing, and is chosen among where it is named.
      if (isAllowed && candidate.price !== undefined)
        found.set(`${candidate.target.provider}/${candidate.target.model}`, candidate);
    }
    return [...found.values()].slice(0, mostChoosable);
  }

  /** The tiers of each provider with a key. What an own base URL serves is not known: its default alone. */
  #tierNames(): string[] {
    const { now } = this.#sources;
    const request = this.#request(undefined);
    return availableProviders(request).flatMap((provider) => {
      if (this.#asIs(provider)?.target.isOwnBaseUrl) return [provider];
      return ['smart', 'fast', 'reasoning'].flatMap((tier) => {
        const found = resolveModelName(tier, { catalogue: this.#catalogue, now: now(), available: [provider] });
        return found.kind === 'found' && found.facts.provider === provider ? [`${provider}/${found.facts.id}`] : [];
      });
    });
  }

  /** A name where it can be called; no command runs for its key. */
  #asIs(name: string): FoundCandidate | undefined {
    try {
      return this.#priced(resolveTarget(this.#request(name)));
    } catch (error) {
      if (isMonkeyError(error)) return undefined;
      throw error;
    }
  }

  #request(model: string | undefined): TargetRequest {
    const { settings, environment, now } = this.#sources;
    return {
      model,
      env: environment,
      keys: firstKeys(this.#keys),
      baseUrls: Object.fromEntries(Object.entries(settings.providers).map(([id, entry]) => [id, entry.baseUrl])),
      catalogue: this.#catalogue,
      now: now(),
    };
  }

  async #locate(wanted: string | undefined): Promise<ModelTarget> {
    const request = this.#request(wanted);
    try {
      return resolveTarget(request);
    } catch (error) {
      const mayBeLocal =
        isMonkeyError(error) &&
        (error.code === 'model.unreachable' || (error.code === 'auth.missing-key' && wanted === undefined));
      if (!mayBeLocal) throw error;
      const localServers = await findLocalServers(this.#signal);
      if (localServers.length === 0) throw error;
      return resolveTarget({ ...request, localServers });
    }
  }

  async #withPromisedKey(target: ModelTarget): Promise<ModelTarget> {
    const command = this.#sources.settings.providers[target.provider]?.apiKeyCommand;
    if (command === undefined || target.key?.reveal() !== promisedKey) return target;
    return { ...target, key: new Secret(await this.#sources.keyCommands(target.provider, command)) };
  }

  #priced(target: ModelTarget): FoundCandidate {
    const listed = priceLookup(this.#catalogue, target);
    const priceFor: FoundCandidate['priceFor'] = (model, at) =>
      ownPrice(this.#sources.settings, target, model) ?? listed(model, at);
    return { target, price: priceFor(target.model, this.#sources.now()), priceFor };
  }
}

/** A price of the user's own settings, USD per million tokens there, micro-USD here. */
function ownPrice(settings: Settings, target: ModelTarget, model: string): EffectivePrice | undefined {
  const { prices } = settings;
  const own = prices[`${target.provider}/${model}`] ?? prices[`${target.provider}/${target.model}`];
  return own && { input: own.input * 1_000_000, output: own.output * 1_000_000 };
}
