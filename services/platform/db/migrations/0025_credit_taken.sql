CREATE TABLE "credit_taken" (
	"account_id" text NOT NULL,
	"scope" text NOT NULL,
	"value" text NOT NULL,
	"day" date NOT NULL,
	"tokens" numeric NOT NULL,
	"requests" bigint NOT NULL,
	"amount" bigint NOT NULL,
	CONSTRAINT "credit_taken_scope_value_account_id_day_pk" PRIMARY KEY("scope","value","account_id","day")
);
--> statement-breakpoint
-- A key or label that is longer than any limit's is in no sum: an index couldn't hold it.
CREATE FUNCTION taken_parts(facts jsonb) RETURNS TABLE (scope text, value text) LANGUAGE sql IMMUTABLE AS $$
	SELECT part.scope, part.value FROM (VALUES
		('key', facts->>'keyId'), ('end_user', facts->'labels'->>'end_user'),
		('organization', facts->'labels'->>'organization')) AS part (scope, value)
	WHERE length(part.value) BETWEEN 1 AND 256
$$;
--> statement-breakpoint
-- The hold whose cost a refund gives back; null: it is of no request in particular.
CREATE FUNCTION refunded_hold(id text, facts jsonb) RETURNS text LANGUAGE sql IMMUTABLE AS $$
	SELECT CASE WHEN facts->>'refunds' LIKE 'usage:%' THEN substr(facts->>'refunds', 7)
		WHEN NOT facts ? 'refunds' AND id LIKE 'correction:%' THEN substr(id, 12) END
$$;
--> statement-breakpoint
-- What ends while this runs would be in no sum.
LOCK TABLE credit_holds, ledger_transfers IN SHARE ROW EXCLUSIVE MODE;
--> statement-breakpoint
INSERT INTO credit_taken (account_id, scope, value, day, tokens, requests, amount)
SELECT account_id, scope, value, (created_at AT TIME ZONE 'UTC')::date,
	sum(CASE WHEN facts->>'tokens' ~ '^\d{1,30}$' THEN (facts->>'tokens')::numeric ELSE 0 END), count(*), sum(posted)
FROM credit_holds, taken_parts(facts) WHERE state = 'posted' AND posted > 0
GROUP BY 1, 2, 3, 4 ORDER BY 2, 3, 1, 4;
--> statement-breakpoint
UPDATE credit_taken SET amount = credit_taken.amount - back.amount
FROM (
	SELECT hold.account_id, scope, value, (hold.created_at AT TIME ZONE 'UTC')::date AS day, sum(fresh.amount) AS amount
	FROM ledger_transfers AS fresh JOIN credit_holds AS hold ON hold.id = refunded_hold(fresh.id, fresh.facts), taken_parts(hold.facts)
	WHERE fresh.kind = 'refund' AND fresh.debit = 'revenue' AND hold.state = 'posted' AND hold.posted > 0
	GROUP BY 1, 2, 3, 4
) AS back
WHERE (credit_taken.scope, credit_taken.value, credit_taken.account_id, credit_taken.day)
	= (back.scope, back.value, back.account_id, back.day);
--> statement-breakpoint
CREATE OR REPLACE FUNCTION release_holds() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	UPDATE credit_accounts SET held = held - moves.amount
	FROM (SELECT account_id, sum(amount) AS amount FROM ended WHERE state <> 'held' GROUP BY account_id) AS moves
	WHERE credit_accounts.id = moves.account_id;
	UPDATE credit_months SET held = held - moves.amount
	FROM (SELECT account_id, period, sum(amount) AS amount FROM ended WHERE state <> 'held' GROUP BY account_id, period) AS moves
	WHERE credit_months.account_id = moves.account_id AND credit_months.period = moves.period;
	INSERT INTO credit_taken (account_id, scope, value, day, tokens, requests, amount)
	SELECT account_id, scope, value, (created_at AT TIME ZONE 'UTC')::date,
		sum(CASE WHEN facts->>'tokens' ~ '^\d{1,30}$' THEN (facts->>'tokens')::numeric ELSE 0 END), count(*), sum(posted)
	FROM ended, taken_parts(facts) WHERE state = 'posted' AND posted > 0
	GROUP BY 1, 2, 3, 4 ORDER BY 2, 3, 1, 4
	ON CONFLICT (scope, value, account_id, day) DO UPDATE SET tokens = credit_taken.tokens + excluded.tokens,
		requests = credit_taken.requests + excluded.requests, amount = credit_taken.amount + excluded.amount;
	RETURN NULL;
