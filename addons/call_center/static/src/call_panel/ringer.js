import {browser} from "@web/core/browser/browser";
import {_t} from "@web/core/l10n/translation";

const LOCK = "call_center.ringer";
const CHANNEL = "call_center.ringer";
const SILENT = "call_center.silent";
/** Calls whose message is old already are over before they make a sound. */
const FIRST = 150;
const PAUSE = 3000;
/** So long a tab has to say that it is looked at. */
const ANSWER = 200;
/** Nobody's telephone rings longer; the end of the call may have been lost. */
const LONGEST = 90000;
const TONES = [
    [440, 0, 0.35],
    [554, 0.4, 0.35],
];

/**
 * One tab makes the sound, and tells the desktop, for all tabs of the browser.
 *
 * That is whoever holds a lock: a tab that is closed, or crashes, gives it to the next
 * immediately. Browsers let only those tabs make a sound that were clicked or typed in, so
 * one that was not hands the lock on to one that was. Without locks (Odoo's address is
 * not a safe one) it is the main tab.
 */
export class Ringer {
    /**
     * @param {Object} multiTab Odoo's service
     * @param {Function} identify looks up who a call is from
     */
    constructor(multiTab, identify) {
        this.multiTab = multiTab;
        this.identify = identify;
        this.isHolder = false;
        this.calls = [];
        this.began = new Map();
        this.notes = new Map();
        this.silent = browser.localStorage.getItem(SILENT) === "1";
        this.permission = browser.Notification?.permission || "denied";
    }

    start() {
        browser.addEventListener("storage", ({key, newValue}) => {
            if (key === SILENT) {
                this.silent = newValue === "1";
                this.play();
            }
        });
        if (browser.navigator.locks && browser.BroadcastChannel) {
            this.startLock();
        } else {
            this.startMainTab();
        }
    }

    startMainTab() {
        const {bus} = this.multiTab;
        bus.addEventListener("become_main_tab", () => this.setHolder(true));
        bus.addEventListener("no_longer_main_tab", () => this.setHolder(false));
        this.multiTab.isOnMainTab().then((isMain) => this.setHolder(isMain));
    }

    startLock() {
        this.channel = new browser.BroadcastChannel(CHANNEL);
        this.channel.onmessage = ({data}) => {
            if (data === "seen?" && document.hasFocus()) {
                this.channel.postMessage("seen");
            } else if (data === "seen") {
                this.seenAt = Date.now();
            } else if (data === "who?" && !this.isHolder && this.canSound) {
                this.channel.postMessage("me");
            } else if (data === "me" && this.isHolder && !this.canSound) {
                this.release(); // and wait for the next turn
                this.claim();
            }
        };
        if (!this.canSound) {
            const options = {capture: true, once: true};
            const touched = () => !this.isHolder && this.channel.postMessage("me");
            for (const event of ["pointerup", "keyup"]) {
                browser.addEventListener(event, touched, options);
            }
        }
        this.claim();
    }

    claim() {
        browser.navigator.locks.request(
            LOCK,
            () =>
                new Promise((resolve) => {
                    this.release = () => {
                        this.setHolder(false);
                        resolve();
                    };
                    this.setHolder(true);
                    if (!this.canSound) {
                        this.channel.postMessage("who?");
                    }
                }),
        );
    }

    get canSound() {
        const {userActivation} = browser.navigator;
        return userActivation ? userActivation.hasBeenActive : true;
    }

    setHolder(isHolder) {
        this.isHolder = isHolder;
        this.play();
    }

    /** @param {Object[]} calls those that ring at the user */
    update(calls) {
        const ids = new Set(calls.map(({id}) => id));
        for (const id of this.began.keys()) {
            if (!ids.has(id)) {
                this.began.delete(id);
            }
        }
        for (const id of ids) {
            if (!this.began.has(id)) {
                this.began.set(id, Date.now());
            }
        }
        this.calls = calls;
        this.play();
    }

    get isRinging() {
        const now = Date.now();
        return this.calls.some(({id}) => now - this.began.get(id) < LONGEST);
    }

    play() {
        this.notify();
        const rings = this.isHolder && !this.silent && this.isRinging;
        if (!rings) {
            browser.clearTimeout(this.timer);
            this.timer = null;
        } else if (!this.timer) {
            const again = () => {
                if (this.isRinging) {
                    this.sound();
                    this.timer = browser.setTimeout(again, PAUSE);
                } else {
                    this.timer = null;
                }
            };
            this.timer = browser.setTimeout(again, FIRST);
        }
    }

    sound() {
        if (!browser.AudioContext) {
            return;
        }
        const context = new browser.AudioContext();
        const volume = context.createGain();
        volume.gain.value = 0.05;
        volume.connect(context.destination);
        let tone;
        for (const [frequency, after, seconds] of TONES) {
            tone = context.createOscillator();
            tone.frequency.value = frequency;
            tone.connect(volume);
            tone.start(context.currentTime + after);
            tone.stop(context.currentTime + after + seconds);
        }
        tone.onended = () => context.close();
        browser.setTimeout(() => {
            // the browser forbids it: nothing is left behind to sound later
            if (context.state === "suspended") {
                context.close();
            }
        }, PAUSE);
    }

    // -- for who looks at another window ------------------------------------

    /** Desktop notifications can be asked for, and were not answered yet. */
    get canAsk() {
        return this.permission === "default";
    }

    async ask() {
        this.permission = await browser.Notification.requestPermission();
        this.notify();
    }

    notify() {
        const ids = new Set(this.isHolder ? this.calls.map(({id}) => id) : []);
        for (const [id, note] of this.notes) {
            if (!ids.has(id)) {
                note?.close();
                this.notes.delete(id);
            }
        }
        if (this.isHolder && browser.Notification?.permission === "granted") {
            for (const call of this.calls) {
                this.tell(call);
            }
        }
    }

    async tell(call) {
        if (this.notes.has(call.id) || document.hasFocus()) {
            return;
        }
        if (!call.isKnown) {
            this.identify(call.id); // comes back with the name
            return;
        }
        this.notes.set(call.id, null);
        if (!(await this.isSeen())) {
            this.notes.set(call.id, this.desktopNote(call));
            this.notify(); // it may be over by now
        }
    }

    /** Whether the user looks at another of the tabs: there is the panel. */
    async isSeen() {
        const asked = Date.now();
        this.channel?.postMessage("seen?");
        await new Promise((resolve) => browser.setTimeout(resolve, ANSWER));
        return this.seenAt >= asked;
    }

    desktopNote(call) {
        const title = call.who || call.number || _t("Withheld number");
        const note = new browser.Notification(_t("%s is calling", title), {
            body: [call.who && call.number, call.queue].filter(Boolean).join(" · "),
            tag: `call_center_${call.id}`,
            icon: "/call_center/static/description/icon.png",
        });
        note.onclick = () => {
            window.focus();
            note.close();
        };
        return note;
    }

    toggle() {
        this.silent = !this.silent;
        browser.localStorage.setItem(SILENT, this.silent ? "1" : "0");
        this.play();
    }
}
