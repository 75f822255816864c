-- AlterTable
ALTER TABLE "Call" ADD COLUMN     "speechSubmissionProvider" TEXT;
