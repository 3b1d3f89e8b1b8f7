CREATE TABLE "key_blocks" (
	"key_id" text NOT NULL,
	"reason" text NOT NULL,
	"detail" text DEFAULT '' NOT NULL,
	"since" timestamp with time zone NOT NULL,
	CONSTRAINT "key_blocks_key_id_reason_detail_pk" PRIMARY KEY("key_id","reason","detail"),
	CONSTRAINT "key_blocks_reason" CHECK (reason in ('transferred', 'closed', 'closing', 'expired', 'paused', 'unfunded', 'capped', 'limit', 'operator'))
);
--> statement-breakpoint
ALTER TABLE "api_keys" ADD COLUMN "revision" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "key_blocks" ADD CONSTRAINT "key_blocks_key_id_api_keys_id_fk" FOREIGN KEY ("key_id") REFERENCES "public"."api_keys"("id") ON DELETE no action ON UPDATE no action;