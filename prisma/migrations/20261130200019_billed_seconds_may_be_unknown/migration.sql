-- AlterTable
ALTER TABLE "EarlierTranscript" ALTER COLUMN "billedSeconds" DROP NOT NULL;

-- AlterTable
ALTER TABLE "Transcript" ALTER COLUMN "billedSeconds" DROP NOT NULL,
ALTER COLUMN "priorSeconds" DROP NOT NULL;
