CREATE TABLE "hint_signatures" (
	"signature" text PRIMARY KEY NOT NULL,
	"expires_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "watermarks" ADD COLUMN "read_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "watermarks" ADD COLUMN "claimed_until" timestamp with time zone;--> statement-breakpoint
CREATE INDEX "hint_signatures_expired" ON "hint_signatures" USING btree ("expires_at");