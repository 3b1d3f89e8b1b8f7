CREATE TABLE "cost_rates" (
	"version" integer NOT NULL,
	"provider" text NOT NULL,
	"model" text NOT NULL,
	"kind" text NOT NULL,
	"rate" bigint NOT NULL,
	CONSTRAINT "cost_rates_version_provider_model_kind_pk" PRIMARY KEY("version","provider","model","kind"),
	CONSTRAINT "cost_rates_kind" CHECK (kind in ('input', 'output', 'cached', 'cache_write', 'reasoning', 'request')),
	CONSTRAINT "cost_rates_range" CHECK (rate between 0 and 10000000000000)
);
--> statement-breakpoint
CREATE TABLE "cost_tables" (
	"version" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "cost_tables_version_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"effective_from" timestamp with time zone NOT NULL,
	"status" text NOT NULL,
	"note" text NOT NULL,
	"content_hash" text NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"published_by" text,
	"published_at" timestamp with time zone,
	CONSTRAINT "cost_tables_content" UNIQUE("content_hash"),
	CONSTRAINT "cost_tables_status" CHECK (status in ('draft', 'published')),
	CONSTRAINT "cost_tables_published" CHECK ((status = 'published') = (published_by is not null and published_at is not null)),
	CONSTRAINT "cost_tables_whole_hour" CHECK (extract(epoch from effective_from)::bigint % 3600 = 0)
);
--> statement-breakpoint
CREATE TABLE "re_ratings" (
	"version" integer PRIMARY KEY NOT NULL,
	"deployment_id" text NOT NULL,
	"preview_hash" text NOT NULL,
	"from_hour" timestamp with time zone NOT NULL,
	"to_hour" timestamp with time zone NOT NULL,
	"cost_before" numeric(38, 0) NOT NULL,
	"cost_after" numeric(38, 0) NOT NULL,
	"unrated_before" numeric(38, 0) NOT NULL,
	"unrated_after" numeric(38, 0) NOT NULL,
	"differences" jsonb NOT NULL,
	"rated_by" text NOT NULL,
	"rated_at" timestamp with time zone NOT NULL,
	CONSTRAINT "re_ratings_hours" CHECK (from_hour <= to_hour)
);
--> statement-breakpoint
ALTER TABLE "cost_rates" ADD CONSTRAINT "cost_rates_version_cost_tables_version_fk" FOREIGN KEY ("version") REFERENCES "public"."cost_tables"("version") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "re_ratings" ADD CONSTRAINT "re_ratings_version_cost_tables_version_fk" FOREIGN KEY ("version") REFERENCES "public"."cost_tables"("version") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "re_ratings" ADD CONSTRAINT "re_ratings_deployment_id_deployments_id_fk" FOREIGN KEY ("deployment_id") REFERENCES "public"."deployments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "cost_tables_effective" ON "cost_tables" USING btree ("effective_from");--> statement-breakpoint
-- What was published stays as it was: only a draft may be changed, published or deleted.
CREATE FUNCTION refuse_published_cost_table() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
	changed integer := CASE WHEN TG_OP = 'INSERT' THEN NEW.version ELSE OLD.version END;
BEGIN
	IF EXISTS (SELECT FROM cost_tables WHERE version = changed AND status = 'published') THEN
		RAISE EXCEPTION 'cost table % is published and never changes', changed USING ERRCODE = 'check_violation';
	END IF;
	RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
--> statement-breakpoint
CREATE TRIGGER cost_tables_stay BEFORE UPDATE OR DELETE ON cost_tables FOR EACH ROW EXECUTE FUNCTION refuse_published_cost_table();
--> statement-breakpoint
CREATE TRIGGER cost_rates_stay BEFORE INSERT OR UPDATE OR DELETE ON cost_rates FOR EACH ROW EXECUTE FUNCTION refuse_published_cost_table();
--> statement-breakpoint
CREATE FUNCTION refuse_changed_re_rating() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION 're_ratings are append-only' USING ERRCODE = 'check_violation';
END $$;
--> statement-breakpoint
CREATE TRIGGER re_ratings_stay BEFORE UPDATE OR DELETE ON re_ratings FOR EACH ROW EXECUTE FUNCTION refuse_changed_re_rating();
