CREATE TABLE "alert_channels" (
	"id" text PRIMARY KEY NOT NULL,
	"deployment_id" text NOT NULL,
	"audience" text NOT NULL,
	"kind" text NOT NULL,
	"target" text NOT NULL,
	"confirmation_hash" text,
	"confirmation_expires_at" timestamp with time zone,
	"confirmed_at" timestamp with time zone,
	"failures" integer DEFAULT 0 NOT NULL,
	"retry_at" timestamp with time zone,
	"last_error" text,
	"created_at" timestamp with time zone NOT NULL,
	"removed_at" timestamp with time zone,
	CONSTRAINT "alert_channels_kind" CHECK (kind in ('webhook', 'email'))
);
--> statement-breakpoint
CREATE TABLE "alert_cursors" (
	"name" text PRIMARY KEY NOT NULL,
	"height" integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE "alert_deliveries" (
	"id" text PRIMARY KEY NOT NULL,
	"alert_id" text NOT NULL,
	"channel_id" text NOT NULL,
	"status" text NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"last_status" integer,
	"last_error" text,
	"created_at" timestamp with time zone NOT NULL,
	"tried_at" timestamp with time zone,
	"finished_at" timestamp with time zone,
	CONSTRAINT "alert_deliveries_once" UNIQUE("alert_id","channel_id"),
	CONSTRAINT "alert_deliveries_status" CHECK (status in ('pending', 'delivered', 'failed')),
	CONSTRAINT "alert_deliveries_finished" CHECK ((status = 'pending') = (finished_at is null))
);
--> statement-breakpoint
CREATE TABLE "alerts" (
	"id" text PRIMARY KEY NOT NULL,
	"deployment_id" text NOT NULL,
	"audience" text,
	"account" text,
	"kind" text NOT NULL,
	"severity" text NOT NULL,
	"dedupe" text NOT NULL,
	"sentence" text NOT NULL,
	"data" jsonb NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"read_at" timestamp with time zone,
	"resolved_at" timestamp with time zone,
	CONSTRAINT "alerts_dedupe" UNIQUE("deployment_id","dedupe"),
	CONSTRAINT "alerts_severity" CHECK (severity in ('info', 'warning', 'critical')),
	CONSTRAINT "alerts_addressed" CHECK (audience is not null or account is not null)
);
--> statement-breakpoint
CREATE TABLE "key_limits" (
	"key_id" text PRIMARY KEY NOT NULL,
	"refused_users" jsonb NOT NULL,
	"budgets" jsonb NOT NULL,
	"revision" integer NOT NULL,
	"applied_revision" integer DEFAULT 0 NOT NULL,
	"updated_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "limit_checks" (
	"limit_id" text PRIMARY KEY NOT NULL,
	"revision" integer NOT NULL,
	"blocked" boolean NOT NULL,
	"due_at" timestamp with time zone,
	"checked_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "limit_cursors" (
	"deployment_id" text NOT NULL,
	"vault_id" bigint NOT NULL,
	"period" integer NOT NULL,
	"event_count" integer NOT NULL,
	CONSTRAINT "limit_cursors_deployment_id_vault_id_period_pk" PRIMARY KEY("deployment_id","vault_id","period")
);
--> statement-breakpoint
CREATE TABLE "limits" (
	"id" text PRIMARY KEY NOT NULL,
	"deployment_id" text NOT NULL,
	"account" text,
	"scope" text NOT NULL,
	"value" text NOT NULL,
	"metric" text NOT NULL,
	"per" text NOT NULL,
	"kind" text NOT NULL,
	"amount" bigint NOT NULL,
	"revision" integer DEFAULT 0 NOT NULL,
	"armings" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL,
	"removed_at" timestamp with time zone,
	CONSTRAINT "limits_scope" CHECK (scope in ('key', 'end_user', 'organization')),
	CONSTRAINT "limits_metric" CHECK (metric in ('tokens', 'requests', 'usd')),
	CONSTRAINT "limits_per" CHECK (per in ('day', 'month', 'all')),
	CONSTRAINT "limits_kind" CHECK (kind in ('soft', 'hard')),
	CONSTRAINT "limits_amount" CHECK (amount > 0),
	CONSTRAINT "limits_value" CHECK (value <> '')
);
--> statement-breakpoint
ALTER TABLE "alert_channels" ADD CONSTRAINT "alert_channels_deployment_id_deployments_id_fk" FOREIGN KEY ("deployment_id") REFERENCES "public"."deployments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "alert_deliveries" ADD CONSTRAINT "alert_deliveries_alert_id_alerts_id_fk" FOREIGN KEY ("alert_id") REFERENCES "public"."alerts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "alert_deliveries" ADD CONSTRAINT "alert_deliveries_channel_id_alert_channels_id_fk" FOREIGN KEY ("channel_id") REFERENCES "public"."alert_channels"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "alerts" ADD CONSTRAINT "alerts_deployment_id_deployments_id_fk" FOREIGN KEY ("deployment_id") REFERENCES "public"."deployments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "key_limits" ADD CONSTRAINT "key_limits_key_id_api_keys_id_fk" FOREIGN KEY ("key_id") REFERENCES "public"."api_keys"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "limit_checks" ADD CONSTRAINT "limit_checks_limit_id_limits_id_fk" FOREIGN KEY ("limit_id") REFERENCES "public"."limits"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "limit_cursors" ADD CONSTRAINT "limit_cursors_deployment_id_deployments_id_fk" FOREIGN KEY ("deployment_id") REFERENCES "public"."deployments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "limits" ADD CONSTRAINT "limits_deployment_id_deployments_id_fk" FOREIGN KEY ("deployment_id") REFERENCES "public"."deployments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "alert_channels_one_of_a_kind" ON "alert_channels" USING btree ("deployment_id","audience","kind","target") WHERE removed_at is null;--> statement-breakpoint
CREATE INDEX "alert_deliveries_of_channel" ON "alert_deliveries" USING btree ("channel_id","created_at" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "alerts_of_audience" ON "alerts" USING btree ("deployment_id","audience","created_at" DESC NULLS LAST,"id");--> statement-breakpoint
CREATE INDEX "alerts_unread" ON "alerts" USING btree ("deployment_id","audience") WHERE read_at is null;--> statement-breakpoint
CREATE INDEX "alerts_open" ON "alerts" USING btree ("deployment_id","kind") WHERE resolved_at is null;--> statement-breakpoint
CREATE INDEX "limit_checks_due" ON "limit_checks" USING btree ("due_at");--> statement-breakpoint
CREATE UNIQUE INDEX "limits_one_of_a_kind" ON "limits" USING btree ("deployment_id",coalesce("account", ''),"scope","value","metric","per","kind") WHERE removed_at is null;--> statement-breakpoint
CREATE INDEX "usage_series_end_user" ON "usage_series" USING btree ("deployment_id","end_user") WHERE "usage_series"."end_user" <> '';--> statement-breakpoint
CREATE INDEX "usage_series_organization" ON "usage_series" USING btree ("deployment_id","organization") WHERE "usage_series"."organization" <> '';