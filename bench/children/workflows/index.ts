export { CallProcessingWorkflow } from './floor-workflow.ts';
export { NaiveWorkflow } from './naive-workflow.ts';
