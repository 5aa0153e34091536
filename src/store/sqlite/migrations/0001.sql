-- One sequence numbers the rows of inbox, turn and outbox alike: what came later has the higher number,
-- whatever the clock said. Every other index is small or stays small: it holds open rows only, or rows
-- that somebody will ask for in exactly this order.

create table inbox (
  seq integer primary key,
  -- Address, agent and message id: the platform's name for the message.
  dedup text not null,
  -- The message as it came.
  body text not null,
  -- The message as hooks left it, if they changed it.
  heard text,
  recorded_at integer not null,
  -- Null until admission has decided.
  fate text check (fate in ('queued', 'refused', 'blocked', 'command', 'full', 'cancelled', 'overheard')),
  -- Set iff the history of that session shows the message.
  session text,
  priority integer not null default 0,
  -- Becomes one turn only with messages of the same key.
  merge_key text not null default '',
  -- 1 once it is too long ago to wait in full: a line of the next prompt.
  collapsed integer not null default 0,
  turn integer,
  -- Of a message that joined its turn on the way: what pi was handed, and where its transcript ended then.
  steered text,
  steered_at text,
  -- When it was settled without a session. Nothing shows it, so it goes after a while.
  dropped_at integer,
  -- The message that this one is a piece of, and until when another piece may come.
  part text,
  part_until integer
) strict;

create unique index inbox_dedup on inbox (dedup);
create index inbox_unsettled on inbox (seq) where fate is null;
create index inbox_waiting on inbox (session, seq) where fate = 'queued' and turn is null;
create index inbox_turn on inbox (turn) where turn is not null;
create index inbox_history on inbox (session, seq) where session is not null;
create index inbox_dropped on inbox (dropped_at) where dropped_at is not null;
create index inbox_part on inbox (part, seq) where part is not null;

-- What happened that is no message.
create table event (
  seq integer primary key,
  dedup text not null,
  body text not null,
  -- Null until it was acted on.
  done_at integer
) strict;

create unique index event_dedup on event (dedup);
create index event_unsettled on event (seq) where done_at is null;
create index event_done on event (done_at) where done_at is not null;

-- What was said and happened in a place without being said to the agent: lines of its next prompt there. A place
-- keeps the newest few.
create table chat_line (
  seq integer primary key,
  place text not null,
  -- What it is about: a later line about the same takes its place.
  about text not null,
  kind text not null check (kind in ('said', 'note')),
  text text not null
) strict;

create unique index chat_line_about on chat_line (place, about);
create index chat_line_place on chat_line (place, seq);

-- How far a session has read in a place.
create table chat_read (
  place text not null,
  session text not null,
  upto integer not null,
  primary key (place, session)
) strict, without rowid;

create index chat_read_upto on chat_read (upto);

create table turn (
  seq integer primary key,
  session text not null,
  state text not null check (state in ('running', 'released', 'done', 'failed', 'cancelled')),
  attempt integer not null,
  -- Who holds the lease; null unless running.
  worker text,
  -- When anybody may take it again: the end of the lease, or of the pause. Null once it has ended.
  due_at integer,
  -- What one attempt leaves to the next. Null again some time after the end.
  prompt text,
  position text,
  previews text default '[]',
  error text,
  ended_at integer,
  check ((due_at is null) = (state not in ('running', 'released')))
) strict;

-- Order inside a session rests on this: it has at most one turn that has not ended.
create unique index turn_unfinished on turn (session) where due_at is not null;
create index turn_due on turn (due_at) where due_at is not null;
create index turn_spent on turn (ended_at) where ended_at is not null and previews is not null;

-- A row per session in which something waits or runs.
create table queue (
  session text primary key,
  waiting integer not null,
  -- Those of `waiting` that are mere lines by now.
  collapsed integer not null default 0,
  -- No turn begins before: somebody is still writing, or pieces of a message may still come.
  quiet_until integer not null default 0,
  hold_until integer not null default 0,
  ready_at integer not null generated always as (max(quiet_until, hold_until)) virtual,
  -- 1 while the session has an unfinished turn. What follows counts only while it has none.
  busy integer not null,
  -- Since when the session waits for its next turn: its oldest message, or the end of its last turn.
  since integer not null,
  -- The oldest message that waits, and its priority.
  head integer not null,
  priority integer not null,
  ended_at integer not null default 0
) strict, without rowid;

create index queue_next on queue (busy, since, priority desc, head);
create index queue_quiet on queue (ready_at) where ready_at > 0 and busy = 0;

