import type { Link, Table } from "mdast";
import { plainText } from "./plain.ts";

/** Links of a table whose address cannot be read in it, of those that `isLinkable`. */
export function tableLinks(table: Table, isLinkable: (url: string) => boolean): Link[] {
  const cells = table.children.flatMap((row) => row.children);
  const links: Link[] = cells.flatMap(({ children }) => children.filter((child) => child.type === "link"));
  return links.filter((link) => !isRead(link) && isLinkable(link.url));
}

function isRead(link: Link): boolean {
  return plainText(link) === link.url.replace(/^mailto:/i, "");
}
