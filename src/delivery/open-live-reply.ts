import type { Channel, ChannelStream, StreamingMode } from "../core/channel.ts";
import type { Address, Button, MessageRef } from "../core/message.ts";
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/logger.ts";
import { EditStream, canEdit } from "./edit-stream.ts";
import { accountPaceKey, nonceOf, paceKey } from "./keys.ts";
import { LiveReply } from "./live-reply.ts";
import type { Pacer } from "./pacer.ts";
import { type Quote, replyToOf } from "./reply-style.ts";

export interface LiveReplyContext {
  readonly channel: Channel;
  readonly to: Address;
  readonly turn: string;
  readonly mode: StreamingMode;
  /** What the answer quotes: the preview is sent with it, so that its edits keep it. */
  readonly quote: () => Quote | undefined;
  /** Previews that an interrupted attempt left: they are used again, not orphaned. */
  readonly previews: readonly MessageRef[];
  /** Below the answer as long as it grows, where the channel can. */
  readonly buttons?: readonly (readonly Button[])[];
  readonly onPage: (page: number, ref: MessageRef) => Promise<void>;
  readonly pacer: Pacer;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly log: Logger;
}

/** The preview this channel can do in this chat, or none: a native stream, else send-and-edit. */
export function openLiveReply(context: LiveReplyContext): LiveReply | undefined {
  const { channel, to, pacer, signal, mode } = context;
  if (mode === "off" || mode === "block" || channel.capabilities.showsTurnEvents) return undefined;
  if (!channel.openStream && !canEdit(channel)) return undefined;
  const key = paceKey(to);
  return new LiveReply({
    measure: channel.capabilities.text,
    openPage: (page) => openPage(context, page),
    onPage: context.onPage,
    pace: (closing) => pacer.preview(key, channel.capabilities.pace(to), AbortSignal.any([closing, signal])),
    hold: (ms, isAccountWide) => pacer.hold(isAccountWide ? accountPaceKey(to) : key, ms),
    previews: context.previews,
    nonceWindowMs: channel.capabilities.nonceWindowMs,
    clock: context.clock,
    log: context.log,
  });
}

async function openPage(context: LiveReplyContext, page: number): Promise<ChannelStream> {
  const { channel, to, signal, mode } = context;
  const adopt = context.previews[page];
  const nonce = nonceOf(`${context.turn}/preview/${page}`);
  const { buttons } = context;
  const below = buttons && channel.capabilities.previewButtons ? { buttons } : {};
  const options = { nonce, style: "rich", signal, ...replyToOf(context.quote(), page), ...below } as const;
  const native = adopt ? undefined : await channel.openStream?.(to, { ...options, mode });
  if (native) return native;
  return canEdit(channel) ? new EditStream(channel, to, options, adopt) : noStream;
}

/** For a chat in which the channel can neither stream nor edit: the final text comes alone. */
const noStream: ChannelStream = { ref: undefined, show: async () => {}, close: async () => {} };
