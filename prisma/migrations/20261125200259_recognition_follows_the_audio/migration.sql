-- AlterTable
ALTER TABLE "Call" ADD COLUMN     "bitsPerSample" INTEGER,
ADD COLUMN     "speechRecognition" JSONB;

-- AlterTable
ALTER TABLE "Transcript" ADD COLUMN     "recognition" JSONB;
