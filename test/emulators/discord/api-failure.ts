import { RESTJSONErrorCodes } from "discord-api-types/v10";

/** What is wrong with one field, such as `BASE_TYPE_MAX_LENGTH`. */
export interface FieldFault {
  readonly code: string;
  readonly message: string;
}

/** A request that Discord refuses, in its own words. */
export class ApiFailure extends Error {
  readonly status: number;
  readonly code: number;
  readonly errors: object | undefined;

  constructor(status: number, code: number, message: string, errors?: object) {
    super(message);
    this.status = status;
    this.code = code;
    this.errors = errors;
  }

  asAnswer(): object {
    const { code, message, errors } = this;
    return { message, code, ...(errors ? { errors } : {}) };
  }
}

/** The form of a request is wrong in one field; `path` is such as `embeds.0.title`. */
export function invalidForm(path: string, code: string, message: string): ApiFailure {
  let errors: object = { _errors: [{ code, message } satisfies FieldFault] };
  for (const part of path.split(".").toReversed()) errors = { [part]: errors };
  return new ApiFailure(400, RESTJSONErrorCodes.InvalidFormBodyOrContentType, "Invalid Form Body", errors);
}

export function tooLong(path: string, most: number): ApiFailure {
  return invalidForm(path, "BASE_TYPE_MAX_LENGTH", `Must be ${most} or fewer in length.`);
}

export function badLength(path: string, least: number, most: number): ApiFailure {
  return invalidForm(path, "BASE_TYPE_BAD_LENGTH", `Must be between ${least} and ${most} in length.`);
}

export function badChoice(path: string, choices: readonly unknown[]): ApiFailure {
  return invalidForm(path, "BASE_TYPE_CHOICES", `Value must be one of {${choices.join(", ")}}.`);
}

type Refusal = readonly [status: number, code: number, message: string];

const E = RESTJSONErrorCodes;
/** What is refused again and again, with the words of Discord. */
const REFUSALS = {
  unauthorized: [401, E.GeneralError, "401: Unauthorized"],
  notFound: [404, E.GeneralError, "404: Not Found"],
  unknownChannel: [404, E.UnknownChannel, "Unknown Channel"],
  unknownGuild: [404, E.UnknownGuild, "Unknown Guild"],
  unknownMember: [404, E.UnknownMember, "Unknown Member"],
  unknownMessage: [404, E.UnknownMessage, "Unknown Message"],
  unknownUser: [404, E.UnknownUser, "Unknown User"],
  unknownEmoji: [400, E.UnknownEmoji, "Unknown Emoji"],
  unknownWebhook: [404, E.UnknownWebhook, "Unknown Webhook"],
  unknownInteraction: [404, E.UnknownInteraction, "Unknown interaction"],
  unknownCommand: [404, E.UnknownApplicationCommand, "Unknown application command"],
  unknownSticker: [404, E.UnknownSticker, "Unknown Sticker"],
  unknownApplication: [404, E.UnknownApplication, "Unknown Application"],
  mostPins: [400, E.MaximumNumberOfPinsReachedForTheChannel, "Maximum number of pins reached (50)"],
  mostReactions: [400, E.MaximumNumberOfReactionsReached, "Maximum number of reactions reached (20)"],
  mostCommands: [
    400,
    E.MaximumNumberOfApplicationCommandsReached,
    "Maximum number of application commands reached (100).",
  ],
  mostCommandsToday: [
    400,
    E.MaximumDailyApplicationCommandCreatesReached,
    "Max number of daily application command creates has been reached (200)",
  ],
  tooLarge: [413, E.RequestEntityTooLarge, "Request entity too large"],
  acknowledged: [400, E.InteractionHasAlreadyBeenAcknowledged, "Interaction has already been acknowledged."],
  inForum: [400, E.CannotSendAMessageInAForumChannel, "Cannot send a message in a forum channel"],
  missingAccess: [403, E.MissingAccess, "Missing Access"],
  inDm: [403, E.CannotExecuteActionOnDMChannel, "Cannot execute action on a DM channel"],
  notAuthor: [
    403,
    E.CannotEditMessageAuthoredByAnotherUser,
    "Cannot edit a message authored by another user",
  ],
  empty: [400, E.CannotSendAnEmptyMessage, "Cannot send an empty message"],
  cannotDm: [403, E.CannotSendMessagesToThisUser, "Cannot send messages to this user"],
  notText: [400, E.CannotSendMessagesInNonTextChannel, "Cannot send messages in a non-text channel"],
  missingPermissions: [403, E.MissingPermissions, "Missing Permissions"],
  bulkCount: [
    400,
    E.ProvidedTooFewOrTooManyMessagesToDelete,
    "Provided too few or too many messages to delete. Must provide at least 2 and fewer than 100 messages to delete.",
  ],
  bulkOld: [
    400,
    E.OneOfTheMessagesProvidedWasTooOldForBulkDelete,
    "You can only bulk delete messages that are under 14 days old.",
  ],
  system: [403, E.CannotExecuteActionOnSystemMessage, "Cannot execute action on a system message"],
  wrongChannelType: [
    400,
    E.CannotExecuteActionOnThisChannelType,
    "Cannot execute action on this channel type",
  ],
  webhookToken: [401, E.InvalidWebhookToken, "Invalid Webhook Token"],
  badJson: [400, E.RequestBodyContainsInvalidJSON, "The request body contains invalid JSON."],
  archived: [400, E.InvalidActionOnArchivedThread, "Thread is archived"],
  locked: [403, E.ThreadLocked, "Thread is locked"],
  noHistory: [
    400,
    E.CannotReplyWithoutPermissionToReadMessageHistory,
    "Cannot reply without permission to read message history",
  ],
  hasThread: [400, E.ThreadAlreadyCreatedForMessage, "A thread has already been created for this message"],
  apiVersion: [400, E.InvalidAPIVersion, "Invalid API version"],
  badSticker: [400, E.InvalidStickerSent, "Invalid sticker sent"],
} as const satisfies Record<string, Refusal>;

/** One of the usual refusals. */
export function refused(what: keyof typeof REFUSALS): ApiFailure {
  const [status, code, message] = REFUSALS[what];
  return new ApiFailure(status, code, message);
}
