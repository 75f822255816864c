-- AlterTable
ALTER TABLE "Call" ADD COLUMN     "envelopeGeneration" TEXT,
ADD COLUMN     "envelopeUri" TEXT,
ADD COLUMN     "heard" JSONB,
ADD COLUMN     "heardSeconds" DECIMAL(12,3),
ADD COLUMN     "heardSha256" TEXT;

-- AlterTable
ALTER TABLE "EarlierTranscript" ADD COLUMN     "leftOut" JSONB;

-- AlterTable
ALTER TABLE "Transcript" ADD COLUMN     "leftOut" JSONB;
