export { BulkReprocessWorkflow } from './bulk-reprocess-workflow.ts';
export { CallProcessingWorkflow } from './call-processing-workflow.ts';
export { SiteDirectoryWorkflow } from './site-directory-workflow.ts';
