import {reactive} from "@odoo/owl";
import {browser} from "@web/core/browser/browser";
import {registry} from "@web/core/registry";
import {user} from "@web/core/user";

const RANK = {ringing: 0, answered: 1, ended: 2};
const CHANNEL = "call_center";

const DISMISSED = "call_center.dismissed";
const DISMISSED_KEPT = 50;

/** What was removed from the panel stays so when the browser is opened again. */
function readDismissed() {
    try {
        const ids = JSON.parse(browser.localStorage.getItem(DISMISSED));
        return Array.isArray(ids) ? ids : [];
    } catch {
        return [];
    }
}

function keepDismissed(ids) {
    try {
        const kept = [...ids].slice(-DISMISSED_KEPT);
        browser.localStorage.setItem(DISMISSED, JSON.stringify(kept));
    } catch {
        // a full or forbidden storage loses no call
    }
}

/**
 * The calls that ring at the user or that he talks, the same in all of his tabs.
 *
 * They come over the bus. What came while the browser was closed, asleep or offline is
 * asked for when it is back. A message that is late never takes a call back to an
 * earlier state.
 */
export class CallStore {
    constructor(env, {bus_service, multi_tab, orm}) {
        this.orm = orm;
        this.multiTab = multi_tab;
        this.calls = [];
        /** Calls that a colleague took: they come back if they are handed over. */
        this.taken = new Set();
        this.dismissed = new Set(readDismissed());
        this.bus = bus_service;
        return reactive(this);
    }

    async start() {
        if (!(await user.hasGroup("call_center.group_call_center_agent"))) {
            return;
        }
        this.bus.subscribe("call_center.call", (call) => this.receive(call));
        this.bus.addEventListener("BUS:RECONNECT", () => this.reload());
        this.bus.start();
        if (browser.BroadcastChannel) {
            this.channel = new browser.BroadcastChannel(CHANNEL);
            this.channel.onmessage = ({data}) => this.remove(data.dismissed);
        }
        await this.reload();
    }

    async reload() {
        let calls;
        try {
            calls = await this.orm.silent.call("phone.call", "my_calls", []);
        } catch {
            return; // offline: the bus tells when it is back
        }
        const running = new Set(calls.map((call) => call.id));
        for (const call of [...this.calls]) {
            if (call.state !== "ended" && !running.has(call.id)) {
                this.receive({...call, state: "ended"});
            }
        }
        for (const call of calls) {
            this.receive(call, true);
        }
    }

    /**
     * @param {Object} call
     * @param {boolean} [asked] told when asked: then calls that have ended are shown
     *      too, since nobody saw them ring
     */
    receive(call, asked = false) {
        if (this.dismissed.has(call.id)) {
            return;
        }
        const known = this.calls.find(({id}) => id === call.id);
        if (known && RANK[call.state] < RANK[known.state]) {
            return;
        }
        const isMine = call.user_id === user.userId;
        if (this.taken.has(call.id) && !(call.answered && isMine)) {
            return;
        }
        if (call.state !== "ringing" && call.answered && !isMine) {
            this.taken.add(call.id);
            this.drop(call.id);
        } else if (known?.wrap_up && !call.wrap_up && call.state === "ended") {
            this.remove(call.id); // written down elsewhere
        } else if (known) {
            Object.assign(known, call);
        } else if (asked || call.state !== "ended") {
            this.calls.push(call);
            if (call.state === "ringing" && call.direction === "in") {
                this.ring();
            }
        }
    }

    /** One tab makes a sound for all of them. */
    async ring() {
        if (!(await this.multiTab.isOnMainTab()) || !browser.AudioContext) {
            return;
        }
        const context = new browser.AudioContext();
        const tone = context.createOscillator();
        const volume = context.createGain();
        volume.gain.value = 0.05;
        tone.connect(volume).connect(context.destination);
        tone.onended = () => context.close();
        tone.start();
        tone.stop(context.currentTime + 0.4);
    }

    dismiss(id) {
        this.remove(id);
        this.channel?.postMessage({dismissed: id});
    }

    remove(id) {
        this.dismissed.add(id);
        keepDismissed(this.dismissed);
        this.drop(id);
    }

    drop(id) {
        const index = this.calls.findIndex((call) => call.id === id);
        if (index >= 0) {
            this.calls.splice(index, 1);
        }
    }
}

export const callService = {
    dependencies: ["bus_service", "multi_tab", "orm"],
    start(env, services) {
        const store = new CallStore(env, services);
        store.start();
        return store;
    },
};

registry.category("services").add("call_center.calls", callService);
