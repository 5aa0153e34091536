import { z } from "zod";
import type { BrowserAttachment, BrowserChannel } from "../../core/browser-channel.ts";
import type { GatewayControl } from "../../core/control.ts";
import { RequestError } from "../../core/errors.ts";
import type { QuestionDesk } from "../../core/question.ts";
import { parseSessionKey, type SessionKey } from "../../core/session-key.ts";
import type { History, Store } from "../../core/store.ts";
import { type Conversation, Conversations, type Routing } from "../conversation.ts";
import type { RunningTurn } from "../feed.ts";
import type { MethodCall, MethodTable } from "../methods.ts";
import type { SessionFeed } from "../session-feed.ts";

/** What one message may carry. */
export const MESSAGE_LIMITS = { attachments: 10, attachmentBytes: 20 * 1024 * 1024, textLength: 1_000_000 };

interface ChatMethodParts {
  readonly browser: BrowserChannel;
  readonly store: Pick<Store, "history">;
  readonly feed: SessionFeed;
  readonly control: Pick<GatewayControl, "abort">;
  /** Absent: each key is a session, and any agent will do. */
  readonly routing?: Routing | undefined;
  /** Takes answers to what people are asked. */
  readonly questions: Pick<QuestionDesk, "answer">;
}

const sessionKey = z.string().min(1).max(1000);

const attachmentSchema = z.looseObject({
  name: z.string().min(1).max(255),
  mimeType: z.string().regex(/^[\w.+-]+\/[\w.+-]+(;[^\n\r]*)?$/, "expected a type such as image/png"),
  base64: z.string().regex(/^[A-Za-z0-9+/]*={0,2}$/, "expected base64 without spaces or a data: prefix"),
});

const sendSchema = z.looseObject({
  text: z.string().max(MESSAGE_LIMITS.textLength).optional(),
  message: z.string().max(MESSAGE_LIMITS.textLength).optional(),
  sessionKey: sessionKey.optional(),
  idempotencyKey: z.string().min(1).max(200).optional(),
  attachments: z.array(attachmentSchema).default([]),
});

const historySchema = z.looseObject({
  sessionKey,
  limit: z.int().min(1).max(500).default(50),
  before: z.string().min(1).max(500).optional(),
});

const subscribeSchema = z.looseObject({
  sessionKey,
  sinceSeq: z.int().min(0).optional(),
  epoch: z.string().max(200).optional(),
});

const sessionSchema = z.looseObject({ sessionKey });

const answerSchema = z.looseObject({
  sessionKey,
  id: z.string().min(1).max(100),
  answer: z.union([z.string().max(MESSAGE_LIMITS.textLength), z.int(), z.boolean(), z.null()]),
});

/** Registers the `chat.*` methods: what a page, or any other client, needs to hold a conversation. */
export function registerChatMethods(methods: MethodTable, parts: ChatMethodParts): void {
  const conversations = new Conversations(parts.browser.name, parts.routing);
  const open = (text: string, call: MethodCall) =>
    conversations.open(conversations.read(text), call.principal);

  methods.register("chat.send", {
    access: "browser",
    params: sendSchema,
    run: (params, call) => send(parts, conversations, params, call),
  });
  methods.register("chat.history", {
    access: "browser",
    params: historySchema,
    run: ({ sessionKey: text, ...page }, call) => readHistory(parts, open(text, call), page),
  });
  methods.register("chat.abort", {
    access: "browser",
    params: sessionSchema,
    run: async ({ sessionKey: text }, call) => {
      const { named, session } = open(text, call);
      return { sessionKey: named, aborted: await parts.control.abort(session) };
    },
  });
  methods.register("chat.answer", {
    access: "browser",
    params: answerSchema,
    run: ({ sessionKey: text, id, answer }, call) => {
      const { named, session } = open(text, call);
      conversations.mayWrite(named);
      const given = parts.questions.answer(session, id, answer, senderOf(named, call));
      if (given === "taken") return { sessionKey: named, id };
      if (given === "closed") throw new RequestError("NOT_FOUND", "This question is not open any more.");
      throw new RequestError("BAD_REQUEST", "chat.answer: answer: this is no answer to the question");
    },
  });
  methods.register("chat.subscribe", {
    access: "browser",
    params: subscribeSchema,
    run: ({ sessionKey: text, sinceSeq, epoch }, call) => {
      const conversation = open(text, call);
      const since = sinceSeq === undefined ? undefined : { seq: sinceSeq, epoch };
      return { sessionKey: conversation.named, ...call.client.follow(conversation, since) };
    },
  });
  methods.register("chat.unsubscribe", {
    access: "browser",
    params: sessionSchema,
    run: ({ sessionKey: text }, call) => {
      const { named } = open(text, call);
      call.client.unfollow(named);
      return { sessionKey: named };
    },
  });
}

