import type { Connection } from "../src/store/sqlite/connection.ts";
import { sessionOf } from "../test/contracts/store-words.ts";

/** How many sessions share the rows. The first one has every tenth row, so that one is long too. */
const SESSIONS = 500;

/**
 * Fills a store with `count` answered messages: as many ended turns, sent replies, and, of every
 * tenth, something that came to nothing. Written behind the verbs' back, because a million take time.
 */
export function addFinishedRows(connection: Connection, count: number): void {
  const chat = `iif(i % 10 = 0, 0, i % ${SESSIONS})`;
  const session = `'${sessionOf("old")}' || ${chat}`;
  const body = (id: string) =>
    `'{"id":"' || ${id} || '","address":{"channel":"test","account":"default","scope":"dm","chat":"old' || ${chat}
     || '"},"sender":{"id":"u","name":"U","isBot":false},"text":"${"A question of ordinary length. ".repeat(4)}",'
     || '"attachments":[],"isForBot":true,"sentAtMs":0}'`;
  const numbers = `with recursive n(i) as (select 1 union all select i + 1 from n where i < ${count})`;
  connection.write(() => {
    for (const sql of [
      `insert into inbox (seq, dedup, body, recorded_at, fate, session, priority, turn)
         select i * 4, '["test","default","dm","old' || ${chat} || '",null,null,"' || i || '"]', ${body("i")},
           i, 'queued', ${session}, 5, i * 4 + 1 from n`,
      `insert into inbox (seq, dedup, body, recorded_at, fate, dropped_at)
         select i * 4 + 3, 'refused' || i, ${body("'r' || i")}, i, 'refused', i from n where i % 10 = 0`,
      `insert into turn (seq, session, state, attempt, prompt, position, ended_at)
         select i * 4 + 1, ${session}, 'done', 1, '${"A prompt. ".repeat(12)}', 'entry', i from n`,
      `insert into outbox (seq, key, chat, address, body, shown_in, turn, posted_at, state, attempt, first_at, ref, ended_at)
         select i * 4 + 2, 'old' || i || '/0', '["test","default","old' || ${chat} || '"]', '{}',
           '{"message":{"kind":"text","markdown":"${"An answer of ordinary length. ".repeat(8)}"}}',
           iif(i % 10 = 5, null, ${session}), i * 4 + 1, i, iif(i % 10 = 5, 'dead', 'sent'), 1, i,
           '{"id":"1"}', i from n`,
      `insert into usage (turn, model, session, agent, channel, sender, input, output, cost, at)
         select i * 4 + 1, 'x/y', ${session}, 'main', 'test', 'test:u', 1, 1, 0.01, i from n`,
      `insert into session (key, body, last_active_at)
         select ${session}, '{"key":"' || ${session} || '"}', i from n where i <= ${SESSIONS}
         on conflict (key) do nothing`,
    ]) {
      connection.database.run(sql.replace(/ from n\b/, " from n").replace(/^insert/, `${numbers} insert`));
    }
  });
}
