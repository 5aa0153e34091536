import type { ApiCall, FeishuApi } from "./api.ts";
import { toChannelError } from "./errors.ts";

/** Calls to Feishu that reject with `ChannelError` only. */
export class Calls {
  readonly #api: FeishuApi;

  constructor(api: FeishuApi) {
    this.#api = api;
  }

  /** `mayRepeat` is false for a call that may put a second copy of a message into a chat. */
  async make<T = unknown>(
    call: ApiCall,
    { mayRepeat }: { mayRepeat: boolean } = { mayRepeat: true },
  ): Promise<T> {
    try {
      return await this.#api.call<T>(call);
    } catch (error) {
      throw toChannelError(error, `${call.method} ${call.path}`, { mayRepeat });
    }
  }
}