create table depth (
  only integer primary key check (only = 1),
  waiting integer not null
) strict;

insert into depth (only, waiting) values (1, 0);

create table outbox (
  seq integer primary key,
  key text not null,
  -- The line it stands in.
  chat text not null,
  address text not null,
  body text not null,
  -- The session whose history shows it.
  shown_in text,
  turn integer,
  posted_at integer not null,
  state text not null default 'pending' check (state in ('pending', 'sending', 'sent', 'dead')),
  attempt integer not null default 0,
  first_at integer,
  -- Who holds the lease; null unless sending.
  worker text,
  -- Set iff this is the head of its chat's line: when anybody may take it.
  due_at integer,
  maybe_sent integer not null default 0,
  plain integer not null default 0,
  preview_gone integer not null default 0,
  ref text,
  error text,
  ended_at integer
) strict;

create unique index outbox_key on outbox (key);
-- Order inside a chat rests on this: only one delivery of a chat can be taken at a time.
create unique index outbox_head on outbox (chat) where due_at is not null;
create index outbox_due on outbox (due_at) where due_at is not null;
create index outbox_line on outbox (chat, seq) where ended_at is null;
create index outbox_dead on outbox (ended_at) where state = 'dead';
create index outbox_ref on outbox (json_extract(ref, '$.id'), json_extract(ref, '$.address.chat'))
  where ref is not null;
create index outbox_history on outbox (shown_in, seq) where shown_in is not null;
create index outbox_spent on outbox (ended_at) where ended_at is not null and shown_in is null;

-- Emojis on a message, by the row in inbox or outbox that holds it; they go with it.
create table reaction (
  seq integer primary key,
  emojis text not null
) strict;

create trigger inbox_gone after delete on inbox begin delete from reaction where seq = old.seq; end;
create trigger outbox_gone after delete on outbox begin delete from reaction where seq = old.seq; end;

-- What turns have spent, by model.
create table usage (
  turn integer not null,
  model text not null,
  session text not null,
  agent text not null,
  channel text not null,
  sender text not null,
  input integer not null,
  output integer not null,
  cost real not null,
  at integer not null,
  primary key (turn, model)
) strict, without rowid;

-- A row per account: everybody's, and that of each agent, channel, person and session. A day or month that is
-- over begins anew with the next turn, so a look costs the same after a million turns.
create table usage_sum (
  subject text primary key,
  day text not null,
  day_input integer not null,
  day_output integer not null,
  day_cost real not null,
  month text not null,
  month_input integer not null,
  month_output integer not null,
  month_cost real not null,
  ever_input integer not null,
  ever_output integer not null,
  ever_cost real not null
) strict, without rowid;

create table session (
  key text primary key,
  body text not null,
  last_active_at integer not null
) strict;

create index session_active on session (last_active_at);

-- Sessions that were removed: what their history held up to here is no longer shown, and goes bit by bit.
create table forgotten (
  session text primary key,
  upto integer not null
) strict, without rowid;

-- People whom an owner has let in.
create table allowed (
  channel text not null,
  account text not null,
  sender text not null,
  sender_name text not null,
  -- Their private chat with us.
  address text not null,
  added_at integer not null,
  -- 1 for the one who was let in when nobody else was.
  is_first integer not null,
  primary key (channel, account, sender)
) strict, without rowid;

create unique index allowed_first on allowed (is_first) where is_first = 1;

-- Strangers who have asked to be let in. A row stays until it expires, so that a decision is known for a while.
create table pairing (
  channel text not null,
  account text not null,
  code text not null collate nocase,
  sender text not null,
  sender_name text not null,
  address text not null,
  -- The message that asked.
  asked_by text not null,
  state text not null default 'open' check (state in ('open', 'approved', 'denied')),
  expires_at integer not null,
  primary key (channel, account, code)
) strict;

create unique index pairing_subject on pairing (channel, account, sender);
create index pairing_expires on pairing (expires_at);

create table cron_job (
  id text primary key,
  body text not null
) strict;

create table cron_run (
  job text not null,
  scheduled_for integer not null,
  primary key (job, scheduled_for)
) strict, without rowid;

create index cron_run_time on cron_run (scheduled_for);

create table lease (
  name text primary key,
  worker text not null,
  until integer not null
) strict, without rowid;

create table state (
  namespace text not null,
  key text not null,
  value text not null,
  primary key (namespace, key)
) strict, without rowid;
