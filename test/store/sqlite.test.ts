import { storeContract } from "../contracts/store.ts";
import { openTemporaryStore } from "./temporary-store.ts";

storeContract("SQLite", openTemporaryStore);
