CREATE TABLE "chain_terms" (
	"deployment_id" text PRIMARY KEY NOT NULL,
	"usd_per_flow" bigint,
	"settle_delay_ms" integer NOT NULL,
	"read_at" timestamp with time zone NOT NULL,
	"followed_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "vault_holds" (
	"id" text PRIMARY KEY NOT NULL,
	"deployment_id" text NOT NULL,
	"vault_id" bigint NOT NULL,
	"key_hash" text NOT NULL,
	"model" text,
	"tokens" bigint NOT NULL,
	"amount" bigint NOT NULL,
	"state" text NOT NULL,
	"facts" jsonb NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"ended_at" timestamp with time zone,
	CONSTRAINT "vault_holds_state" CHECK (state in ('held', 'posted', 'void', 'expired')),
	CONSTRAINT "vault_holds_amount" CHECK (amount >= 0 and tokens >= 0),
	CONSTRAINT "vault_holds_ended" CHECK ((state = 'held') = (ended_at is null))
);
--> statement-breakpoint
CREATE TABLE "vault_reports" (
	"deployment_id" text NOT NULL,
	"vault_id" bigint NOT NULL,
	"owner" text NOT NULL,
	"status" text NOT NULL,
	"balance" bigint NOT NULL,
	"accrued" bigint NOT NULL,
	"uncovered" bigint NOT NULL,
	"credit_usd" bigint NOT NULL,
	"period" integer,
	"charged_usd" bigint NOT NULL,
	"cap_usd" bigint,
	"pending_cap_usd" bigint,
	"return_asked" boolean NOT NULL,
	"return_amount" bigint,
	"expires_at" timestamp with time zone,
	"paused_from" timestamp with time zone,
	"settled" jsonb NOT NULL,
	"height" bigint NOT NULL,
	"read_at" timestamp with time zone NOT NULL,
	CONSTRAINT "vault_reports_deployment_id_vault_id_pk" PRIMARY KEY("deployment_id","vault_id")
);
--> statement-breakpoint
ALTER TABLE "chain_terms" ADD CONSTRAINT "chain_terms_deployment_id_deployments_id_fk" FOREIGN KEY ("deployment_id") REFERENCES "public"."deployments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "vault_holds" ADD CONSTRAINT "vault_holds_deployment_id_deployments_id_fk" FOREIGN KEY ("deployment_id") REFERENCES "public"."deployments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "vault_reports" ADD CONSTRAINT "vault_reports_deployment_id_deployments_id_fk" FOREIGN KEY ("deployment_id") REFERENCES "public"."deployments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "vault_holds_open" ON "vault_holds" USING btree ("deployment_id","vault_id") WHERE state = 'held';--> statement-breakpoint
CREATE INDEX "vault_holds_open_ids" ON "vault_holds" USING btree ("id") WHERE state = 'held';--> statement-breakpoint
CREATE INDEX "vault_holds_ended" ON "vault_holds" USING btree ("ended_at") WHERE state <> 'held';--> statement-breakpoint
CREATE FUNCTION end_vault_holds_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF OLD.state = 'held' AND (NEW.id, NEW.deployment_id, NEW.vault_id, NEW.key_hash, NEW.amount, NEW.created_at)
		= (OLD.id, OLD.deployment_id, OLD.vault_id, OLD.key_hash, OLD.amount, OLD.created_at) THEN RETURN NEW; END IF;
	IF OLD.state <> 'held' AND (NEW.state, NEW.amount) = (OLD.state, OLD.amount) THEN RETURN NEW; END IF;
	RAISE EXCEPTION 'a hold ends once' USING ERRCODE = 'restrict_violation';
END $$;
--> statement-breakpoint
CREATE TRIGGER vault_holds_end_once BEFORE UPDATE ON vault_holds FOR EACH ROW EXECUTE FUNCTION end_vault_holds_once();
--> statement-breakpoint
-- A hold ends in the transaction that stores its event, by whatever road that comes: at no moment is a request counted
-- neither as held nor as used. An event's identity is the hold's id; that of a failed call has a suffix.
CREATE FUNCTION post_vault_holds() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF NOT EXISTS (SELECT FROM vault_holds WHERE state = 'held') THEN RETURN NULL; END IF;
	UPDATE vault_holds SET state = 'posted', ended_at = now()
	FROM (
		SELECT id FROM vault_holds
		WHERE state = 'held' AND id IN (SELECT split_part(fresh.id, ':', 1) FROM fresh)
		ORDER BY id FOR UPDATE
	) AS done
	WHERE vault_holds.id = done.id AND vault_holds.state = 'held';
	RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER event_identities_post_holds AFTER INSERT ON event_identities REFERENCING NEW TABLE AS fresh
FOR EACH STATEMENT EXECUTE FUNCTION post_vault_holds();
