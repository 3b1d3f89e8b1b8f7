CREATE TABLE "gateway_requests" (
	"payer" text NOT NULL,
	"key" text NOT NULL,
	"body_hash" text NOT NULL,
	"request_id" text NOT NULL,
	"state" text NOT NULL,
	"leased_until" timestamp with time zone NOT NULL,
	"status" integer,
	"headers" jsonb,
	"answer" "bytea",
	"created_at" timestamp with time zone NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	CONSTRAINT "gateway_requests_payer_key_pk" PRIMARY KEY("payer","key"),
	CONSTRAINT "gateway_requests_state" CHECK (state in ('running', 'done')),
	CONSTRAINT "gateway_requests_done" CHECK ((state = 'done') = (status is not null and headers is not null and answer is not null))
);
--> statement-breakpoint
CREATE TABLE "upstream_keys" (
	"key_hash" text PRIMARY KEY NOT NULL,
	"account_id" text NOT NULL,
	"deployment_id" text NOT NULL,
	"kind" text NOT NULL,
	"status" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "upstream_keys_kind" CHECK (kind in ('litellm', 'byok')),
	CONSTRAINT "upstream_keys_status" CHECK (status in ('pending', 'active'))
);
--> statement-breakpoint
CREATE TABLE "usage_reviews" (
	"id" text PRIMARY KEY NOT NULL,
	"account_id" text NOT NULL,
	"request_id" text NOT NULL,
	"reason" text NOT NULL,
	"reported" jsonb NOT NULL,
	"state" text NOT NULL,
	"booked" bigint,
	"note" text,
	"decided_by" text,
	"created_at" timestamp with time zone NOT NULL,
	"decided_at" timestamp with time zone,
	CONSTRAINT "usage_reviews_state" CHECK (state in ('open', 'booked', 'void')),
	CONSTRAINT "usage_reviews_decided" CHECK ((state = 'open') = (decided_at is null) and (state = 'booked') = (booked is not null))
);
--> statement-breakpoint
ALTER TABLE "credit_accounts" ADD COLUMN "number" bigserial NOT NULL;--> statement-breakpoint
ALTER TABLE "upstream_keys" ADD CONSTRAINT "upstream_keys_account_id_credit_accounts_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."credit_accounts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "upstream_keys" ADD CONSTRAINT "upstream_keys_deployment_id_deployments_id_fk" FOREIGN KEY ("deployment_id") REFERENCES "public"."deployments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "usage_reviews" ADD CONSTRAINT "usage_reviews_account_id_credit_accounts_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."credit_accounts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "gateway_requests_expired" ON "gateway_requests" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "upstream_keys_of_account" ON "upstream_keys" USING btree ("account_id");--> statement-breakpoint
CREATE INDEX "usage_reviews_open" ON "usage_reviews" USING btree ("created_at") WHERE state = 'open';--> statement-breakpoint
ALTER TABLE "credit_accounts" ADD CONSTRAINT "credit_accounts_number_unique" UNIQUE("number");--> statement-breakpoint
CREATE VIEW "metered_keys" AS
SELECT key_hash, deployment_id, vault_id, 'vault:' || vault_id AS account, created_by AS wallet, true AS is_in_litellm,
	status = 'deleted' AS is_deleted, created_at, updated_at
FROM api_keys WHERE key_hash IS NOT NULL
UNION ALL
SELECT key_hash, deployment_id, -number, 'credits:' || account_id, regexp_replace(subject, '^flow:', ''), kind = 'litellm',
	false, upstream_keys.created_at, upstream_keys.created_at
FROM upstream_keys JOIN credit_accounts ON credit_accounts.id = account_id;
