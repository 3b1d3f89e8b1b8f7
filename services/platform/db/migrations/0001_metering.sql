CREATE TABLE "event_identities" (
	"id" text PRIMARY KEY NOT NULL,
	"deployment_id" text NOT NULL,
	"vault_id" bigint NOT NULL,
	"period" integer NOT NULL,
	"ordinal" integer NOT NULL,
	"leaf_hash" text NOT NULL,
	"started_at" timestamp with time zone NOT NULL,
	"billable_tokens" bigint NOT NULL,
	CONSTRAINT "event_identities_ordinal" UNIQUE("deployment_id","vault_id","period","ordinal")
);
--> statement-breakpoint
CREATE TABLE "usage_daily" (
	"series_id" uuid NOT NULL,
	"day" date NOT NULL,
	"requests" bigint NOT NULL,
	"failures" bigint NOT NULL,
	"cache_hits" bigint NOT NULL,
	"input_tokens" bigint NOT NULL,
	"output_tokens" bigint NOT NULL,
	"cached_tokens" bigint NOT NULL,
	"cache_write_tokens" bigint NOT NULL,
	"reasoning_tokens" bigint NOT NULL,
	"billable_tokens" bigint NOT NULL,
	"litellm_cost" bigint NOT NULL,
	CONSTRAINT "usage_daily_series_id_day_pk" PRIMARY KEY("series_id","day"),
	CONSTRAINT "usage_daily_not_negative" CHECK (requests > 0 and billable_tokens >= 0)
);
--> statement-breakpoint
CREATE TABLE "usage_hourly" (
	"series_id" uuid NOT NULL,
	"hour" timestamp with time zone NOT NULL,
	"requests" bigint NOT NULL,
	"failures" bigint NOT NULL,
	"cache_hits" bigint NOT NULL,
	"input_tokens" bigint NOT NULL,
	"output_tokens" bigint NOT NULL,
	"cached_tokens" bigint NOT NULL,
	"cache_write_tokens" bigint NOT NULL,
	"reasoning_tokens" bigint NOT NULL,
	"billable_tokens" bigint NOT NULL,
	"litellm_cost" bigint NOT NULL,
	CONSTRAINT "usage_hourly_series_id_hour_pk" PRIMARY KEY("series_id","hour"),
	CONSTRAINT "usage_hourly_not_negative" CHECK (requests > 0 and billable_tokens >= 0)
);
--> statement-breakpoint
CREATE TABLE "usage_series" (
	"id" uuid PRIMARY KEY NOT NULL,
	"deployment_id" text NOT NULL,
	"account" text NOT NULL,
	"key_hash" text NOT NULL,
	"end_user" text NOT NULL,
	"organization" text NOT NULL,
	"feature" text NOT NULL,
	"model" text NOT NULL,
	"provider" text NOT NULL
);
--> statement-breakpoint
ALTER TABLE "event_identities" ADD CONSTRAINT "event_identities_deployment_id_deployments_id_fk" FOREIGN KEY ("deployment_id") REFERENCES "public"."deployments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "usage_daily" ADD CONSTRAINT "usage_daily_series_id_usage_series_id_fk" FOREIGN KEY ("series_id") REFERENCES "public"."usage_series"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "usage_hourly" ADD CONSTRAINT "usage_hourly_series_id_usage_series_id_fk" FOREIGN KEY ("series_id") REFERENCES "public"."usage_series"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "usage_series" ADD CONSTRAINT "usage_series_deployment_id_deployments_id_fk" FOREIGN KEY ("deployment_id") REFERENCES "public"."deployments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "usage_daily_time" ON "usage_daily" USING btree ("day");--> statement-breakpoint
CREATE INDEX "usage_hourly_time" ON "usage_hourly" USING btree ("hour");--> statement-breakpoint
CREATE INDEX "usage_series_account" ON "usage_series" USING btree ("deployment_id","account");--> statement-breakpoint
CREATE INDEX "usage_series_key" ON "usage_series" USING btree ("deployment_id","key_hash");
--> statement-breakpoint
ALTER TABLE "events" RENAME TO "events_unpartitioned";
--> statement-breakpoint
DROP INDEX "events_recent";
--> statement-breakpoint
CREATE TABLE "events" (
	"id" text NOT NULL,
	"deployment_id" text NOT NULL,
	"vault_id" bigint NOT NULL,
	"account" text NOT NULL,
	"wallet" text,
	"key_hash" text NOT NULL,
	"period" integer NOT NULL,
	"ordinal" integer NOT NULL,
	"call_id" text NOT NULL,
	"started_at" timestamp with time zone NOT NULL,
	"ended_at" timestamp with time zone NOT NULL,
	"model" text NOT NULL,
	"served_model" text,
	"provider" text,
	"input_tokens" bigint,
	"output_tokens" bigint,
	"cached_tokens" bigint,
	"cache_write_tokens" bigint,
	"reasoning_tokens" bigint,
	"billable_tokens" bigint NOT NULL,
	"litellm_cost_usd" text,
	"status" text NOT NULL,
	"cache_hit" boolean NOT NULL,
	"stream" boolean NOT NULL,
	"latency_ms" integer,
	"road" text NOT NULL,
	"end_user" text,
	"organization" text,
	"team" text,
	"conversation" text,
	"feature" text,
	"agent" text,
	"trace_id" text,
	"tags" jsonb NOT NULL,
	"received_at" timestamp with time zone NOT NULL,
	CONSTRAINT "events_deployment_id_vault_id_period_ordinal_pk" PRIMARY KEY("deployment_id","vault_id","period","ordinal"),
	CONSTRAINT "events_tokens" CHECK (input_tokens >= 0 and output_tokens >= 0 and billable_tokens >= 0),
	CONSTRAINT "events_counted" CHECK (billable_tokens = 0 or (input_tokens is not null and output_tokens is not null)),
	CONSTRAINT "events_unbilled" CHECK (billable_tokens = 0 or (status = 'success' and not cache_hit))
) PARTITION BY RANGE ("period");
--> statement-breakpoint
ALTER TABLE "events" ADD CONSTRAINT "events_deployment_id_deployments_id_fk" FOREIGN KEY ("deployment_id") REFERENCES "public"."deployments"("id") ON DELETE no action ON UPDATE no action;
--> statement-breakpoint
CREATE INDEX "events_recent" ON "events" USING btree ("deployment_id","vault_id","started_at" DESC NULLS LAST);
--> statement-breakpoint
CREATE INDEX "events_call" ON "events" USING btree ("call_id");
--> statement-breakpoint
CREATE INDEX "events_conversation" ON "events" USING btree ("deployment_id","conversation","started_at") WHERE conversation is not null;
--> statement-breakpoint
CREATE INDEX "events_agent" ON "events" USING btree ("deployment_id","agent","started_at") WHERE agent is not null;
--> statement-breakpoint
CREATE INDEX "events_team" ON "events" USING btree ("deployment_id","team","started_at") WHERE team is not null;
--> statement-breakpoint
-- Makes the partition of a period, once; takes the table for a moment, so nobody calls it with other locks held.
CREATE FUNCTION ensure_event_partition(wanted integer) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	IF to_regclass('events_' || wanted) IS NOT NULL THEN RETURN; END IF;
	PERFORM pg_advisory_xact_lock(7203914002);
	EXECUTE format('CREATE TABLE IF NOT EXISTS %I PARTITION OF events FOR VALUES FROM (%s) TO (%s)', 'events_' || wanted, wanted, wanted + 1);
END $$;
--> statement-breakpoint
SELECT ensure_event_partition(period) FROM (SELECT DISTINCT period FROM events_unpartitioned ORDER BY period) AS found;
--> statement-breakpoint
INSERT INTO events SELECT id, deployment_id, vault_id, 'vault:' || vault_id,
	(SELECT created_by FROM api_keys WHERE api_keys.key_hash = old.key_hash), key_hash, period, ordinal, call_id, started_at, ended_at,
	model, served_model, provider, input_tokens, output_tokens, cached_tokens, cache_write_tokens, reasoning_tokens, billable_tokens,
	litellm_cost_usd, status, cache_hit, stream, latency_ms, road, end_user, organization, team, conversation, feature, agent, trace_id,
	tags, received_at
FROM events_unpartitioned AS old;
--> statement-breakpoint
INSERT INTO event_identities SELECT id, deployment_id, vault_id, period, ordinal, leaf_hash, started_at, billable_tokens FROM events_unpartitioned;
--> statement-breakpoint
DROP TABLE "events_unpartitioned";
