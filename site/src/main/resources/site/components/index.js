/** Every component of the site; each stands in its own folder with its style. */
import { registerAccountBookings } from './account-bookings/account-bookings.js';
import { registerAdCampaigns } from './ad-campaigns/ad-campaigns.js';
import { registerAdFree } from './ad-free/ad-free.js';
import { registerAdSlot } from './ad-slot/ad-slot.js';
import { registerAnonymousKey } from './anonymous-key/anonymous-key.js';
import { registerApiKeys } from './api-keys/api-keys.js';
import { registerChatRoom } from './chat-room/chat-room.js';
import { registerCodeSamples } from './code-samples/code-samples.js';
import { registerContributePanel } from './contribute-panel/contribute-panel.js';
import { registerDevConsole } from './dev-console/dev-console.js';
import { registerInvoiceList } from './invoice-list/invoice-list.js';
import { registerLeaderBoard } from './leader-board/leader-board.js';
import { registerLossChart } from './loss-chart/loss-chart.js';
import { registerOwnCredits } from './own-credits/own-credits.js';
import { registerPriceList } from './price-list/price-list.js';
import { registerRunFigures } from './run-figures/run-figures.js';
import { registerSignIn } from './sign-in/sign-in.js';
import { registerUsageChart } from './usage-chart/usage-chart.js';

registerRunFigures();
registerLossChart();
registerAnonymousKey();
registerContributePanel();
registerChatRoom();
registerAdSlot();
registerAdFree();
registerAdCampaigns();
registerLeaderBoard();
registerOwnCredits();
registerSignIn();
registerAccountBookings();
registerApiKeys();
registerCodeSamples();
registerInvoiceList();
registerPriceList();
registerUsageChart();
registerDevConsole(); // last: it tells its parts to load
