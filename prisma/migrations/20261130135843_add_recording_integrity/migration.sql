-- AlterTable
ALTER TABLE "Call" ADD COLUMN     "integrity" TEXT;
