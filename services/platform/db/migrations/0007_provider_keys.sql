CREATE TABLE "provider_keys" (
	"account_id" text NOT NULL,
	"provider" text NOT NULL,
	"masked" text NOT NULL,
	"base_url" text,
	"enabled" boolean NOT NULL,
	"master_key" text NOT NULL,
	"wrapped" text NOT NULL,
	"sealed" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL,
	CONSTRAINT "provider_keys_account_id_provider_pk" PRIMARY KEY("account_id","provider")
);
--> statement-breakpoint
ALTER TABLE "provider_keys" ADD CONSTRAINT "provider_keys_account_id_credit_accounts_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."credit_accounts"("id") ON DELETE no action ON UPDATE no action;