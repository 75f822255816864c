import type { Expectation, ReplyForm } from '../core/sample-file.ts';
import type { FaultInput } from '../core/faults.ts';

/** The espeak-ng voices of the samples. */
type Voice = 'en-gb' | 'en-gb+f3' | 'en-gb-scotland' | 'en-gb-x-rp+f4' | 'en-us+f2' | 'en-us+m3';

/** A fictional call to the fictional MSP Harbourlight IT, from which a sample is generated. */
export type Dialogue = {
  readonly name: string;
  readonly title: string;
  readonly callRecordingId: string;
  readonly recordid: string;
  readonly format: 'wav' | 'mp3';
  /** The encoding of a WAV file; 16-bit PCM by default. */
  readonly encoding?: 'mu-law';
  /** Mono mixes the speakers; with two channels each speaker has one. */
  readonly channels: 1 | 2;
  readonly numbers: Readonly<Record<string, string | number>>;
  readonly reply?: Partial<ReplyForm>;
  readonly voices: readonly [Voice, Voice];
  /** Spoken alternately by the first and the second voice; empty for silence. */
  readonly turns: readonly string[];
  readonly expect: Expectation;
  readonly faults?: readonly FaultInput[];
};

/** The recordgroup of all samples; the phone system chooses the group of a call. */
export const RECORDGROUP = '20417';

const MAIN_NUMBER = '02079460000';

