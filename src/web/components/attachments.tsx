import { useEffect, useRef } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { sizeText } from "../state/attachments.ts";
import { DEFAULT_LIMITS } from "../wire/read.ts";
import { strings } from "../text/strings.ts";
import { useComposer } from "./composer-state.ts";
import { useChat } from "./context.ts";
import { Icon } from "./icons.tsx";

function useLimits() {
  return useChat().welcome.value?.limits ?? DEFAULT_LIMITS;
}

/** Chooses files for the next message. */
export function AttachButton() {
  const composer = useComposer();
  const limits = useLimits();
  const input = useRef<HTMLInputElement>(null);
  const hint = strings.attachLimits(limits.attachmentCount, sizeText(limits.attachmentBytes));
  return (
    <>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        aria-label={strings.attach}
        onChange={(event) => {
          composer.attach([...(event.currentTarget.files ?? [])], limits);
          event.currentTarget.value = "";
          composer.field?.focus();
        }}
      />
      <button
        type="button"
        class="quiet-button"
        aria-label={strings.attach}
        title={`${strings.attach}: ${hint}`}
        onClick={() => input.current?.click()}
      >
        <Icon name="clip" />
      </button>
    </>
  );
}

/** The files that go with the next message, and why some were not taken. */
export function ChosenFiles() {
  const composer = useComposer();
  const limits = useLimits();
  const problems = {
    count: strings.tooManyFiles(limits.attachmentCount),
    size: strings.tooLargeFiles(sizeText(limits.attachmentBytes)),
    unreadable: strings.unreadableFile,
  };
  const { excess } = composer;
  return (
    <>
      {excess.value !== undefined && (
        <p class="composer-problem" role="alert">
          {problems[excess.value]}
        </p>
      )}
      {composer.files.value.length > 0 && (
        <ul class="chosen" aria-label={strings.attachedFiles}>
          {composer.files.value.map(({ id, file, preview }) => (
            <li key={id}>
              {preview === undefined ? <Icon name="file" /> : <img src={preview} alt="" />}
              <span class="chosen-name">{file.name}</span>
              <span class="chosen-size">{sizeText(file.size)}</span>
              <button
                type="button"
                class="quiet-button"
                aria-label={strings.removeFile(file.name)}
                onClick={() => composer.detach(id)}
              >
                <Icon name="close" />
              </button>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

/** Takes files that are dropped anywhere or pasted, and shows that it would. */
export function DropZone() {
  const composer = useComposer();
  const limits = useLimits();
  const isOver = useSignal(false);
  useEffect(() => {
    const ending = new AbortController();
    const on = <Name extends "dragover" | "dragleave" | "drop" | "paste">(
      name: Name,
      listener: (event: DocumentEventMap[Name]) => void,
    ) => document.addEventListener(name, listener, { signal: ending.signal });
    const take = (event: Event, files: FileList | undefined | null) => {
      if (!files || files.length === 0) return;
      event.preventDefault();
      composer.attach([...files], limits);
      composer.field?.focus();
    };
    on("dragover", (event) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      isOver.value = true;
    });
    on("dragleave", (event) => {
      if (event.relatedTarget === null) isOver.value = false;
    });
    on("drop", (event) => {
      isOver.value = false;
      take(event, event.dataTransfer?.files);
    });
    on("paste", (event) => take(event, event.clipboardData?.files));
    return () => ending.abort();
  }, [limits]);
  if (!isOver.value) return null;
  return (
    <div class="drop">
      <p>
        {strings.dropHere}
        <small>{strings.attachLimits(limits.attachmentCount, sizeText(limits.attachmentBytes))}</small>
      </p>
    </div>
  );
}
