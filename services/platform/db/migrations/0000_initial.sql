CREATE TABLE "api_keys" (
	"id" text PRIMARY KEY NOT NULL,
	"deployment_id" text NOT NULL,
	"vault_id" bigint NOT NULL,
	"key_hash" text,
	"masked" text,
	"alias" text NOT NULL,
	"status" text NOT NULL,
	"shown_at" timestamp with time zone,
	"created_by" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "api_keys_keyHash_unique" UNIQUE("key_hash"),
	CONSTRAINT "api_keys_status" CHECK (status in ('pending', 'active', 'blocked', 'deleted'))
);
--> statement-breakpoint
CREATE TABLE "dead_letters" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "dead_letters_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"fingerprint" text NOT NULL,
	"road" text NOT NULL,
	"reason" text NOT NULL,
	"detail" text,
	"payload" jsonb NOT NULL,
	"received_at" timestamp with time zone NOT NULL,
	"resolved_at" timestamp with time zone,
	CONSTRAINT "dead_letters_fingerprint_unique" UNIQUE("fingerprint")
);
--> statement-breakpoint
CREATE TABLE "deployments" (
	"id" text PRIMARY KEY NOT NULL,
	"network" text NOT NULL,
	"contract_address" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "events" (
	"id" text PRIMARY KEY NOT NULL,
	"deployment_id" text NOT NULL,
	"vault_id" bigint NOT NULL,
	"key_hash" text NOT NULL,
	"period" integer NOT NULL,
	"ordinal" integer NOT NULL,
	"leaf_hash" text NOT NULL,
	"call_id" text NOT NULL,
	"started_at" timestamp with time zone NOT NULL,
	"ended_at" timestamp with time zone NOT NULL,
	"model" text NOT NULL,
	"served_model" text,
	"provider" text,
	"input_tokens" bigint NOT NULL,
	"output_tokens" bigint NOT NULL,
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
	CONSTRAINT "events_ordinal" UNIQUE("deployment_id","vault_id","period","ordinal"),
	CONSTRAINT "events_tokens" CHECK (input_tokens >= 0 and output_tokens >= 0 and billable_tokens >= 0),
	CONSTRAINT "events_unbilled" CHECK (billable_tokens = 0 or (status = 'success' and not cache_hit))
);
--> statement-breakpoint
CREATE TABLE "meter_periods" (
	"deployment_id" text NOT NULL,
	"vault_id" bigint NOT NULL,
	"period" integer NOT NULL,
	"event_count" integer DEFAULT 0 NOT NULL,
	"frontier" jsonb NOT NULL,
	"root" text NOT NULL,
	"tokens" bigint DEFAULT 0 NOT NULL,
	"settled_tokens" bigint DEFAULT 0 NOT NULL,
	"plan_after" timestamp with time zone,
	"closed_reason" text,
	"refusals" integer DEFAULT 0 NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "meter_periods_deployment_id_vault_id_period_pk" PRIMARY KEY("deployment_id","vault_id","period"),
	CONSTRAINT "meter_periods_not_negative" CHECK (event_count >= 0 and tokens >= 0 and settled_tokens >= 0)
);
--> statement-breakpoint
CREATE TABLE "meters" (
	"deployment_id" text NOT NULL,
	"vault_id" bigint NOT NULL,
	"period" integer NOT NULL,
	"model" text NOT NULL,
	"tokens" bigint NOT NULL,
	"requests" bigint NOT NULL,
	CONSTRAINT "meters_deployment_id_vault_id_period_model_pk" PRIMARY KEY("deployment_id","vault_id","period","model"),
	CONSTRAINT "meters_not_negative" CHECK (tokens >= 0 and requests > 0)
);
--> statement-breakpoint
CREATE TABLE "nonces" (
	"nonce_hash" text PRIMARY KEY NOT NULL,
	"deployment_id" text NOT NULL,
	"network" text NOT NULL,
	"app_identifier" text NOT NULL,
	"browser_hash" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"used_at" timestamp with time zone,
	CONSTRAINT "nonces_live_five_minutes" CHECK (expires_at <= created_at + interval '5 minutes')
);
--> statement-breakpoint
CREATE TABLE "outbox" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "outbox_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"kind" text NOT NULL,
	"dedupe" text NOT NULL,
	"payload" jsonb NOT NULL,
	"run_at" timestamp with time zone NOT NULL,
	"fence" integer DEFAULT 0 NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"done_at" timestamp with time zone,
	"last_error" text,
	CONSTRAINT "outbox_dedupe_unique" UNIQUE("dedupe")
);
--> statement-breakpoint
CREATE TABLE "polls" (
	"id" text PRIMARY KEY NOT NULL,
	"deployment_id" text NOT NULL,
	"vault_id" bigint NOT NULL,
	"reason" text NOT NULL,
	"status" text NOT NULL,
	"requested_at" timestamp with time zone NOT NULL,
	"started_at" timestamp with time zone,
	"finished_at" timestamp with time zone,
	"found" integer,
	"error" text,
	CONSTRAINT "polls_status" CHECK (status in ('pending', 'running', 'done', 'failed'))
);
--> statement-breakpoint
CREATE TABLE "readings" (
	"id" text PRIMARY KEY NOT NULL,
	"deployment_id" text NOT NULL,
	"vault_id" bigint NOT NULL,
	"period" integer NOT NULL,
	"sequence" bigint NOT NULL,
	"models" jsonb NOT NULL,
	"tokens" bigint NOT NULL,
	"root" text NOT NULL,
	"event_count" integer NOT NULL,
	"status" text NOT NULL,
	"tx_id" text,
	"tx_ids" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"prepared_height" bigint,
	"attempts" integer DEFAULT 0 NOT NULL,
	"error" text,
	"expected_usd" bigint,
	"usd" bigint,
	"due_usd" bigint,
	"flow" bigint,
	"alarm" text,
	"created_at" timestamp with time zone NOT NULL,
	"submitted_at" timestamp with time zone,
	"finished_at" timestamp with time zone,
	CONSTRAINT "readings_sequence" UNIQUE("deployment_id","vault_id","sequence"),
	CONSTRAINT "readings_status" CHECK (status in ('planned', 'submitted', 'sealed', 'failed')),
	CONSTRAINT "readings_submitted" CHECK (status <> 'submitted' or tx_id is not null)
);
--> statement-breakpoint
CREATE TABLE "sessions" (
	"id_hash" text PRIMARY KEY NOT NULL,
	"deployment_id" text NOT NULL,
	"network" text NOT NULL,
	"address" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"ended_at" timestamp with time zone,
	CONSTRAINT "sessions_expire_after_creation" CHECK (expires_at > created_at)
);
--> statement-breakpoint
CREATE TABLE "watermarks" (
	"name" text PRIMARY KEY NOT NULL,
	"position" timestamp with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_deployment_id_deployments_id_fk" FOREIGN KEY ("deployment_id") REFERENCES "public"."deployments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "events" ADD CONSTRAINT "events_deployment_id_deployments_id_fk" FOREIGN KEY ("deployment_id") REFERENCES "public"."deployments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "meter_periods" ADD CONSTRAINT "meter_periods_deployment_id_deployments_id_fk" FOREIGN KEY ("deployment_id") REFERENCES "public"."deployments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "meters" ADD CONSTRAINT "meters_deployment_id_deployments_id_fk" FOREIGN KEY ("deployment_id") REFERENCES "public"."deployments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "nonces" ADD CONSTRAINT "nonces_deployment_id_deployments_id_fk" FOREIGN KEY ("deployment_id") REFERENCES "public"."deployments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "readings" ADD CONSTRAINT "readings_deployment_id_deployments_id_fk" FOREIGN KEY ("deployment_id") REFERENCES "public"."deployments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_deployment_id_deployments_id_fk" FOREIGN KEY ("deployment_id") REFERENCES "public"."deployments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "api_keys_one_per_vault" ON "api_keys" USING btree ("deployment_id","vault_id") WHERE status <> 'deleted';--> statement-breakpoint
CREATE INDEX "dead_letters_open" ON "dead_letters" USING btree ("resolved_at","received_at");--> statement-breakpoint
CREATE INDEX "events_recent" ON "events" USING btree ("deployment_id","vault_id","started_at" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "nonces_expires_at" ON "nonces" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "outbox_due" ON "outbox" USING btree ("kind","run_at") WHERE done_at is null;--> statement-breakpoint
CREATE UNIQUE INDEX "polls_one_waiting" ON "polls" USING btree ("deployment_id","vault_id") WHERE status = 'pending';--> statement-breakpoint
CREATE INDEX "polls_of_vault" ON "polls" USING btree ("deployment_id","vault_id","requested_at" DESC NULLS LAST);--> statement-breakpoint
CREATE UNIQUE INDEX "readings_one_open" ON "readings" USING btree ("deployment_id","vault_id") WHERE status in ('planned', 'submitted');--> statement-breakpoint
CREATE INDEX "readings_open" ON "readings" USING btree ("deployment_id","created_at") WHERE status in ('planned', 'submitted');--> statement-breakpoint
CREATE INDEX "sessions_expires_at" ON "sessions" USING btree ("expires_at");