import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Chat } from "../state/chat.ts";

const ChatContext = createContext<Chat | undefined>(undefined);

export const ChatProvider = ChatContext.Provider;

/** The page's one chat. */
export function useChat(): Chat {
  const chat = useContext(ChatContext);
  if (!chat) throw new Error("a component stands outside of ChatProvider");
  return chat;
}
