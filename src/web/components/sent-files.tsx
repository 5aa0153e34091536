import { useComputed, useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { sizeText } from "../state/attachments.ts";
import type { FilePlace } from "../state/sent-files.ts";
import { strings } from "../text/strings.ts";
import type { SentFile } from "../wire/frames.ts";
import { useChat } from "./context.ts";
import { Icon } from "./icons.tsx";
import { memo } from "./memo.ts";

interface SentFilesProps {
  message: string;
  files: readonly SentFile[];
  /** What was said with them: the words for somebody who cannot see a picture. */
  caption: string;
}

/** Files that the agent sent with a message: pictures at once, the rest when somebody wants it. */
export const SentFiles = memo(({ message, files, caption }: SentFilesProps) => {
  const chat = useChat();
  const conversation = useComputed(() => chat.current.value);
  return (
    <ul class="sent-files">
      {files.map((file, index) => {
        const place = { conversation: conversation.value, message, index };
        return (
          <li key={index}>
            {isPicture(file) ? (
              <Picture file={file} place={place} alt={caption || file.name} />
            ) : (
              <OtherFile file={file} place={place} />
            )}
          </li>
        );
      })}
    </ul>
  );
});

/** More than this is not loaded unasked. */
const MOST_UNASKED = 12 * 1024 * 1024;

function isPicture({ mimeType, sizeBytes = 0 }: SentFile): boolean {
  return /^image\/(png|jpeg|gif|webp)$/.test(mimeType) && sizeBytes <= MOST_UNASKED;
}

interface FileProps {
  file: SentFile;
  place: FilePlace;
}

function Picture({ file, place, alt }: FileProps & { alt: string }) {
  const box = useRef<HTMLElement>(null);
  const { url, state, load } = useFile(place);
  useOnceSeen(box, () => void load());
  if (state === "failed") return <Broken file={file} retry={() => void load()} />;
  return (
    <figure class={`sent-picture ${file.kind === "sticker" ? "sent-sticker" : ""}`} ref={box}>
      {url === undefined ? (
        <span class="sent-waiting">{strings.fileLoading}</span>
      ) : (
        <a href={url} target="_blank" rel="noreferrer" aria-label={strings.fileOpen(file.name)}>
          <img src={url} alt={alt} decoding="async" />
        </a>
      )}
    </figure>
  );
}

/** A document to save; sound and film to play here. */
function OtherFile({ file, place }: FileProps) {
  const { url, state, load } = useFile(place);
  const isPlayed = /^(audio|video)\//.test(file.mimeType);
  if (state === "failed") return <Broken file={file} retry={() => void load()} />;
  if (isPlayed && url !== undefined) return <Player file={file} url={url} />;
  const open = async () => {
    const address = await load();
    if (address !== undefined && !isPlayed) save(address, file.name);
  };
  const label = isPlayed ? strings.filePlay(file.name) : strings.fileSave(file.name);
  return (
    <button type="button" class="sent-file" aria-label={label} onClick={() => void open()}>
      <Icon name={isPlayed ? "play" : "file"} />
      <span class="sent-name" dir="auto">
        {file.name}
      </span>
      <span class="sent-size">{state === "loading" ? strings.fileLoading : sizeOf(file)}</span>
    </button>
  );
}

function Player({ file: { mimeType, name }, url }: { file: SentFile; url: string }) {
  // What an agent sends has no captions to offer.
  // oxlint-disable jsx-a11y/media-has-caption
  return mimeType.startsWith("video/") ? (
    <video class="sent-video" src={url} controls autoPlay aria-label={name} />
  ) : (
    <audio class="sent-audio" src={url} controls autoPlay aria-label={name} />
  );
  // oxlint-enable jsx-a11y/media-has-caption
}

function Broken({ file, retry }: { file: SentFile; retry: () => void }) {
  return (
    <p class="sent-broken">
      <Icon name="file" /> {file.name}: {strings.fileFailed}{" "}
      <button type="button" class="link" onClick={retry}>
        {strings.retry}
      </button>
    </p>
  );
}

/** A file that is loaded when somebody asks for it. */
function useFile(place: FilePlace) {
  const { files } = useChat();
  const state = useSignal<"idle" | "loading" | "there" | "failed">("idle");
  const url = useSignal<string | undefined>(undefined);
  const load = async () => {
    if (state.value === "loading") return undefined;
    state.value = "loading";
    try {
      url.value = await files.address(place);
      state.value = "there";
      return url.value;
    } catch {
      // Whatever it was, the person can do no more than try again.
      state.value = "failed";
      return undefined;
    }
  };
  return { url: url.value, state: state.value, load };
}

/** Runs `work` once the element comes near what is looked at. */
function useOnceSeen(box: RefObject<HTMLElement | null>, work: () => void): void {
  useEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const watch = new IntersectionObserver(
      (seen) => {
        if (!seen.some((entry) => entry.isIntersecting)) return;
        watch.disconnect();
        work();
      },
      { root: element.closest(".scroller"), rootMargin: "600px 0px" },
    );
    watch.observe(element);
    return () => watch.disconnect();
  }, []);
}

function save(url: string, name: string): void {
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
}

const sizeOf = ({ sizeBytes }: SentFile) => (sizeBytes === undefined ? "" : sizeText(sizeBytes));
