import { parseArgs, type ParseArgsOptionDescriptor } from 'node:util';

/** A flag that a command takes. */
type Flag = ParseArgsOptionDescriptor & {
  /** What stands for its value in the usage, such as `N`; only flags of the type `string` have one. */
  readonly value?: string;
  /** What it does, without the default, which is added. */
  readonly help: string;
};

type Flags = Readonly<Record<string, Flag>>;

/** How a command is called, for its usage and for reading its arguments. */
export type Command<F extends Flags> = {
  /** What is typed before the arguments, such as `npm run nemesis`. */
  readonly name: string;
  /** What the command does, in one sentence or a few. */
  readonly does: string;
  readonly flags?: F;
  /** The arguments that are not flags. Without it the command takes none. */
  readonly operands?: {
    /** What stands for them in the usage, such as `FILE`. */
    readonly name: string;
    readonly help: string;
    /** 0 unless given. */
    readonly atLeast?: number;
    /** Any number unless given. */
    readonly atMost?: number;
  };
  /** The names that it reads from the environment, and what each is for. */
  readonly environment?: Readonly<Record<string, string>>;
};

type Parsed<F extends Flags> = ReturnType<
  typeof parseArgs<{ options: F; allowPositionals: true }>
>['values'];

/** What was typed behind the name of a command. */
export type Arguments<F extends Flags> = {
  readonly flags: Parsed<F>;
  readonly operands: readonly string[];
};

// As wide as people read well, and as most terminals are.
const LINE_WIDTH = 100;

// What shells report for a program that was called wrongly.
const MISUSED = 2;

/**
 * Reads the command line of this process. To be called before anything else: `--help` prints the
 * usage and ends the process with code 0; anything the command does not take is refused in one
 * sentence and ends it with code 2.
 */
export function readArguments<const F extends Flags>(command: Command<F>): Arguments<F> {
  try {
    const { values, positionals } = parseArgs({
      options: { ...command.flags, help: { type: 'boolean' } },
      allowPositionals: true,
    });
    if (values['help'] === true) {
      console.log(usageOf(command));
      process.exit(0);
    }
    const fault = countFault(command, positionals);
    if (fault !== null) refuseArguments(command, fault);
    // The same values, whose names and types `parseArgs` would tell of a config without the spread.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    return { flags: values as Parsed<F>, operands: positionals };
  } catch (error) {
    if (!(error instanceof TypeError && 'code' in error)) throw error;
    // Node's message goes on with advice about arguments that begin with a hyphen.
    return refuseArguments(command, error.message.split('. ')[0] ?? error.message);
  }
}

/** Says what is wrong with the arguments, without a full stop, and ends this process with code 2. */
export function refuseArguments({ name }: { readonly name: string }, fault: string): never {
  console.error(
    `${fault.replace(/\.$/, '')}: "${name}${separatorOf(name)} --help" lists the arguments.`,
  );
  process.exit(MISUSED);
}

function countFault<F extends Flags>(
  { operands }: Command<F>,
  given: readonly string[],
): string | null {
  const surplus = given[operands?.atMost ?? (operands === undefined ? 0 : Infinity)];
  if (surplus !== undefined) return `Unexpected argument '${surplus}'`;
  return given.length < (operands?.atLeast ?? 0) ? `${operands?.name} is missing` : null;
}

function usageOf<F extends Flags>(command: Command<F>): string {
  const { name, does, flags = {}, operands, environment = {} } = command;
  const synopsis = [
    ...Object.entries<Flag>(flags).map(([flag, { value }]) => `[${flagOf(flag, value)}]`),
    ...(operands === undefined ? [] : [operandsOf(operands)]),
  ];
  const separator = synopsis.length === 0 ? '' : separatorOf(name);
  return [
    `Usage: ${[name + separator, ...synopsis].join(' ')}`,
    '',
    ...wrap(does, LINE_WIDTH),
    '',
    'Arguments:',
    ...table([
      ...(operands === undefined ? [] : [[operands.name, operands.help] as const]),
      ...Object.entries<Flag>(flags).map(
        ([flag, each]) => [flagOf(flag, each.value), helpOf(each)] as const,
      ),
      ['--help', 'Prints this and does nothing else.'],
    ]),
    ...(Object.keys(environment).length === 0
      ? []
      : ['', 'Environment:', ...table(Object.entries(environment))]),
  ].join('\n');
}

/** npm hands on only what stands behind two hyphens. */
function separatorOf(name: string): string {
  return name.startsWith('npm ') ? ' --' : '';
}

function flagOf(flag: string, value?: string): string {
  return value === undefined ? `--${flag}` : `--${flag} ${value}`;
}

function helpOf({ help, default: otherwise }: Flag): string {
  return typeof otherwise === 'string' ? `${help} Default: ${otherwise}.` : help;
}

function operandsOf({
  name,
  atLeast = 0,
  atMost = Infinity,
}: NonNullable<Command<Flags>['operands']>): string {
  const several = atMost > 1 ? `${name}…` : name;
  return atLeast === 0 ? `[${several}]` : several;
}

/** Two columns: names, and what each means. */
function table(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.flatMap(([name, meaning]) =>
    wrap(meaning, LINE_WIDTH - width - 4).map(
      (line, index) => `  ${(index === 0 ? name : '').padEnd(width)}  ${line}`,
    ),
  );
}

/** Breaks a text between words into lines of at most `width` characters; a longer word stands alone. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + 1 + word.length <= width) {
      lines[lines.length - 1] = `${line} ${word}`;
    } else {
      lines.push(word);
    }
  }
  return lines;
}
