-- AlterTable
ALTER TABLE "Call" ADD COLUMN     "lookupTurn" JSONB;

-- CreateTable
CREATE TABLE "RequestQueue" (
    "name" TEXT NOT NULL,
    "endsAt" TIMESTAMPTZ(6) NOT NULL,
    "freeAt" TIMESTAMPTZ(6) NOT NULL,
    "walkAt" TIMESTAMPTZ(6) NOT NULL,
    "createdAt" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "RequestQueue_pkey" PRIMARY KEY ("name")
);
