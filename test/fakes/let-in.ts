import type { Address } from "../../src/core/message.ts";
import type { Store } from "../../src/core/store.ts";

/** Makes somebody one whom an owner has let in, behind everybody's back. */
export async function letIn(store: Store, address: Address, senderId: string): Promise<void> {
  const { channel, account } = address;
  const code = Bun.hash.wyhash(senderId).toString(36).slice(0, 8).toUpperCase();
  const whom = { channel, account, senderId, senderName: senderId, address };
  const pairing = { ...whom, code, askedBy: "", expiresAtMs: Number.MAX_SAFE_INTEGER };
  await store.access.openPairing(pairing, 1000);
  await store.access.approvePairing(pairing, () => []);
}
