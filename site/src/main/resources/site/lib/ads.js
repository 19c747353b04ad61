import { ask } from './account.js';

/** Ads: docs/ads.md. Amounts there are millionths of a credit. */

/** Null when there is none, or when the server can't be asked: a conversation goes on without. */
export async function nextAd(text) {
    try {
        return (await ask('POST', '/api/ads/next', { text: text.slice(-2000) })).ad;
    } catch {
        return null;
    }
}

/** Whether the server has counted that it was seen. */
export async function sawAd(token) {
    try {
        return (await ask('POST', '/api/ads/views', { token })).counted;
    } catch {
        return true; // a report that is lost is not worth another
    }
}

/** The signed-in account's campaigns. */
export const campaigns = () => ask('GET', '/api/ads/campaigns');

/** Makes one, or replaces what it says. */
export const saveCampaign = (id, campaign) => (id ? ask('PUT', `/api/ads/campaigns/${id}`, campaign) : ask('POST', '/api/ads/campaigns', campaign));

/** submit, start, pause or end. */
export const moveCampaign = (id, what) => ask('POST', `/api/ads/campaigns/${id}/${what}`);

export const fundCampaign = (id, microCredits) => ask('POST', `/api/ads/campaigns/${id}/budget`, { microCredits });

/** The hash of the picture as the server keeps it. */
export const uploadPicture = async file => (await ask('POST', '/api/ads/images', file)).image;

/** Of months without ads; the server takes one order once. (crypto.randomUUID is there over https only.) */
export const newOrder = () => [...crypto.getRandomValues(new Uint8Array(16))].map(byte => byte.toString(16).padStart(2, '0')).join('');
