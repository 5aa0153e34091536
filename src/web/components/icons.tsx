import type { JSX } from "preact";

const PATHS = {
  plus: "M10 4v12M4 10h12",
  menu: "M3 6h14M3 10h14M3 14h14",
  close: "M5 5l10 10M15 5L5 15",
  send: "M10 16V4.5M5 9.2l5-5 5 5",
  clip: "M15.5 9.2l-5.6 5.6a3.6 3.6 0 0 1-5.1-5.1l6-6a2.4 2.4 0 0 1 3.4 3.4l-6 6a1.2 1.2 0 0 1-1.7-1.7l5.2-5.2",
  pencil: "M12.5 4.5l3 3L7 16H4v-3zM10.8 6.2l3 3",
  trash: "M4 6h12M8 6V4h4v2M5.5 6l.7 10h7.6l.7-10M8.5 9v4.5M11.5 9v4.5",
  down: "M10 4v12M5 11l5 5 5-5",
  copy: "M7.5 7.5h8v8h-8zM4.5 12.5v-8h8",
  check: "M4 10.5l4 4 8-9",
  chevron: "M7.5 5l5 5-5 5",
  sun: "M10 7a3 3 0 1 0 0 6 3 3 0 0 0 0-6M10 2v2M10 16v2M2 10h2M16 10h2M4.3 4.3l1.4 1.4M14.3 14.3l1.4 1.4M4.3 15.7l1.4-1.4M14.3 5.7l1.4-1.4",
  moon: "M16 11.8A6.5 6.5 0 0 1 8.2 4 6.5 6.5 0 1 0 16 11.8z",
  half: "M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14M10 3v14M10 6h4.5M10 9h6.5M10 12h6.2M10 15h4",
  leave: "M8 4H4v12h4M12.5 6.5L16 10l-3.500 3.500M16 10H8",
  play: "M7 4.5l9 5.500-9 5.500z",
  file: "M5.500 3h6l3 3v11h-9zM11.500 3v3h3",
} as const;

export type IconName = keyof typeof PATHS | "stop";

/** A picture beside words or inside a labelled button; it says nothing by itself. */
export function Icon({ name }: { name: IconName }): JSX.Element {
  return (
    <svg class="icon" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true" focusable="false">
      {name === "stop" ? (
        <rect x="5.5" y="5.5" width="9" height="9" rx="2" fill="currentColor" />
      ) : (
        <path
          d={PATHS[name]}
          fill="none"
          stroke="currentColor"
          stroke-width="1.6"
          stroke-linecap="round"
          stroke-linejoin="round"
        />
      )}
    </svg>
  );
}

/** The mark of the product. */
export function Mark(): JSX.Element {
  return (
    <svg class="mark" viewBox="0 0 32 32" width="28" height="28" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="9" fill="var(--accent-solid)" />
      <path
        d="M8 12.5h16M12.5 12.5V23M19.5 12.5v7.2c0 2.2 1 3.3 3 3.3"
        fill="none"
        stroke="#fff"
        stroke-width="2.6"
        stroke-linecap="round"
        stroke-linejoin="round"
      />
    </svg>
  );
}
