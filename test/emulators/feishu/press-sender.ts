import { z } from "zod";
import { ApiFailure } from "./api-failure.ts";
import { checkCard, findButton, isPart, type CardPart } from "./card-shape.ts";
import type { EventSender } from "./event-sender.ts";
import { oldPressBody, pressEvent } from "./events.ts";
import type { Press } from "./press.ts";
import type { Post } from "./room.ts";
import type { User } from "./user.ts";
import type { World } from "./world.ts";

const TOKEN_USES = 2;
const TRIGGER = "card.action.trigger";

const TOAST = z.looseObject({
  type: z.enum(["info", "success", "error", "warning"]).optional(),
  content: z.string(),
});
const ANSWER = z.strictObject({
  toast: TOAST.optional(),
  card: z.strictObject({ type: z.enum(["raw", "card_json"]), data: z.looseObject({}) }).optional(),
});

/** Tells apps of pressed buttons, and shows people what the app answers within three seconds. */
export class PressSender {
  readonly #world: World;
  readonly #events: EventSender;

  constructor(world: World, events: EventSender) {
    this.#world = world;
    this.#events = events;
  }

  press(by: User, post: Post, label: string, { form }: { form?: Readonly<Record<string, unknown>> }): Press {
    const { card } = post;
    const button = card && findButton(card.card, label);
    if (!card || !button)
      throw new Error(`there is no button ${label} in ${JSON.stringify(card?.card ?? {})}`);
    if (button["disabled"] === true) throw new Error(`the button ${label} is disabled`);
    const press: Press = {
      token: this.#world.ids.make("c-", 40),
      post,
      app: card.app,
      by,
      atMs: this.#world.clock.now(),
      state: "waiting",
      toast: undefined,
      usesLeft: TOKEN_USES,
    };
    this.#world.presses.set(press.token, press);
    void this.#ask(press, actionOf(button, form));
    return press;
  }

  async #ask(press: Press, action: CardPart): Promise<void> {
    const { app, post, by, token } = press;
    const { card } = post;
    if (!app.subscriptions.has(TRIGGER)) {
      this.#world.withheld.push({ app, type: TRIGGER, why: "not subscribed" });
      this.#fail(press);
      return;
    }
    if (card) card.waitingPresses++;
    const isOld = app.cardShape === "v1";
    const body = isOld
      ? oldPressBody(post, by, app, token, action)
      : this.#events.envelope(app, TRIGGER, pressEvent(post, by, app, token, action));
    const subject = { type: TRIGGER, chat: post.room.id };
    const outcome = await this.#events.ask(app, subject, body, isOld ? "card" : "event");
    if (card) card.waitingPresses--;
    if (outcome.isTaken) this.#show(press, outcome.answer ?? {}, isOld);
    else this.#fail(press);
    this.#world.changed();
  }

  #show(press: Press, said: unknown, isOld: boolean): void {
    try {
      const answer = ANSWER.parse(isOld ? asAnswer(said) : said);
      if (answer.card) checkCard(answer.card.data);
      press.state = "answered";
      if (answer.toast) press.toast = { type: answer.toast.type ?? "info", content: answer.toast.content };
      if (answer.card && press.post.card) this.#world.showCard(press.post.card, answer.card.data);
    } catch (error) {
      if (!(error instanceof z.ZodError) && !(error instanceof ApiFailure)) throw error;
      this.#world.complain(`${TRIGGER}: the answer is none: ${JSON.stringify(said)}`);
      this.#fail(press);
    }
  }

  #fail(press: Press): void {
    press.state = "failed";
    press.toast = { type: "error", content: "The app did not answer. Try again later." };
    this.#world.changed();
  }
}

/** In the older form the answer is the card itself. */
function asAnswer(said: unknown): unknown {
  if (!isPart(said) || "toast" in said || Object.keys(said).length === 0) return said;
  return { card: { type: "raw", data: said } };
}

function actionOf(button: CardPart, form: Readonly<Record<string, unknown>> | undefined): CardPart {
  const behaviors = Array.isArray(button["behaviors"]) ? button["behaviors"].filter(isPart) : [];
  const callback = behaviors.find(({ type }) => type === "callback");
  const value = callback?.["value"] ?? button["value"];
  if (value === undefined && !form) throw new Error("the button tells the app nothing");
  return {
    ...(value === undefined ? {} : { value }),
    tag: "button",
    timezone: "Asia/Shanghai",
    ...(typeof button["name"] === "string" ? { name: button["name"] } : {}),
    ...(form ? { form_value: form } : {}),
  };
}
