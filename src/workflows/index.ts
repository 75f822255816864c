export { CallProcessingWorkflow } from './call-processing-workflow.ts';
