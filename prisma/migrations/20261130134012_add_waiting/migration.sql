-- AlterTable
ALTER TABLE "Call" ADD COLUMN     "waitingAttempt" INTEGER,
ADD COLUMN     "waitingCode" TEXT,
ADD COLUMN     "waitingMessage" TEXT,
ADD COLUMN     "waitingNextAt" TIMESTAMPTZ(6),
ADD COLUMN     "waitingSince" TIMESTAMPTZ(6),
ADD COLUMN     "waitingStep" TEXT;
