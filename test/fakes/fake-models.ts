import type { ModelCatalog } from "../../src/core/model-catalog.ts";
import { nameOf, resolveModel, thinkingLevelsOf } from "../../src/core/model-choice.ts";
import type { WireModel } from "../../src/core/rpc-protocol.ts";

/** The models of a pi that tests make up. The first is the usual one. */
export class FakeModels implements ModelCatalog {
  models: readonly WireModel[] = [
    { provider: "fake", id: "small" },
    { provider: "fake", id: "large", thinkingLevelMap: { xhigh: "xhigh", max: null } },
  ];

  list(): readonly string[] {
    return this.models.map(nameOf);
  }

  resolve(name: string): ReturnType<ModelCatalog["resolve"]> {
    const model = resolveModel(name, this.models);
    return model ? { id: nameOf(model) } : { nearest: [] };
  }

  async currentOf({ model }: { readonly model?: string }): Promise<string | undefined> {
    return model ?? this.list()[0];
  }

  levelsOf(model: string | undefined): readonly string[] {
    return thinkingLevelsOf(this.models.find((one) => nameOf(one) === model));
  }

  states(): readonly [] {
    return [];
  }
}
