export { CallProcessingWorkflow } from './call-processing-workflow.ts';
export { SiteDirectoryWorkflow } from './site-directory-workflow.ts';
