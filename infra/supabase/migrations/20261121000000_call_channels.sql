-- Who may use a call's private channel on Supabase Realtime: the holder of a token whose claim `call` is the topic.
-- server/realtime/authorize.py says the same for the built-in hub; tests/vectors/authorize.json holds both together.
--
-- Realtime evaluates these policies on a probe row at each join (select) and first send (insert), with the token's
-- claims in auth.jwt() and the topic in realtime.topic(); it stores no broadcast. The extension is pinned: without that
-- a caller could have broadcasts persisted ('persistence') or track presence, which we never want.
--
-- Besides this, in the dashboard under Realtime > Settings: switch "Allow public access" off, or anybody with the
-- publishable key can use the project as a relay for messages. Nothing else belongs into this project: our tokens are
-- valid for its Data API, too.

do $$
begin
  if not (select relrowsecurity from pg_class where oid = 'realtime.messages'::regclass) then
    raise exception 'row level security is off on realtime.messages: these policies would protect nothing';
  end if;
end
$$;

drop policy if exists "call participants may listen" on realtime.messages;
create policy "call participants may listen" on realtime.messages
for select to authenticated
using (
  extension = 'broadcast'
  and (select realtime.topic()) ~ '^call-[A-Za-z0-9_-]{22}$'
  and (select auth.jwt() ->> 'call') = (select realtime.topic())
);

drop policy if exists "call participants may speak" on realtime.messages;
create policy "call participants may speak" on realtime.messages
for insert to authenticated
with check (
  extension = 'broadcast'
  and (select realtime.topic()) ~ '^call-[A-Za-z0-9_-]{22}$'
  and (select auth.jwt() ->> 'call') = (select realtime.topic())
);
