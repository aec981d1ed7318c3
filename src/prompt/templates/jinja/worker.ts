// The thread in which templates run: one job after another, each answered with one message.
import { parentPort } from 'node:worker_threads';
import { answerJob, type Job } from './answer-job.ts';

parentPort?.on('message', (job: Job) => parentPort?.postMessage(answerJob(job)));
