-- What came of something that the gateway itself asked, for whoever waits for it. Null again some time after the end.
alter table turn add column answer text;

-- What the gateway itself asked goes some time after it has ended, whatever becomes of the history around it.
create index inbox_errand on inbox (seq)
  where session is not null and json_extract(body, '$.errand.by') is not null;

-- Who has a conversation where is asked for by chat: jobs make ever more sessions that are in none.
create index session_chat on session (json_extract(body, '$.address.chat'), last_active_at);

create index session_job on session (last_active_at) where json_extract(body, '$.address.scope') = 'job';

-- Nothing was ever kept in these.
drop table cron_job;
drop table cron_run;

-- Jobs of people and agents; those of the configuration are in its file.
create table cron_job (
  seq integer primary key,
  id text not null unique,
  body text not null
) strict;

-- How jobs stand, whosever they are.
create table cron_state (
  origin text not null check (origin in ('config', 'people')),
  id text not null,
  body text not null,
  primary key (origin, id)
) strict, without rowid;

create table cron_run (
  seq integer primary key,
  job text not null,
  -- The time it was due, or was asked for.
  at integer not null,
  attempt integer not null,
  is_manual integer not null,
  body text not null,
  ended_at integer
) strict;

-- That a time is run once rests on this.
create unique index cron_run_name on cron_run (job, at, attempt, is_manual);
create index cron_run_job on cron_run (job, seq);
create index cron_run_open on cron_run (seq) where ended_at is null;
create index cron_run_ended on cron_run (ended_at) where ended_at is not null;
