ALTER TABLE "gateway_requests" DROP CONSTRAINT "gateway_requests_done";--> statement-breakpoint
ALTER TABLE "gateway_requests" ADD COLUMN "kept_bytes" bigint;--> statement-breakpoint
-- What is too large from now on is forgotten, and not that it was answered: a retry would be paid again.
UPDATE "gateway_requests" SET "status" = NULL, "headers" = NULL, "answer" = NULL WHERE octet_length("answer") > 1048576;--> statement-breakpoint
UPDATE "gateway_requests" SET "kept_bytes" = kept.upto
FROM (
	SELECT payer, key, sum(octet_length(answer)) OVER (PARTITION BY payer ORDER BY created_at, key) AS upto
	FROM gateway_requests WHERE answer IS NOT NULL
) AS kept
WHERE (gateway_requests.payer, gateway_requests.key) = (kept.payer, kept.key);--> statement-breakpoint
CREATE INDEX "gateway_requests_kept" ON "gateway_requests" USING btree ("payer","kept_bytes") WHERE kept_bytes is not null;--> statement-breakpoint
ALTER TABLE "gateway_requests" ADD CONSTRAINT "gateway_requests_done" CHECK (num_nonnulls(status, headers, answer) in (0, 3) and (answer is null or state = 'done'));
