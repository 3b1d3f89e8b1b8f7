CREATE TABLE "credit_accounts" (
	"id" text PRIMARY KEY NOT NULL,
	"subject" text NOT NULL,
	"tier" text NOT NULL,
	"status" text NOT NULL,
	"monthly_cap" bigint,
	"balance" bigint DEFAULT 0 NOT NULL,
	"held" bigint DEFAULT 0 NOT NULL,
	"receivable" bigint DEFAULT 0 NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "credit_accounts_subject_unique" UNIQUE("subject"),
	CONSTRAINT "credit_accounts_tier" CHECK (tier in ('free', 'starter', 'professional', 'enterprise')),
	CONSTRAINT "credit_accounts_status" CHECK (status in ('open', 'frozen')),
	CONSTRAINT "credit_accounts_never_overspent" CHECK (held >= 0 and held <= balance and receivable >= 0),
	CONSTRAINT "credit_accounts_cap" CHECK (monthly_cap >= 0)
);
--> statement-breakpoint
CREATE TABLE "credit_grants" (
	"id" text PRIMARY KEY NOT NULL,
	"account_id" text NOT NULL,
	"amount" bigint NOT NULL,
	"remaining" bigint NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	CONSTRAINT "credit_grants_remaining" CHECK (remaining >= 0 and remaining <= amount)
);
--> statement-breakpoint
CREATE TABLE "credit_holds" (
	"id" text PRIMARY KEY NOT NULL,
	"account_id" text NOT NULL,
	"period" integer NOT NULL,
	"amount" bigint NOT NULL,
	"state" text NOT NULL,
	"posted" bigint,
	"facts" jsonb NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"ended_at" timestamp with time zone,
	CONSTRAINT "credit_holds_state" CHECK (state in ('held', 'posted', 'void', 'expired')),
	CONSTRAINT "credit_holds_amount" CHECK (amount > 0 and posted >= 0 and posted <= amount),
	CONSTRAINT "credit_holds_ended" CHECK ((state = 'held') = (ended_at is null) and (state = 'posted') = (posted is not null))
);
--> statement-breakpoint
CREATE TABLE "credit_months" (
	"account_id" text NOT NULL,
	"period" integer NOT NULL,
	"spent" bigint DEFAULT 0 NOT NULL,
	"held" bigint DEFAULT 0 NOT NULL,
	CONSTRAINT "credit_months_account_id_period_pk" PRIMARY KEY("account_id","period"),
	CONSTRAINT "credit_months_not_negative" CHECK (spent >= 0 and held >= 0)
);
--> statement-breakpoint
CREATE TABLE "ledger_transfers" (
	"id" text PRIMARY KEY NOT NULL,
	"debit" text NOT NULL,
	"credit" text NOT NULL,
	"amount" bigint NOT NULL,
	"kind" text NOT NULL,
	"account_id" text NOT NULL,
	"period" integer NOT NULL,
	"facts" jsonb NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "ledger_transfers_amount" CHECK (amount > 0 and debit <> credit),
	CONSTRAINT "ledger_transfers_kind" CHECK (kind in ('purchase', 'usage', 'refund', 'bonus', 'expiry', 'dispute', 'recovery', 'reversal'))
);
--> statement-breakpoint
ALTER TABLE "credit_grants" ADD CONSTRAINT "credit_grants_id_ledger_transfers_id_fk" FOREIGN KEY ("id") REFERENCES "public"."ledger_transfers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "credit_grants" ADD CONSTRAINT "credit_grants_account_id_credit_accounts_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."credit_accounts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "credit_holds" ADD CONSTRAINT "credit_holds_account_id_credit_accounts_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."credit_accounts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "credit_months" ADD CONSTRAINT "credit_months_account_id_credit_accounts_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."credit_accounts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ledger_transfers" ADD CONSTRAINT "ledger_transfers_account_id_credit_accounts_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."credit_accounts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "credit_grants_open" ON "credit_grants" USING btree ("account_id","expires_at") WHERE remaining > 0;--> statement-breakpoint
CREATE INDEX "credit_holds_open" ON "credit_holds" USING btree ("expires_at") WHERE state = 'held';--> statement-breakpoint
CREATE INDEX "credit_holds_account" ON "credit_holds" USING btree ("account_id","created_at" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "ledger_transfers_history" ON "ledger_transfers" USING btree ("account_id","created_at" DESC NULLS LAST,"id" DESC NULLS LAST);--> statement-breakpoint
ALTER TABLE "ledger_transfers" ADD CONSTRAINT "ledger_transfers_books" CHECK (
	debit IN ('customer:' || account_id, 'receivable:' || account_id, 'revenue', 'grants', 'stripe', 'flow')
	AND credit IN ('customer:' || account_id, 'receivable:' || account_id, 'revenue', 'grants', 'stripe', 'flow')
);
--> statement-breakpoint
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION '% is never edited', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
--> statement-breakpoint
CREATE TRIGGER ledger_transfers_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_transfers
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
CREATE TRIGGER credit_holds_kept BEFORE DELETE OR TRUNCATE ON credit_holds FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
CREATE TRIGGER credit_accounts_kept BEFORE DELETE OR TRUNCATE ON credit_accounts FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
-- Sums are written by the triggers below alone: a statement of anybody else runs at depth 1.
CREATE FUNCTION keep_credit_sums() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF pg_trigger_depth() > 1 THEN RETURN NEW; END IF;
	IF TG_OP = 'INSERT' AND (NEW.balance, NEW.held, NEW.receivable) = (0, 0, 0) THEN RETURN NEW; END IF;
	IF TG_OP = 'UPDATE' AND (NEW.id, NEW.balance, NEW.held, NEW.receivable) = (OLD.id, OLD.balance, OLD.held, OLD.receivable) THEN
		RETURN NEW;
	END IF;
	RAISE EXCEPTION 'balances follow from transfers and holds' USING ERRCODE = 'restrict_violation';
END $$;
--> statement-breakpoint
CREATE TRIGGER credit_accounts_sums BEFORE INSERT OR UPDATE ON credit_accounts FOR EACH ROW EXECUTE FUNCTION keep_credit_sums();
--> statement-breakpoint
CREATE FUNCTION keep_credit_months() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF pg_trigger_depth() > 1 THEN RETURN NULL; END IF;
	RAISE EXCEPTION 'months follow from transfers and holds' USING ERRCODE = 'restrict_violation';
END $$;
--> statement-breakpoint
CREATE TRIGGER credit_months_sums BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON credit_months
FOR EACH STATEMENT EXECUTE FUNCTION keep_credit_months();
--> statement-breakpoint
CREATE FUNCTION post_transfers() RETURNS trigger LANGUAGE plpgsql AS $$
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
	RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER ledger_transfers_post AFTER INSERT ON ledger_transfers REFERENCING NEW TABLE AS fresh
FOR EACH STATEMENT EXECUTE FUNCTION post_transfers();
--> statement-breakpoint
CREATE FUNCTION end_holds_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF OLD.state = 'held' AND (NEW.id, NEW.account_id, NEW.period, NEW.amount, NEW.created_at)
		= (OLD.id, OLD.account_id, OLD.period, OLD.amount, OLD.created_at) THEN RETURN NEW; END IF;
	RAISE EXCEPTION 'a hold ends once' USING ERRCODE = 'restrict_violation';
END $$;
--> statement-breakpoint
CREATE TRIGGER credit_holds_end_once BEFORE UPDATE ON credit_holds FOR EACH ROW EXECUTE FUNCTION end_holds_once();
--> statement-breakpoint
CREATE FUNCTION place_holds() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	UPDATE credit_accounts SET held = held + moves.amount
	FROM (SELECT account_id, sum(amount) AS amount FROM fresh WHERE state = 'held' GROUP BY account_id) AS moves
	WHERE credit_accounts.id = moves.account_id;
	INSERT INTO credit_months (account_id, period, spent, held)
	SELECT account_id, period, 0, sum(amount) FROM fresh WHERE state = 'held' GROUP BY account_id, period ORDER BY account_id, period
	ON CONFLICT (account_id, period) DO UPDATE SET held = credit_months.held + excluded.held;
	RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER credit_holds_place AFTER INSERT ON credit_holds REFERENCING NEW TABLE AS fresh
FOR EACH STATEMENT EXECUTE FUNCTION place_holds();
--> statement-breakpoint
CREATE FUNCTION release_holds() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	UPDATE credit_accounts SET held = held - moves.amount
	FROM (SELECT account_id, sum(amount) AS amount FROM ended WHERE state <> 'held' GROUP BY account_id) AS moves
	WHERE credit_accounts.id = moves.account_id;
	UPDATE credit_months SET held = held - moves.amount
	FROM (SELECT account_id, period, sum(amount) AS amount FROM ended WHERE state <> 'held' GROUP BY account_id, period) AS moves
	WHERE credit_months.account_id = moves.account_id AND credit_months.period = moves.period;
	RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER credit_holds_release AFTER UPDATE ON credit_holds REFERENCING NEW TABLE AS ended
FOR EACH STATEMENT EXECUTE FUNCTION release_holds();
