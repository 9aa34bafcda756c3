import { ApiError } from '../http.ts';
import { createDemoModel } from './demo/demo.ts';
import { createEmbeddingModel } from './embedding.ts';
import type { ModelConfig, SimModel } from './model.ts';
import { parseScriptName } from './script-name.ts';
import { createScriptedModel } from './scripted.ts';

const UNLISTED_MAX = 1000;

export interface CatalogueOptions {
  readonly models: Readonly<Record<string, ModelConfig>>;
  /** What can be had by a pull. */
  readonly library: Readonly<Record<string, ModelConfig>>;
  readonly demoRatePerSecond: number;
  /** Whether names of the `sim-…` scheme answer without being installed. */
  readonly control: boolean;
}

/** The installed models, and those that names of the `sim-…` scheme stand for. */
export class Catalogue {
  readonly #options: CatalogueOptions;
  readonly #installed = new Map<string, SimModel>();
  readonly #library = new Map<string, SimModel>();
  readonly #unlisted = new Map<string, SimModel>();

  constructor(options: CatalogueOptions) {
    this.#options = options;
    this.reset();
  }

  /** Puts back the models of the configuration, with their faults counted from the start. */
  reset(): void {
    this.#unlisted.clear();
    this.#fill(this.#installed, this.#options.models);
    this.#fill(this.#library, this.#options.library);
  }

  list(): SimModel[] {
    return [...this.#installed.values()];
  }

  /** Finds a model by any spelling of its name; throws ApiError 404 with the name as given. */
  get(name: string): SimModel {
    const fullName = toFullName(name);
    const model = this.#installed.get(fullName) ?? this.#getUnlisted(fullName);
    if (model === undefined) {
      throw new ApiError(404, `model '${name}' not found`);
    }
    return model;
  }

  /** Finds what a pull of that name would install; returns undefined when there is none to be had. */
  findPullable(name: string): SimModel | undefined {
    const fullName = toFullName(name);
    return this.#installed.get(fullName) ?? this.#library.get(fullName) ?? this.#getUnlisted(fullName);
  }

  /** Lists a model among the installed ones. */
  install(model: SimModel): void {
    this.#installed.set(model.name, model);
  }

  #fill(models: Map<string, SimModel>, configs: Readonly<Record<string, ModelConfig>>): void {
    models.clear();
    for (const [name, config] of Object.entries(configs)) {
      const fullName = toFullName(name);
      models.set(fullName, this.#create(fullName, config));
    }
  }

  #getUnlisted(fullName: string): SimModel | undefined {
    const known = this.#unlisted.get(fullName);
    const script = this.#options.control ? parseScriptName(fullName) : undefined;
    if (known !== undefined || script === undefined) {
      return known;
    }
    if (this.#unlisted.size >= UNLISTED_MAX) {
      this.#unlisted.clear();
    }
    const model = createScriptedModel(fullName, script);
    this.#unlisted.set(fullName, model);
    return model;
  }

  #create(fullName: string, config: ModelConfig): SimModel {
    switch (config.kind) {
      case 'demo':
        return createDemoModel(fullName, { ratePerSecond: config.ratePerSecond ?? this.#options.demoRatePerSecond });
      case 'embedding':
        return createEmbeddingModel(fullName);
      case 'scripted':
        return createScriptedModel(fullName, config);
      default:
        return config satisfies never;
    }
  }
}

/** Spells a name as the catalogue does: lower case, the default registry and library left out, the tag spelled out. */
function toFullName(name: string): string {
  const short = name.toLowerCase().replace(/^(registry\.ollama\.ai\/)?(library\/)?/, '');
  return short.includes(':') ? short : `${short}:latest`;
}
