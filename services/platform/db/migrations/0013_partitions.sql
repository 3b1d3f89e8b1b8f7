-- Makes the partition of a period, once. Attaching it lets others read and write the table meanwhile, which making it in
-- its place would not: nobody waits behind a long export.
CREATE OR REPLACE FUNCTION ensure_event_partition(wanted integer) RETURNS void LANGUAGE plpgsql AS $$
DECLARE partition text := 'events_' || wanted;
BEGIN
	IF to_regclass(partition) IS NOT NULL THEN RETURN; END IF;
	PERFORM pg_advisory_xact_lock(7203914002);
	-- By query: what another session has made meanwhile isn't in this one's cache of names yet.
	IF EXISTS (SELECT FROM pg_class WHERE relname = partition AND relispartition) THEN RETURN; END IF;
	EXECUTE format('CREATE TABLE %I (LIKE events INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING INDEXES)', partition);
	EXECUTE format('ALTER TABLE events ATTACH PARTITION %I FOR VALUES FROM (%s) TO (%s)', partition, wanted, wanted + 1);
END $$;
