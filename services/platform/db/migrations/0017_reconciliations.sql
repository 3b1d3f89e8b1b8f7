CREATE TABLE "reconciliation_runs" (
	"id" text PRIMARY KEY NOT NULL,
	"deployment_id" text NOT NULL,
	"trigger" text NOT NULL,
	"requested_by" text NOT NULL,
	"first_day" date NOT NULL,
	"last_day" date NOT NULL,
	"key_hash" text,
	"status" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"started_at" timestamp with time zone,
	"finished_at" timestamp with time zone,
	"error" text,
	"matches" integer DEFAULT 0 NOT NULL,
	"explained" integer DEFAULT 0 NOT NULL,
	"unexplained" integer DEFAULT 0 NOT NULL,
	"foreign_calls" bigint,
	CONSTRAINT "reconciliation_runs_days" CHECK (first_day <= last_day),
	CONSTRAINT "reconciliation_runs_status" CHECK (status in ('pending', 'running', 'done', 'failed')),
	CONSTRAINT "reconciliation_runs_trigger" CHECK (trigger in ('nightly', 'request', 'command'))
);
--> statement-breakpoint
CREATE TABLE "reconciliations" (
	"run_id" text NOT NULL,
	"key_hash" text NOT NULL,
	"day" date NOT NULL,
	"deployment_id" text NOT NULL,
	"vault_id" bigint NOT NULL,
	"compared_to" timestamp with time zone NOT NULL,
	"result" text NOT NULL,
	"figures" jsonb NOT NULL,
	"differences" jsonb NOT NULL,
	"difference_count" integer NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "reconciliations_run_id_key_hash_day_pk" PRIMARY KEY("run_id","key_hash","day"),
	CONSTRAINT "reconciliations_result" CHECK (result in ('matches', 'explained', 'unexplained'))
);
--> statement-breakpoint
ALTER TABLE "reconciliation_runs" ADD CONSTRAINT "reconciliation_runs_deployment_id_deployments_id_fk" FOREIGN KEY ("deployment_id") REFERENCES "public"."deployments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "reconciliations" ADD CONSTRAINT "reconciliations_run_id_reconciliation_runs_id_fk" FOREIGN KEY ("run_id") REFERENCES "public"."reconciliation_runs"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "reconciliations" ADD CONSTRAINT "reconciliations_deployment_id_deployments_id_fk" FOREIGN KEY ("deployment_id") REFERENCES "public"."deployments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "reconciliation_runs_one_a_night" ON "reconciliation_runs" USING btree ("deployment_id","last_day") WHERE trigger = 'nightly';--> statement-breakpoint
CREATE INDEX "reconciliation_runs_recent" ON "reconciliation_runs" USING btree ("deployment_id","created_at" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "reconciliations_of_key" ON "reconciliations" USING btree ("deployment_id","key_hash","day" DESC NULLS LAST);