/** The numbers are from the ranges that Ofcom and the NANPA reserve for fiction. */
export const DIALOGUES: readonly Dialogue[] = [
  {
    name: '01-printer-mono',
    title: 'A dental practice cannot print (mono)',
    callRecordingId: '1772443820.1041',
    recordid: '90411',
    format: 'wav',
    channels: 1,
    numbers: { snumber: '02079460101', cnumber: MAIN_NUMBER, dnumber: 56360201 },
    voices: ['en-gb', 'en-gb+f3'],
    turns: [
      'Harbourlight service desk, how can I help?',
      'Hello, the printer at reception has stopped working. It says offline since this morning.',
      'I can see the print queue is stuck. I will restart the spooler now. Please try again.',
      'Great, it is printing. Thank you very much.',
    ],
    expect: {
      status: 'COMPLETED',
      outcome: 'ANALYZED',
      companyMatch: 'MATCHED',
      company: 'Brightwater Dental',
    },
  },
  {
    name: '02-email-two-channels',
    title: 'A solicitor gets no email (two channels, one speaker each)',
    callRecordingId: '1772445107.1042',
    recordid: '90427',
    format: 'wav',
    channels: 2,
    numbers: { snumber: '+441614960110', cnumber: MAIN_NUMBER, dnumber: 56360202 },
    reply: { data: 'flat' },
    voices: ['en-gb-x-rp+f4', 'en-gb-scotland'],
    turns: [
      'Good morning, Outlook has not received any email since yesterday evening.',
      'Sorry to hear that. Is it only you, or the whole office?',
      'The whole office. We have a court deadline today, so this is urgent.',
      'Understood. Your mailbox quota is full. I am raising it now.',
    ],
    expect: {
      status: 'COMPLETED',
      outcome: 'ANALYZED',
      companyMatch: 'MATCHED',
      company: 'Hartley & Sons Solicitors',
    },
  },
  {
    name: '03-vpn-mp3',
    title: 'A haulier cannot reach the VPN (MP3)',
    callRecordingId: '1772451266.1057',
    recordid: '90533',
    format: 'mp3',
    channels: 1,
    numbers: { snumber: '00442079460120', cnumber: MAIN_NUMBER, dnumber: 56360201 },
    reply: { responses: 'object', facts: 'after' },
    voices: ['en-gb-scotland', 'en-gb'],
    turns: [
      'Hi, two of our drivers cannot connect to the VPN from the depot.',
      'Which message do they see when they try to connect?',
      'It says the certificate has expired. The rest of the depot network is fine.',
      'I will issue new certificates and send them to both laptops within the hour.',
    ],
    expect: {
      status: 'COMPLETED',
      outcome: 'ANALYZED',
      companyMatch: 'MATCHED',
      company: 'Northgate Logistics',
    },
  },
  {
    name: '04-unknown-caller',
    title: 'A caller whom ConnectWise does not know',
    callRecordingId: '1772458012.1063',
    recordid: '90588',
    format: 'wav',
    channels: 1,
    numbers: { snumber: '02079460199', cnumber: MAIN_NUMBER, dnumber: 56360203 },
    voices: ['en-us+m3', 'en-gb+f3'],
    turns: [
      'Hello, I found your company online. Do you offer backup for small offices?',
      'Yes, we do. How many computers do you have?',
      'Eleven, and one server. Could somebody send me a quote next week?',
      'Certainly. Our sales team will call you on Monday.',
    ],
    expect: { status: 'COMPLETED', outcome: 'ANALYZED', companyMatch: 'UNKNOWN' },
  },
  {
    name: '05-shared-number',
    title: 'A number that two companies share',
    callRecordingId: '1772527631.1088',
    recordid: '90702',
    format: 'wav',
    channels: 1,
    numbers: { snumber: '01614960150', cnumber: MAIN_NUMBER, dnumber: 56360202 },
    voices: ['en-gb+f3', 'en-gb'],
    turns: [
      'Morning, the wireless in the old mill keeps dropping every few minutes.',
      'Is that upstairs, downstairs, or everywhere in the building?',
      'Only upstairs, near the meeting rooms. Clients are complaining.',
      'An access point needs a new firmware. I will schedule it for tonight.',
    ],
    expect: { status: 'COMPLETED', outcome: 'ANALYZED', companyMatch: 'AMBIGUOUS' },
  },
  {
    name: '06-withheld-number',
    title: 'A caller who withholds the number',
    callRecordingId: '1772531904.1090',
    recordid: '90716',
    format: 'wav',
    channels: 1,
    numbers: { snumber: 'anonymous', cnumber: MAIN_NUMBER, dnumber: 56360201 },
    voices: ['en-gb', 'en-gb-x-rp+f4'],
    turns: [
      'Hello, I think I clicked on a link in a strange message about a parcel.',
      'Thank you for calling. Did you type in your password afterwards?',
      'Yes, I am afraid I did. I am rather worried.',
      'Please change it at once. I will sign you out everywhere.',
    ],
    expect: { status: 'COMPLETED', outcome: 'ANALYZED', companyMatch: 'WITHHELD' },
  },
  {
    name: '07-silence',
    title: 'A silent line',
    callRecordingId: '1772536770.1094',
    recordid: '90731',
    format: 'wav',
    channels: 1,
    numbers: { snumber: '02079460102', cnumber: MAIN_NUMBER, dnumber: 56360203 },
    voices: ['en-gb', 'en-gb'],
    turns: [],
    expect: {
      status: 'COMPLETED',
      outcome: 'NO_SPEECH',
      companyMatch: 'MATCHED',
      company: 'Brightwater Dental',
    },
  },
  {
    name: '08-analysis-fails-at-first',
    title: 'The language model refuses its key, once: a call to practise reprocessing on',
    callRecordingId: '1772615423.1117',
    recordid: '90865',
    format: 'wav',
    channels: 1,
    numbers: { snumber: '+12125550123', cnumber: MAIN_NUMBER, dnumber: 56360201 },
    voices: ['en-us+f2', 'en-gb'],
    turns: [
      'Hi, this is the New York office. Our accounting server is very slow today.',
      'I see a backup job running during your working hours. That is our mistake.',
      'Can you please stop it? We close the quarter tonight.',
      'It is stopped, and moved to three in the morning your time.',
    ],
    expect: {
      status: 'FAILED',
      companyMatch: 'MATCHED',
      company: 'Kestrel Accountants',
      failedStep: 'analyzeTranscript',
      failureCode: 'MODEL_CREDENTIALS_REFUSED',
    },
    faults: [
      { system: 'languageModel', operation: 'chat.completions', times: 1, action: { status: 401 } },
    ],
  },
  {
    name: '09-outbound',
    title: 'The service desk calls a school back',
    callRecordingId: '1772619158.1121',
    recordid: '90879',
    format: 'wav',
    encoding: 'mu-law',
    channels: 1,
    numbers: { snumber: 56360202, cnumber: '02079460130', dnumber: '02079460130' },
    voices: ['en-gb-scotland', 'en-gb+f3'],
    turns: [
      'Hello, Harbourlight here. Your new laptops arrived this morning.',
      'Wonderful. When can the teachers have them?',
      'We install the software today and deliver all six on Thursday.',
      'Perfect, thank you for letting us know.',
    ],
    expect: {
      status: 'COMPLETED',
      outcome: 'ANALYZED',
      companyMatch: 'MATCHED',
      company: 'Meadow Primary School',
    },
  },
  {
    name: '10-internal',
    title: 'Two technicians talk to each other',
    callRecordingId: '1772623344.1126',
    recordid: '90894',
    format: 'wav',
    channels: 1,
    numbers: { snumber: 56360201, cnumber: 56360203, dnumber: 56360203 },
    voices: ['en-gb', 'en-gb-scotland'],
    turns: [
      'Did the firewall update at the vets go through last night?',
      'It did, but one tunnel needed a restart. I wrote it into the ticket.',
      'Good. I will tell them that everything is back to normal.',
    ],
    expect: { status: 'COMPLETED', outcome: 'ANALYZED', companyMatch: 'INTERNAL' },
  },
  {
    name: '11-site-number',
    title: 'A number that only a site of a company has (MP3)',
    callRecordingId: '1772626190.1131',
    recordid: '90921',
    format: 'mp3',
    channels: 1,
    numbers: { snumber: '0161 496 0162', cnumber: MAIN_NUMBER, dnumber: 56360202 },
    voices: ['en-gb-x-rp+f4', 'en-gb-scotland'],
    turns: [
      'Hello, this is the surgery in Stockport. The X-ray viewer opens very slowly today.',
      'I see a full disk on that machine. I am clearing the old exports now.',
      'That is much better, thank you.',
    ],
    expect: {
      status: 'COMPLETED',
      outcome: 'ANALYZED',
      companyMatch: 'MATCHED',
      company: 'Oakfield Vets',
    },
  },
];
