ALTER TABLE "events" ADD COLUMN "account_key" text;--> statement-breakpoint
ALTER TABLE "usage_series" ADD COLUMN "account_key" text DEFAULT '' NOT NULL;--> statement-breakpoint
-- Of calls that are there already the holds know the key. Their hourly and daily sums learn it by `rebuild-rollups`.
UPDATE events SET account_key = facts->>'keyId'
FROM credit_holds
WHERE vault_id < 0 AND credit_holds.id = split_part(events.id, ':', 1) AND facts->>'keyId' IS NOT NULL;
