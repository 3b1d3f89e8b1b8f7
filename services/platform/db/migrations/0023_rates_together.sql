DROP FUNCTION admit_request;
--> statement-breakpoint
DROP TABLE rate_flights;
--> statement-breakpoint
CREATE TABLE "rate_flights" (
	"subject" text NOT NULL,
	"process" text NOT NULL,
	"flights" bigint NOT NULL,
	"ends_at" timestamp with time zone NOT NULL,
	CONSTRAINT "rate_flights_subject_process_pk" PRIMARY KEY("subject","process")
);
--> statement-breakpoint
ALTER TABLE rate_flights SET UNLOGGED;
--> statement-breakpoint
-- Counts for one process what ended and what asks to be let in, and says which limit is in whose way and for how long. A
-- window is 60 slices; the one that is only partly in it counts whole, so that no span as long as a window has more than
-- the limit. `live`: requests of the process that go on, so that what it once failed to tell is put right.
CREATE FUNCTION count_requests(
	asking text, teller text, live bigint, ended_in bigint[], ended_more bigint[], wanted bigint[],
	most_requests bigint, most_tokens bigint, most_flights bigint, window_ms bigint, lease_ms bigint
) RETURNS TABLE (refused_by text, retry_after_ms bigint, counted_in bigint) LANGUAGE plpgsql AS $$
DECLARE
	slice_ms bigint := window_ms / 60;
	now_ms bigint;
	this_slice bigint;
	others bigint;
	used_requests bigint;
	used_tokens bigint;
	new_requests bigint := 0;
	new_tokens bigint := 0;
	one bigint;
	verdicts text[] := '{}';
	free_at bigint;
BEGIN
	PERFORM pg_advisory_xact_lock(hashtextextended(asking, 60));
	now_ms := floor(extract(epoch FROM clock_timestamp()) * 1000);
	this_slice := now_ms / slice_ms;
	IF cardinality(ended_in) > 0 THEN
		UPDATE rate_slices SET tokens = greatest(0, tokens + ended.more)
		FROM (
			SELECT slice, sum(more)::bigint AS more FROM unnest(ended_in, ended_more) AS e (slice, more) GROUP BY slice
		) AS ended
		WHERE rate_slices.subject = asking AND rate_slices.slice = ended.slice;
	END IF;
	SELECT coalesce(sum(flights), 0) INTO others FROM rate_flights
	WHERE subject = asking AND process <> teller AND ends_at > clock_timestamp();
	SELECT coalesce(sum(requests), 0), coalesce(sum(tokens), 0) INTO used_requests, used_tokens
	FROM rate_slices WHERE subject = asking AND slice > this_slice - 61;
	FOREACH one IN ARRAY wanted LOOP
		IF others + live + new_requests >= most_flights THEN
			verdicts := verdicts || 'parallel'::text;
		ELSIF used_requests + new_requests + 1 > most_requests THEN
			verdicts := verdicts || 'requests'::text;
		ELSIF used_tokens + new_tokens + one > most_tokens THEN
			verdicts := verdicts || 'tokens'::text;
		ELSE
			verdicts := verdicts || NULL::text;
			new_requests := new_requests + 1;
			new_tokens := new_tokens + one;
		END IF;
	END LOOP;
	IF new_requests > 0 THEN
		INSERT INTO rate_slices AS kept (subject, slice, requests, tokens) VALUES (asking, this_slice, new_requests, new_tokens)
		ON CONFLICT (subject, slice) DO UPDATE SET
			requests = kept.requests + excluded.requests, tokens = kept.tokens + excluded.tokens;
	END IF;
	INSERT INTO rate_flights (subject, process, flights, ends_at)
	VALUES (asking, teller, live + new_requests, clock_timestamp() + lease_ms * interval '1 millisecond')
	ON CONFLICT (subject, process) DO UPDATE SET flights = excluded.flights, ends_at = excluded.ends_at;
	FOR i IN 1 .. cardinality(wanted) LOOP
		refused_by := verdicts[i];
		retry_after_ms := CASE WHEN refused_by = 'parallel' THEN 1000 ELSE 0 END;
		counted_in := this_slice;
		IF refused_by IN ('requests', 'tokens') THEN
			SELECT min(slice) INTO free_at FROM (
				SELECT slice, sum(requests) OVER oldest AS gone_requests, sum(tokens) OVER oldest AS gone_tokens
				FROM rate_slices WHERE subject = asking AND slice > this_slice - 61 WINDOW oldest AS (ORDER BY slice)
			) AS past
			WHERE used_requests + new_requests - gone_requests + 1 <= most_requests
				AND used_tokens + new_tokens - gone_tokens + wanted[i] <= most_tokens;
			retry_after_ms := coalesce((free_at + 61) * slice_ms - now_ms, window_ms);
		END IF;
		RETURN NEXT;
	END LOOP;
END $$;
