CREATE INDEX "credit_holds_posted" ON "credit_holds" USING btree ("ended_at") WHERE state = 'posted';--> statement-breakpoint
CREATE INDEX "credit_holds_counted" ON "credit_holds" USING btree ("ended_at") WHERE state = 'posted' and facts->>'usageSource' in ('gateway-count', 'estimate');--> statement-breakpoint
-- A payer as reports name it: a vault by its number, a credit account, whose number stands negated, by its id.
CREATE FUNCTION account_of(vault_id bigint) RETURNS text LANGUAGE sql STABLE AS $$
	SELECT CASE WHEN vault_id >= 0 THEN 'vault:' || vault_id
		ELSE (SELECT 'credits:' || id FROM credit_accounts WHERE number = -vault_id) END
$$;
