import { z } from "zod";
import type { Reply } from "../../common/http-server.ts";
import type { Upload } from "../../common/multipart.ts";
import { ApiFailure, invalidParameter } from "../api-failure.ts";
import type { StoredFile } from "../file-store.ts";
import type { Post } from "../room.ts";
import { route } from "../route.ts";
import { findLiveMessage } from "./find.ts";

const IMAGE_BYTES = 10 * 1024 * 1024;
const FILE_BYTES = 30 * 1024 * 1024;
const DOWNLOAD_BYTES = 100 * 1024 * 1024;
const MAY_USE = ["im:resource"];
const FILE_TYPES = z.enum(["opus", "mp4", "pdf", "doc", "xls", "ppt", "stream"]);

export const RESOURCE_ROUTES = [
  route({
    name: "im.image.create",
    verb: "POST",
    path: "/open-apis/im/v1/images",
    scopes: MAY_USE,
    body: z.strictObject({ image_type: z.enum(["message", "avatar"]) }),
    serve: ({ world, app, files }) => {
      const image = uploaded(files, "image", IMAGE_BYTES);
      if (!isImage(image.bytes)) throw new ApiFailure(234011, "Can not recognize the image format.");
      return { image_key: world.files.add({ ...image, kind: "image", by: app }).key };
    },
  }),
  route({
    name: "im.image.get",
    verb: "GET",
    path: "/open-apis/im/v1/images/:image_key",
    scopes: MAY_USE,
    serve: ({ world, app, path }) => {
      const file = world.files.get(path("image_key"));
      if (file?.kind !== "image") throw new ApiFailure(234002, "Unauthorized.", { status: 401 });
      // Only what the app itself has uploaded.
      if (file.by !== app) throw new ApiFailure(234007, "The resource does not belong to this app.");
      return download(file);
    },
  }),
  route({
    name: "im.file.create",
    verb: "POST",
    path: "/open-apis/im/v1/files",
    scopes: MAY_USE,
    body: z.strictObject({
      file_type: FILE_TYPES,
      file_name: z.string().min(1),
      duration: z.coerce.number().int().optional(),
    }),
    serve: ({ world, app, body, files }) => {
      const file = uploaded(files, "file", FILE_BYTES);
      const stored = world.files.add({
        ...file,
        name: body.file_name,
        kind: "file",
        by: app,
        fileType: body.file_type,
        ...(body.duration === undefined ? {} : { durationMs: body.duration }),
      });
      return { file_key: stored.key };
    },
  }),
  route({
    name: "im.file.get",
    verb: "GET",
    path: "/open-apis/im/v1/files/:file_key",
    scopes: MAY_USE,
    serve: ({ world, app, path }) => {
      const file = world.files.get(path("file_key"));
      if (file?.kind !== "file" || file.by !== app) {
        throw new ApiFailure(234007, "The resource does not belong to this app.");
      }
      return download(file);
    },
  }),
  route({
    name: "im.messageResource.get",
    verb: "GET",
    path: "/open-apis/im/v1/messages/:message_id/resources/:file_key",
    scopes: ["im:message", "im:message:readonly"],
    query: z.strictObject({ type: z.enum(["image", "file"]) }),
    serve: ({ world, app, path, query }) => {
      const post = findLiveMessage(world, app, path("message_id"));
      if (["interactive", "sticker", "merge_forward"].includes(post.msgType)) {
        throw new ApiFailure(234043, "Unsupported message type.");
      }
      const file = world.files.get(path("file_key"));
      if (!file || !keysIn(post).has(file.key)) throw new ApiFailure(234003, "File not in msg.");
      if (file.kind !== query.type) throw invalidParameter("type does not match the file");
      if (file.bytes.length > DOWNLOAD_BYTES) throw new ApiFailure(234037, "Download file size over limit.");
      return download(file);
    },
  }),
];

function uploaded(files: ReadonlyMap<string, Upload>, field: string, most: number): Upload {
  const file = files.get(field);
  if (!file) throw new ApiFailure(234001, "Invalid request param.");
  if (file.bytes.length === 0) throw new ApiFailure(234010, "File's size can't be 0.");
  if (file.bytes.length > most) throw new ApiFailure(234006, "The file size exceed the max value.");
  return file;
}

function download({ name, mimeType, bytes }: StoredFile): Reply {
  return {
    status: 200,
    headers: {
      "content-type": mimeType || "application/octet-stream",
      "content-disposition": `attachment; filename="${encodeURIComponent(name)}"`,
    },
    body: bytes,
  };
}

/** Every key that stands somewhere in a message. */
function keysIn({ content }: Post): ReadonlySet<string> {
  return new Set(content.match(/(?:img|file)_v3_\w+/g) ?? []);
}

const MAGIC = [
  [0x89, 0x50, 0x4e, 0x47],
  [0xff, 0xd8, 0xff],
  [0x47, 0x49, 0x46, 0x38],
  [0x52, 0x49, 0x46, 0x46],
  [0x42, 0x4d],
];

function isImage(bytes: Uint8Array): boolean {
  return MAGIC.some((magic) => magic.every((byte, index) => bytes[index] === byte));
}
