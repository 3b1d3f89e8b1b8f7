CREATE TABLE "dead_letter_actions" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "dead_letter_actions_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"letter_id" bigint NOT NULL,
	"action" text NOT NULL,
	"actor" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"reason" text,
	"payload_before" jsonb,
	CONSTRAINT "dead_letter_actions_kept" CHECK (action <> 'fixed' or payload_before is not null),
	CONSTRAINT "dead_letter_actions_reason" CHECK (action <> 'discarded' or reason is not null)
);
--> statement-breakpoint
ALTER TABLE "event_identities" DROP CONSTRAINT "event_identities_deployment_id_deployments_id_fk";
--> statement-breakpoint
ALTER TABLE "events" DROP CONSTRAINT "events_deployment_id_deployments_id_fk";
--> statement-breakpoint
ALTER TABLE "dead_letters" ADD COLUMN "resolution" text;--> statement-breakpoint
UPDATE "dead_letters" SET "resolution" = 'replayed' WHERE "resolved_at" IS NOT NULL;--> statement-breakpoint
ALTER TABLE "events" ADD COLUMN "litellm_cost" bigint;--> statement-breakpoint
-- As lib/metering/litellm-cost.ts reads the text.
UPDATE "events" SET "litellm_cost" = CASE WHEN "litellm_cost_usd" ~ '^[0-9]{1,40}([.][0-9]{1,40})?([eE][+-]?[0-9]{1,3})?$' THEN
	CASE WHEN "litellm_cost_usd"::numeric <= 1000 THEN round("litellm_cost_usd"::numeric * 1000000000000)::bigint END END;--> statement-breakpoint
ALTER TABLE "usage_daily" ADD COLUMN "cost_unknown" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "usage_daily" ADD COLUMN "cost_zero" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "usage_hourly" ADD COLUMN "cost_unknown" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "usage_hourly" ADD COLUMN "cost_zero" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "dead_letter_actions" ADD CONSTRAINT "dead_letter_actions_letter_id_dead_letters_id_fk" FOREIGN KEY ("letter_id") REFERENCES "public"."dead_letters"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "dead_letter_actions_letter" ON "dead_letter_actions" USING btree ("letter_id","id");--> statement-breakpoint
ALTER TABLE "dead_letters" ADD CONSTRAINT "dead_letters_resolved" CHECK ((resolved_at is null) = (resolution is null));