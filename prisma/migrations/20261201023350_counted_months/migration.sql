-- Months add up counted days, and remember which. Each count of a day has a version of its own, also if an older worker
-- counts it, which does not know of this column. The table has a few rows a day, so that writing it again, as this
-- does, takes a moment.

-- AlterTable
ALTER TABLE "CountedDay" ADD COLUMN     "version" UUID NOT NULL DEFAULT gen_random_uuid();

-- CreateTable
CREATE TABLE "CountedMonth" (
    "by" TEXT NOT NULL,
    "month" DATE NOT NULL,
    "key" TEXT NOT NULL,
    "madeOf" BYTEA NOT NULL,
    "calls" INTEGER NOT NULL,
    "analyzed" INTEGER NOT NULL,
    "noSpeech" INTEGER NOT NULL,
    "failed" INTEGER NOT NULL,
    "processing" INTEGER NOT NULL,
    "recordedSeconds" DECIMAL(18,3) NOT NULL,
    "speechSeconds" BIGINT NOT NULL,
    "unknownBills" INTEGER NOT NULL,
    "inputTokens" BIGINT NOT NULL,
    "outputTokens" BIGINT NOT NULL,
    "paidInVain" INTEGER NOT NULL,
    "durations" INTEGER[],

    CONSTRAINT "CountedMonth_pkey" PRIMARY KEY ("by","month","key")
);
