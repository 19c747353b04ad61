/** Whether this browser tells pages about its battery (Chromium does, Firefox and Safari don't). */
export const knowsBattery = 'getBattery' in navigator;

/** Calls `listener(onBattery)` now and at each change. */
export async function watchBattery(listener) {
    const battery = await navigator.getBattery();
    battery.addEventListener('chargingchange', () => listener(!battery.charging));
    listener(!battery.charging);
}
