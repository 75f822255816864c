-- CreateTable
CREATE TABLE "SitePhone" (
    "id" UUID NOT NULL,
    "number" TEXT NOT NULL,
    "companyConnectwiseId" TEXT NOT NULL,
    "siteConnectwiseId" TEXT NOT NULL,
    "walkId" TEXT NOT NULL,
    "seenAt" TIMESTAMPTZ(6) NOT NULL DEFAULT clock_timestamp(),
    "createdAt" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "SitePhone_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "SitePhone_number_idx" ON "SitePhone"("number");

-- CreateIndex
CREATE INDEX "SitePhone_companyConnectwiseId_idx" ON "SitePhone"("companyConnectwiseId");

-- CreateIndex
CREATE UNIQUE INDEX "SitePhone_siteConnectwiseId_number_key" ON "SitePhone"("siteConnectwiseId", "number");
