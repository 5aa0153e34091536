-- What came of something that the gateway itself asked, for whoever waits for it. Null again some time after the end.
alter table turn add column answer text;

-- What the gateway itself asked goes some time after it has ended, whatever becomes of the history around it.
create index inbox_errand on inbox (seq)
  where session is not null and json_extract(body, '$.errand.by') is not null;
