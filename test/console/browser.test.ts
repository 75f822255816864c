// People find their way in a real browser: what failed is found, understood, reprocessed and seen to complete.
import { everyPageIsAccessible } from './browser/accessible.ts';
import { callsJourneys } from './browser/calls.ts';
import { useDesk } from './browser/desk.ts';
import { playerJourneys } from './browser/player.ts';
import { sessionJourneys } from './browser/sessions.ts';

describe('the console in a browser', () => {
  // One service for all, since it takes longer to start than to walk any of these ways.
  const desk = useDesk();

  callsJourneys(desk);
  playerJourneys(desk);
  sessionJourneys(desk);
  everyPageIsAccessible(desk);
});
