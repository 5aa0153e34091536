/** The `process` that a plugin's code sees, and the end of what it has hung onto the real one. */
export interface PluginProcess extends Disposable {
  readonly process: object;
}

interface Added {
  readonly event: string | symbol;
  readonly listener: (...args: unknown[]) => void;
}

const ADDING = ["on", "addListener", "once", "prependListener", "prependOnceListener"] as const;

/**
 * The real process, but for two things: a plugin cannot end the gateway, and the listeners that it adds go
 * away with it.
 */
export function processFor(plugin: string): PluginProcess {
  let added: Added[] = [];
  const own = new Map<string | symbol, unknown>();
  for (const name of ["exit", "abort", "reallyExit"]) {
    own.set(name, () => {
      throw new Error(`The plugin ${plugin} called process.${name}(): a plugin cannot end the gateway.`);
    });
  }
  const seen: typeof process = new Proxy(process, {
    get: (target, key) => own.get(key) ?? boundTo(target, Reflect.get(target, key, target)),
    set: (target, key, value) => Reflect.set(target, key, value, target),
  });
  for (const name of ADDING) {
    own.set(name, (event: Added["event"], listener: Added["listener"]) => {
      added.push({ event, listener });
      process[name](event, listener);
      return seen;
    });
  }
  for (const name of ["off", "removeListener"] as const) {
    own.set(name, (event: Added["event"], listener: Added["listener"]) => {
      const at = added.findIndex((one) => one.event === event && one.listener === listener);
      added = added.filter((_one, index) => index !== at);
      process[name](event, listener);
      return seen;
    });
  }
  return {
    process: seen,
    [Symbol.dispose]: () => {
      for (const { event, listener } of added) process.removeListener(event, listener);
    },
  };
}

/** Methods of the process look at what they are called on; what they carry, such as `hrtime.bigint`, stays. */
function boundTo(target: object, member: unknown): unknown {
  if (typeof member !== "function") return member;
  return new Proxy(member, { apply: (fn, _this, args) => Reflect.apply(fn, target, args) });
}
