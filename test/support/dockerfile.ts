import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import {
  type Copy,
  DockerfileParser,
  type Entrypoint,
  type From,
  type Healthcheck,
  type Instruction,
  type PropertyInstruction,
} from 'dockerfile-ast';

const ROOT = join(import.meta.dirname, '../..');

/** What changes the files of a stage. */
type Step =
  | {
      readonly kind: 'copy';
      /** The stage that is copied from; `null`: this repository. */
      readonly from: string | null;
      readonly sources: readonly string[];
      readonly target: string;
    }
  | { readonly kind: 'run'; readonly command: string };

export type Stage = {
  readonly name: string;
  /** An image, or the name of an earlier stage. */
  readonly base: string;
  readonly steps: readonly Step[];
  readonly env: Readonly<Record<string, string>>;
  readonly user: string | null;
  readonly entrypoint: readonly string[];
  /** The command of the health check, and its options such as `interval`. */
  readonly healthcheck: {
    readonly command: readonly string[];
    readonly options: Readonly<Record<string, string>>;
  } | null;
};

/** Where the image's files are. */
export const WORKDIR = '/app';

export function readDockerfile(): string {
  return readFileSync(join(ROOT, 'Dockerfile'), 'utf8');
}

/**
 * The stages of a Dockerfile in their order. Throws on an instruction that is not understood here, so that whoever
 * follows the stages does all that Docker would do.
 */
export function stagesOf(dockerfile: string): readonly Stage[] {
  const stages: { -readonly [Key in keyof Stage]: Stage[Key] }[] = [];
  for (const instruction of DockerfileParser.parse(dockerfile).getInstructions()) {
    const keyword = instruction.getKeyword();
    if (keyword === 'FROM') {
      const from = instruction as From;
      stages.push({
        name: from.getBuildStage() ?? String(stages.length),
        base: from.getImage() ?? '',
        steps: [],
        env: {},
        user: null,
        entrypoint: [],
        healthcheck: null,
      });
      continue;
    }
    const stage = stages.at(-1);
    if (stage === undefined) throw new Error(`${keyword} stands before the first FROM.`);
    const words = wordsOf(instruction);
    switch (keyword) {
      case 'COPY':
        stage.steps = [...stage.steps, toCopy(instruction as Copy)];
        break;
      case 'RUN':
        stage.steps = [...stage.steps, { kind: 'run', command: words.join(' ') }];
        break;
      case 'ENV':
        stage.env = Object.fromEntries(
          (instruction as PropertyInstruction)
            .getProperties()
            .map((each) => [each.getName(), each.getValue() ?? '']),
        );
        break;
      case 'USER':
        stage.user = words[0] ?? null;
        break;
      case 'ENTRYPOINT':
        stage.entrypoint = stringsOf(instruction as Entrypoint);
        break;
      case 'HEALTHCHECK':
        stage.healthcheck = toHealthcheck(instruction as Healthcheck);
        break;
      case 'WORKDIR':
        if (words[0] !== WORKDIR) throw new Error(`WORKDIR is ${words[0]}, not ${WORKDIR}.`);
        break;
      // What Docker keeps for whoever runs the image.
      case 'CMD':
      case 'EXPOSE':
      case 'STOPSIGNAL':
        break;
      default:
        throw new Error(`Nobody has said here what ${keyword} does.`);
    }
  }
  return stages;
}

function wordsOf(instruction: Instruction): string[] {
  return instruction.getArguments().map((each) => each.getValue());
}

/** The items of the JSON form. */
function stringsOf(instruction: Entrypoint): string[] {
  return instruction.getJSONStrings().map((each) => JSON.parse(each.getValue()) as string);
}

function toCopy(copy: Copy): Step {
  const others = copy.getFlags().filter((flag) => flag.getName() !== 'from');
  if (others.length > 0)
    throw new Error(`Nobody has said here what --${others[0]?.getName()} does.`);
  const words = wordsOf(copy);
  const from = copy.getFromFlag()?.getValue() ?? null;
  return { kind: 'copy', from, sources: words.slice(0, -1), target: words.at(-1) ?? '' };
}

function toHealthcheck(healthcheck: Healthcheck): Stage['healthcheck'] {
  const [, json = ''] = /\bCMD\s+(\[.*\])\s*$/.exec(healthcheck.getTextContent()) ?? [];
  return {
    command: JSON.parse(json) as string[],
    options: Object.fromEntries(
      healthcheck.getFlags().map((flag) => [flag.getName(), flag.getValue() ?? '']),
    ),
  };
}