END $$;
--> statement-breakpoint
CREATE OR REPLACE FUNCTION post_transfers() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE wanted integer; found integer;
BEGIN
	WITH moves AS (
		SELECT account_id, sum(
			CASE WHEN credit = 'customer:' || account_id THEN amount ELSE 0 END
			- CASE WHEN debit = 'customer:' || account_id THEN amount ELSE 0 END) AS balance,
			sum(CASE WHEN debit = 'receivable:' || account_id THEN amount ELSE 0 END
			- CASE WHEN credit = 'receivable:' || account_id THEN amount ELSE 0 END) AS receivable
		FROM fresh GROUP BY account_id
	), written AS (
		UPDATE credit_accounts SET balance = credit_accounts.balance + moves.balance,
			receivable = credit_accounts.receivable + moves.receivable
		FROM moves WHERE credit_accounts.id = moves.account_id RETURNING credit_accounts.id
	)
	SELECT (SELECT count(*) FROM moves), (SELECT count(*) FROM written) INTO wanted, found;
	IF wanted <> found THEN RAISE EXCEPTION 'a transfer names no account' USING ERRCODE = 'foreign_key_violation'; END IF;
	INSERT INTO credit_months (account_id, period, spent, held)
	SELECT account_id, period, sum(amount), 0 FROM fresh WHERE kind = 'usage' GROUP BY account_id, period ORDER BY account_id, period
	ON CONFLICT (account_id, period) DO UPDATE SET spent = credit_months.spent + excluded.spent;
	UPDATE credit_months SET spent = spent - moves.amount
	FROM (
		SELECT account_id, period, sum(amount) AS amount FROM fresh WHERE kind = 'refund' AND debit = 'revenue' GROUP BY account_id, period
	) AS moves
	WHERE credit_months.account_id = moves.account_id AND credit_months.period = moves.period;
	IF NOT EXISTS (SELECT FROM fresh WHERE kind = 'refund' AND debit = 'revenue') THEN RETURN NULL; END IF;
	UPDATE credit_taken SET amount = credit_taken.amount - back.amount
	FROM (
		SELECT hold.account_id, scope, value, (hold.created_at AT TIME ZONE 'UTC')::date AS day, sum(fresh.amount) AS amount
		FROM fresh JOIN credit_holds AS hold ON hold.id = refunded_hold(fresh.id, fresh.facts), taken_parts(hold.facts)
		WHERE fresh.kind = 'refund' AND fresh.debit = 'revenue' AND hold.state = 'posted' AND hold.posted > 0
		GROUP BY 1, 2, 3, 4
	) AS back
	WHERE (credit_taken.scope, credit_taken.value, credit_taken.account_id, credit_taken.day)
		= (back.scope, back.value, back.account_id, back.day);
	RETURN NULL;
END $$;
--> statement-breakpoint
-- Written by the triggers above alone.
CREATE FUNCTION keep_credit_taken() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF pg_trigger_depth() > 1 THEN RETURN NULL; END IF;
	RAISE EXCEPTION 'what was taken follows from holds and refunds' USING ERRCODE = 'restrict_violation';
END $$;
--> statement-breakpoint
CREATE TRIGGER credit_taken_sums BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON credit_taken
FOR EACH STATEMENT EXECUTE FUNCTION keep_credit_taken();
