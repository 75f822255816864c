/**
 * All tests run with the clocks of the process and of the database set apart from UTC and from each
 * other, so that a time that is right by luck fails somewhere. Nepal's quarter of an hour cannot be
 * mistaken for a number of hours; New York changes its clocks twice a year.
 */
export const PROCESS_ZONE = 'Asia/Kathmandu';
export const DATABASE_ZONE = 'America/New_York';
