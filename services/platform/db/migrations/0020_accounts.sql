CREATE TABLE "account_changes" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"account_id" text NOT NULL,
	"by" text NOT NULL,
	"before" jsonb NOT NULL,
	"after" jsonb NOT NULL,
	"at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "account_keys" (
	"id" text PRIMARY KEY NOT NULL,
	"account_id" text NOT NULL,
	"request_key" text NOT NULL,
	"name" text NOT NULL,
	"key_hash" text NOT NULL,
	"masked" text NOT NULL,
	"power" text,
	"models" text[],
	"created_at" timestamp with time zone NOT NULL,
	"last_used_at" timestamp with time zone,
	"revoked_at" timestamp with time zone,
	CONSTRAINT "account_keys_keyHash_unique" UNIQUE("key_hash"),
	CONSTRAINT "account_keys_once" UNIQUE("account_id","request_key"),
	CONSTRAINT "account_keys_power" CHECK (power in ('eco', 'balanced', 'precision'))
);
--> statement-breakpoint
CREATE TABLE "auto_refills" (
	"account_id" text PRIMARY KEY NOT NULL,
	"threshold" bigint NOT NULL,
	"cents" integer NOT NULL,
	"status" text NOT NULL,
	"reason" text,
	"updated_at" timestamp with time zone NOT NULL,
	CONSTRAINT "auto_refills_status" CHECK (status in ('active', 'paused') and (status = 'paused') = (reason is not null)),
	CONSTRAINT "auto_refills_amounts" CHECK (threshold > 0 and cents > 0)
);
--> statement-breakpoint
CREATE TABLE "payment_methods" (
	"account_id" text PRIMARY KEY NOT NULL,
	"customer_id" text NOT NULL,
	"payment_method_id" text,
	"updated_at" timestamp with time zone NOT NULL,
	CONSTRAINT "payment_methods_customerId_unique" UNIQUE("customer_id")
);
--> statement-breakpoint
CREATE TABLE "rate_flights" (
	"subject" text NOT NULL,
	"request_id" text NOT NULL,
	"ends_at" timestamp with time zone NOT NULL,
	CONSTRAINT "rate_flights_subject_request_id_pk" PRIMARY KEY("subject","request_id")
);
--> statement-breakpoint
CREATE TABLE "rate_slices" (
	"subject" text NOT NULL,
	"slice" bigint NOT NULL,
	"requests" integer NOT NULL,
	"tokens" bigint NOT NULL,
	CONSTRAINT "rate_slices_subject_slice_pk" PRIMARY KEY("subject","slice")
);
--> statement-breakpoint
CREATE TABLE "welcome_grants" (
	"account_id" text PRIMARY KEY NOT NULL,
	"outcome" text NOT NULL,
	"amount" bigint NOT NULL,
	"day" date NOT NULL,
	"address_hash" text NOT NULL,
	"email_hash" text,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "welcome_grants_emailHash_unique" UNIQUE("email_hash"),
	CONSTRAINT "welcome_grants_amount" CHECK ((outcome = 'given') = (amount > 0) and amount >= 0)
);
--> statement-breakpoint
ALTER TABLE "purchases" ADD COLUMN "save_method" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "account_changes" ADD CONSTRAINT "account_changes_account_id_credit_accounts_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."credit_accounts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "account_keys" ADD CONSTRAINT "account_keys_account_id_credit_accounts_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."credit_accounts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "auto_refills" ADD CONSTRAINT "auto_refills_account_id_credit_accounts_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."credit_accounts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "payment_methods" ADD CONSTRAINT "payment_methods_account_id_credit_accounts_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."credit_accounts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "welcome_grants" ADD CONSTRAINT "welcome_grants_account_id_credit_accounts_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."credit_accounts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "account_changes_of_account" ON "account_changes" USING btree ("account_id","id" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "account_keys_of_account" ON "account_keys" USING btree ("account_id","created_at" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "auto_refills_active" ON "auto_refills" USING btree ("account_id") WHERE status = 'active';--> statement-breakpoint
CREATE INDEX "welcome_grants_of_day" ON "welcome_grants" USING btree ("day","address_hash");--> statement-breakpoint
CREATE TRIGGER account_changes_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON account_changes
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
-- Counters of the last minute: not worth a write-ahead log.
ALTER TABLE rate_slices SET UNLOGGED;
--> statement-breakpoint
ALTER TABLE rate_flights SET UNLOGGED;
--> statement-breakpoint
-- Lets one request in, or says which limit is in its way and for how long. A window is 60 slices; the one that is only
-- partly in it counts whole, so that no span as long as a window has more than the limit.
CREATE FUNCTION admit_request(
	asking text, request text, wanted bigint, most_requests bigint, most_tokens bigint, most_flights bigint,
	window_ms bigint, lease_ms bigint
) RETURNS TABLE (refused_by text, retry_after_ms bigint, counted_in bigint) LANGUAGE plpgsql AS $$
DECLARE
	slice_ms bigint := window_ms / 60;
	now_ms bigint;
	this_slice bigint;
	used_requests bigint;
	used_tokens bigint;
	free_at bigint;
BEGIN
	PERFORM pg_advisory_xact_lock(hashtextextended(asking, 60));
	now_ms := floor(extract(epoch FROM clock_timestamp()) * 1000);
	this_slice := now_ms / slice_ms;
	DELETE FROM rate_flights WHERE subject = asking AND ends_at <= clock_timestamp();
	DELETE FROM rate_slices WHERE subject = asking AND slice <= this_slice - 61;
	IF (SELECT count(*) FROM rate_flights WHERE subject = asking) >= most_flights THEN
		RETURN QUERY SELECT 'parallel', 1000::bigint, 0::bigint;
		RETURN;
	END IF;
	SELECT coalesce(sum(requests), 0), coalesce(sum(tokens), 0) INTO used_requests, used_tokens
	FROM rate_slices WHERE subject = asking;
	IF used_requests + 1 > most_requests OR used_tokens + wanted > most_tokens THEN
		SELECT min(slice) INTO free_at FROM (
			SELECT slice, sum(requests) OVER oldest AS gone_requests, sum(tokens) OVER oldest AS gone_tokens
			FROM rate_slices WHERE subject = asking WINDOW oldest AS (ORDER BY slice)
		) AS past
		WHERE used_requests - gone_requests + 1 <= most_requests AND used_tokens - gone_tokens + wanted <= most_tokens;
		RETURN QUERY SELECT
			CASE WHEN used_requests + 1 > most_requests THEN 'requests' ELSE 'tokens' END,
			coalesce((free_at + 61) * slice_ms - now_ms, window_ms), 0::bigint;
		RETURN;
	END IF;
	INSERT INTO rate_slices AS kept (subject, slice, requests, tokens) VALUES (asking, this_slice, 1, wanted)
	ON CONFLICT (subject, slice) DO UPDATE SET requests = kept.requests + 1, tokens = kept.tokens + excluded.tokens;
	INSERT INTO rate_flights (subject, request_id, ends_at)
	VALUES (asking, request, clock_timestamp() + lease_ms * interval '1 millisecond')
	ON CONFLICT (subject, request_id) DO UPDATE SET ends_at = excluded.ends_at;
	RETURN QUERY SELECT NULL::text, 0::bigint, this_slice;
END $$;
