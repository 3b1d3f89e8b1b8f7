CREATE TABLE "merkle_chunks" (
	"deployment_id" text NOT NULL,
	"vault_id" bigint NOT NULL,
	"period" integer NOT NULL,
	"chunk" integer NOT NULL,
	"root" text NOT NULL,
	CONSTRAINT "merkle_chunks_deployment_id_vault_id_period_chunk_pk" PRIMARY KEY("deployment_id","vault_id","period","chunk")
);
--> statement-breakpoint
ALTER TABLE "merkle_chunks" ADD CONSTRAINT "merkle_chunks_deployment_id_deployments_id_fk" FOREIGN KEY ("deployment_id") REFERENCES "public"."deployments"("id") ON DELETE no action ON UPDATE no action;