async function send(
  { browser }: ChatMethodParts,
  conversations: Conversations,
  params: z.output<typeof sendSchema>,
  call: MethodCall,
) {
  const text = params.text ?? params.message ?? "";
  const { attachments, idempotencyKey } = params;
  if (text.trim() === "" && attachments.length === 0) {
    throw new RequestError("BAD_REQUEST", "chat.send: text: expected something to say");
  }
  assertFits(attachments);
  const named =
    params.sessionKey === undefined
      ? conversations.fresh(idempotencyKey, text)
      : conversations.read(params.sessionKey);
  conversations.mayWrite(named);
  const conversation = conversations.open(named, call.principal);
  // Before the message is taken, so that no frame of its turn is missed; a client that does not follow
  // the session yet learns its key from the answer, and the frames come after that.
  if (!call.client.isFollowing(conversation)) {
    call.holdUntilAnswered(named);
    call.client.follow(conversation);
  }
  return browser.accept({
    text,
    sender: senderOf(named, call),
    sessionKey: named,
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    attachments: attachments.map(({ name, mimeType, base64 }) => ({ name, mimeType, base64 })),
  });
}

function senderOf(named: SessionKey, call: MethodCall) {
  const id = parseSessionKey(named)?.address.chat ?? named;
  const isOwner = call.principal.kind === "admin";
  return { id, name: isOwner ? "Owner" : "Visitor", isBot: false, isOwner, isSelfNamed: true };
}

function assertFits(attachments: readonly BrowserAttachment[]): void {
  const most = MESSAGE_LIMITS.attachments;
  if (attachments.length > most) {
    throw new RequestError("TOO_LARGE", `chat.send: attachments: at most ${most} in one message`);
  }
  const bytes = attachments.reduce((sum, { base64 }) => sum + Math.floor((base64.length * 3) / 4), 0);
  if (bytes > MESSAGE_LIMITS.attachmentBytes) {
    throw new RequestError("TOO_LARGE", "chat.send: attachments: at most 20 MiB together");
  }
}

/** A page of what was said, and the turn that runs, as of one moment. */
async function readHistory(
  { store, feed }: ChatMethodParts,
  { named, session }: Conversation,
  page: { readonly limit: number; readonly before?: string | undefined },
) {
  const { limit, before } = page;
  const read = () => store.history(session, { limit, ...(before === undefined ? {} : { before }) });
  let at = feed.position(session);
  let history = await read();
  // A turn that ended while we read may stand in neither: its row was not there yet, its text is no more.
  for (let tries = 0; tries < 3 && feed.position(session).settledSeq !== at.settledSeq; tries += 1) {
    at = feed.position(session);
    history = await read();
  }
  const now = feed.position(session);
  const running = before === undefined && now.running ? openTurn(now.running, history) : undefined;
  return {
    sessionKey: named,
    messages: history.rows,
    ...(history.cursor === undefined ? {} : { cursor: history.cursor }),
    ...(running ? { running } : {}),
    ...(before === undefined && now.questions.length > 0 ? { questions: now.questions } : {}),
    epoch: feed.epoch,
    seq: now.seq,
  };
}

/** Undefined when the store already has the turn's end: its last frame is on its way. */
function openTurn(running: RunningTurn, { rows }: History): RunningTurn | undefined {
  const asked = rows.filter((row) => row.role === "user" && running.messageIds.includes(row.id));
  const hasEnded = asked.length > 0 && asked.every(({ state }) => state !== "waiting" && state !== "running");
  return hasEnded ? undefined : running;
}
