/** Every component of the site; each stands in its own folder with its style. */
import { registerAnonymousKey } from './anonymous-key/anonymous-key.js';
import { registerChatRoom } from './chat-room/chat-room.js';
import { registerContributePanel } from './contribute-panel/contribute-panel.js';
import { registerLeaderBoard } from './leader-board/leader-board.js';
import { registerLossChart } from './loss-chart/loss-chart.js';
import { registerOwnCredits } from './own-credits/own-credits.js';
import { registerRunFigures } from './run-figures/run-figures.js';
import { registerSignIn } from './sign-in/sign-in.js';

registerRunFigures();
registerLossChart();
registerAnonymousKey();
registerContributePanel();
registerChatRoom();
registerLeaderBoard();
registerOwnCredits();
registerSignIn();
