CREATE TABLE "flow_topup_cursors" (
	"deployment_id" text NOT NULL,
	"treasury" text NOT NULL,
	"height" bigint NOT NULL,
	CONSTRAINT "flow_topup_cursors_deployment_id_treasury_pk" PRIMARY KEY("deployment_id","treasury")
);
--> statement-breakpoint
CREATE TABLE "flow_topups" (
	"id" text PRIMARY KEY NOT NULL,
	"deployment_id" text NOT NULL,
	"tx_id" text NOT NULL,
	"event_index" integer NOT NULL,
	"block_height" bigint NOT NULL,
	"block_time" timestamp with time zone NOT NULL,
	"from_address" text,
	"vault_id" bigint,
	"amount" bigint NOT NULL,
	"state" text NOT NULL,
	"usd_per_flow" bigint,
	"usd" bigint,
	"account_id" text,
	"credited_at" timestamp with time zone,
	CONSTRAINT "flow_topups_once" UNIQUE("deployment_id","tx_id","event_index"),
	CONSTRAINT "flow_topups_state" CHECK (state in ('waiting', 'priced', 'credited', 'too_small')),
	CONSTRAINT "flow_topups_amount" CHECK (amount > 0 and usd_per_flow > 0 and usd >= 0),
	CONSTRAINT "flow_topups_priced" CHECK ((state = 'waiting') = (usd is null) and (usd is null) = (usd_per_flow is null)),
	CONSTRAINT "flow_topups_credited" CHECK ((state = 'credited') = (account_id is not null) and (state = 'credited') = (credited_at is not null))
);
--> statement-breakpoint
ALTER TABLE "provider_keys" ADD COLUMN "tested_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "flow_topup_cursors" ADD CONSTRAINT "flow_topup_cursors_deployment_id_deployments_id_fk" FOREIGN KEY ("deployment_id") REFERENCES "public"."deployments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "flow_topups" ADD CONSTRAINT "flow_topups_deployment_id_deployments_id_fk" FOREIGN KEY ("deployment_id") REFERENCES "public"."deployments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "flow_topups" ADD CONSTRAINT "flow_topups_account_id_credit_accounts_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."credit_accounts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "flow_topups_open" ON "flow_topups" USING btree ("block_height") WHERE state in ('waiting', 'priced');--> statement-breakpoint
CREATE INDEX "flow_topups_sender" ON "flow_topups" USING btree ("from_address","block_height" DESC NULLS LAST);