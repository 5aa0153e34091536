import { useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { type Block, BlockReader } from "../text/markdown.ts";
import { renderToken } from "../text/render.ts";
import { memo } from "./memo.ts";

/** An answer's text. While it grows only its last block is read and drawn again. */
export const MarkdownView = memo(({ text, isWhole }: { text: string; isWhole: boolean }) => {
  const reader = useMemo(() => new BlockReader(), []);
  const blocks = reader.read(text, isWhole);
  return (
    <div class="markdown" dir="auto">
      {blocks.map((block, at) => (
        <BlockView key={at} block={block} />
      ))}
    </div>
  );
});

const BlockView = memo(({ block }: { block: Block }) => {
  const place = useRef<HTMLDivElement>(null);
  const drawn = useRef<string | undefined>(undefined);
  useLayoutEffect(() => {
    // The same source looks the same, and replacing it would lose what is selected in it.
    if (drawn.current === block.source && !block.isOpen) return;
    drawn.current = block.source;
    place.current?.replaceChildren(renderToken(block.token));
  }, [block]);
  return <div class={`block ${block.isOpen ? "block-open" : ""}`} ref={place} />;
});
