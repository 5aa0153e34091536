import { access, constants, readdir, stat, statfs } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Finding } from "../../core/channel.ts";
import type { LoadedConfig } from "../../core/config.ts";
import { type StateLayout, stateLayout } from "../../core/state-dir.ts";

const subject = "state";
const LITTLE_SPACE_BYTES = 500_000_000;

/** Whether the gateway can keep what it must keep, who else can read it, and how much it is. */
export async function checkState({ config }: LoadedConfig): Promise<readonly Finding[]> {
  const layout = stateLayout(config.gateway.stateDir);
  const there = await stat(layout.root).catch(() => undefined);
  if (there === undefined) return [...(await checkParent(layout.root)), ...(await checkSpace(layout.root))];
  if (!there.isDirectory()) {
    const fix = "Move it away, or set gateway.stateDir to a folder.";
    return [{ level: "error", subject, text: `${layout.root} is a file, not a folder`, fix }];
  }
  if (!(await isWritable(layout.root))) return [notWritable(layout.root)];
  const isOpen = process.platform !== "win32" && (there.mode & 0o077) !== 0;
  return [
    { level: "ok", subject, text: `${layout.root}: ${await sizesOf(layout)}` },
    ...(isOpen ? [openToOthers(layout.root)] : []),
    ...(await checkSpace(layout.root)),
  ];
}

async function checkParent(root: string): Promise<readonly Finding[]> {
  const parent = await nearestFolder(root);
  if (!(await isWritable(parent))) return [notWritable(parent)];
  return [{ level: "ok", subject, text: `${root} is made at the first start` }];
}

function notWritable(folder: string): Finding {
  const fix = "Give it to the user who runs the gateway, or set gateway.stateDir to another folder.";
  return { level: "error", subject, text: `${folder} cannot be written`, fix };
}

function openToOthers(root: string): Finding {
  const text = `other users of this machine can read ${root}`;
  return { level: "warning", subject, text, fix: `chmod 700 ${root}` };
}

async function checkSpace(root: string): Promise<readonly Finding[]> {
  const { bavail, bsize } = await statfs(await nearestFolder(root));
  const free = bavail * bsize;
  if (free >= LITTLE_SPACE_BYTES) return [];
  const text = `only ${inMegabytes(free)} are free where ${root} is`;
  return [
    {
      level: "warning",
      subject,
      text,
      fix: "Make room: a full disk stops the gateway from taking messages.",
    },
  ];
}

async function sizesOf(layout: StateLayout): Promise<string> {
  const parts = [
    { name: "database", paths: [layout.database, `${layout.database}-wal`] },
    { name: "transcripts", paths: [layout.sessions] },
    { name: "media", paths: [layout.media] },
    { name: "logs", paths: [layout.logs] },
  ];
  const sizes = await Promise.all(
    parts.map(async ({ name, paths }) => {
      const bytes = await Promise.all(paths.map(sizeOf));
      return `${name} ${inMegabytes(bytes.reduce((sum, size) => sum + size, 0))}`;
    }),
  );
  return sizes.join(", ");
}

/** Bytes of a file, or of all files below a folder; 0 of what is not there. */
async function sizeOf(path: string): Promise<number> {
  const there = await stat(path).catch(() => undefined);
  if (there === undefined) return 0;
  if (!there.isDirectory()) return there.size;
  const names = await readdir(path, { recursive: true });
  const sizes = await Promise.all(
    names.map(async (name) => {
      const inside = await stat(join(path, name)).catch(() => undefined);
      return inside?.isFile() ? inside.size : 0;
    }),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** `path` itself, or the nearest folder above it that is there. */
async function nearestFolder(path: string): Promise<string> {
  for (let folder = path; ; folder = dirname(folder)) {
    const there = await stat(folder).catch(() => undefined);
    if (there?.isDirectory() || folder === dirname(folder)) return folder;
  }
}

async function isWritable(folder: string): Promise<boolean> {
  try {
    await access(folder, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    // The reason is the answer: it cannot be written.
    return false;
  }
}

function inMegabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
